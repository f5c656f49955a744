"""Events that activities report: profiles, routes, installations and deleted channels."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.conversation import (
    Address,
    AddressReachable,
    AddressUnreachable,
    Profile,
    ProfileChanged,
)
from bot.errors import StoreBusyError
from tests.chat.msteams import activities
from tests.chat.msteams.activities import CHANNEL_ID, CHAT_ID, MARIE
from tests.chat.msteams.microsoft import TENANT_ID
from tests.chat.msteams.testbed import HELLO, MARIE_PERSON, WORKSPACE, AdapterBench


async def test_a_profile_event_is_sent_when_the_profile_changes(bench: AdapterBench) -> None:
    """Locale and time zone of any activity are passed on once, and again after a change."""
    client_info = {"type": "clientInfo", "locale": "fr-CA", "timezone": "America/Montreal"}
    changed_parts = {"locale": "", "localTimezone": "", "entities": [client_info]}
    activity = activities.build_message(bench.ms.service_url, "x")
    for parts in (activity, activity, activity | changed_parts):
        await bench.send_activity(parts)

    profiles = [
        event.profile for event in bench.handlers.events if isinstance(event, ProfileChanged)
    ]
    assert profiles == [Profile("en-CA", "America/Toronto"), Profile("fr-CA", "America/Montreal")]
    assert await bench.adapter.outlet.fetch_profile(MARIE_PERSON) == Profile(
        "fr-CA", "America/Montreal"
    )


INSTALLATION_EVENTS = {
    "a person adds it": ("add", {}, AddressReachable(Address(WORKSPACE, MARIE))),
    "a person removes it": (
        "remove",
        {},
        AddressUnreachable(Address(WORKSPACE, MARIE), "uninstalled"),
    ),
    "a team adds it": (
        "add",
        activities.channel_parts(),
        AddressReachable(Address(WORKSPACE, channel=CHANNEL_ID), MARIE, "en-CA"),
    ),
    "a team updates it": (
        "add-upgrade",
        activities.channel_parts(),
        AddressReachable(Address(WORKSPACE, channel=CHANNEL_ID)),
    ),
    "a team removes it": (
        "remove",
        activities.channel_parts(),
        AddressUnreachable(Address(WORKSPACE, channel=CHANNEL_ID), "uninstalled"),
    ),
}


@pytest.mark.parametrize(
    ("action_", "parts", "expected"), INSTALLATION_EVENTS.values(), ids=INSTALLATION_EVENTS.keys()
)
async def test_installation_events_carry_a_route(
    bench: AdapterBench,
    action_: str,
    parts: dict[str, Any],
    expected: AddressReachable | AddressUnreachable,
) -> None:
    """An installation reports the route of a person or channel; no welcome message is sent."""
    await bench.send_activity(
        activities.build_installation_update(bench.ms.service_url, action_, **parts)
    )

    if isinstance(expected, AddressReachable):
        route = json.dumps([bench.ms.service_url, CHANNEL_ID if parts else CHAT_ID])
        expected = replace(expected, address=replace(expected.address, route=route))
    assert bench.handlers.events == [expected]
    assert bench.ms.calls == []


async def test_a_deleted_channel_is_reported_as_gone(bench: AdapterBench) -> None:
    """A deleted channel is reported, so that no message is planned for it."""
    channel_data = {
        "tenant": {"id": TENANT_ID},
        "channel": {"id": CHANNEL_ID},
        "eventType": "channelDeleted",
    }
    activity = activities.build_message(bench.ms.service_url, "", **activities.channel_parts())

    await bench.send_activity(
        {**activity, "type": "conversationUpdate", "channelData": channel_data}
    )

    assert bench.handlers.events[-1] == AddressUnreachable(
        Address(WORKSPACE, channel=CHANNEL_ID), "channelDeleted"
    )


async def test_an_installation_that_cannot_be_stored_is_retried(bench: AdapterBench) -> None:
    """While the store is busy the response is 503, and the retried request is stored."""
    bench.handlers.replies["news"] = StoreBusyError()
    activity = activities.build_installation_update(bench.ms.service_url)

    assert (await bench.send_activity(activity)).status == 503
    del bench.handlers.replies["news"]
    assert (await bench.send_activity(activity)).status == 200


async def test_a_profile_that_cannot_be_stored_delays_no_reply(bench: AdapterBench) -> None:
    """While the store is busy a command is answered; the profile is reported again later."""
    bench.handlers.replies |= {"news": StoreBusyError(), "tip": HELLO}
    for _ in range(2):
        await bench.send_activity(activities.build_message(bench.ms.service_url, "tip"))

    assert len(bench.ms.posted_messages) == 2
    assert [type(event) for event in bench.handlers.events] == [
        ProfileChanged,
        AddressReachable,
    ] * 2
