"""Events that activities report: profiles, routes, installations and deleted channels."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.conversation import (
    Address,
    AddressReachable,
    AddressUnreachable,
    ChatEvent,
    PayloadReceived,
    Profile,
    ProfileChanged,
    WorkspaceConnected,
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
    assert bench.handlers.events[-1] == expected
    assert bench.ms.calls == []


@pytest.mark.parametrize("action_", ["add", "add-upgrade"])
async def test_an_installation_connects_the_tenant(bench: AdapterBench, action_: str) -> None:
    """Every installation reports the tenant as connected; this ends any suspension."""
    await bench.send_activity(activities.build_installation_update(bench.ms.service_url, action_))

    assert bench.handlers.events[0] == WorkspaceConnected(WORKSPACE)


async def test_a_removal_connects_no_tenant(bench: AdapterBench) -> None:
    """A removed app does not report the tenant as connected."""
    await bench.send_activity(activities.build_installation_update(bench.ms.service_url, "remove"))

    assert WorkspaceConnected(WORKSPACE) not in bench.handlers.events


CHANNEL_EVENTS = {
    "channelDeleted": AddressUnreachable(Address(WORKSPACE, channel=CHANNEL_ID), "channelDeleted"),
    "channelRestored": AddressReachable(Address(WORKSPACE, channel=CHANNEL_ID)),
    "channelRenamed": PayloadReceived(WORKSPACE),
}


@pytest.mark.parametrize(("event_type", "expected"), CHANNEL_EVENTS.items())
async def test_channel_changes_are_reported(
    bench: AdapterBench, event_type: str, expected: ChatEvent
) -> None:
    """A deleted channel gets no messages until it is restored; any other change is evidence."""
    channel_data = {
        "tenant": {"id": TENANT_ID},
        "channel": {"id": CHANNEL_ID},
        "eventType": event_type,
    }

    await bench.send_activity(
        build_conversation_update(bench.ms.service_url, channelData=channel_data)
    )

    assert bench.handlers.events[-1] == expected


async def test_a_bot_among_the_added_members_reports_the_channel(bench: AdapterBench) -> None:
    """The second activity of an installation suffices, in case the first one is lost."""
    activity = build_conversation_update(bench.ms.service_url)
    await bench.send_activity({**activity, "membersAdded": [activity["recipient"]]})

    route = json.dumps([bench.ms.service_url, CHANNEL_ID])
    expected = AddressReachable(Address(WORKSPACE, channel=CHANNEL_ID, route=route))
    assert bench.handlers.events[-1] == expected


async def test_other_added_members_are_evidence_for_the_tenant_alone(bench: AdapterBench) -> None:
    """A new member of a team reports neither a channel nor the sender."""
    activity = build_conversation_update(bench.ms.service_url, membersAdded=[{"id": "29:x"}])
    await bench.send_activity(activity)

    assert bench.handlers.events[-1] == PayloadReceived(WORKSPACE)


@pytest.mark.parametrize("data", [{}, activities.button_data("unknown")])
async def test_an_unknown_action_is_a_request_of_its_sender(
    bench: AdapterBench, data: dict[str, Any]
) -> None:
    """An action without a handler, or of another bot's card, proves that its sender acts."""
    await bench.send_activity(activities.build_card_action(bench.ms.service_url, data))

    assert [request.person for request in bench.handlers.requests] == [MARIE_PERSON]


async def test_a_mention_in_a_channel_reports_its_sender(bench: AdapterBench) -> None:
    """A message in a channel is answered with a hint, and proves that its sender acts."""
    await bench.send_activity(activities.build_mention(bench.ms.service_url, "tip"))

    assert bench.handlers.events[-1] == PayloadReceived(WORKSPACE, MARIE)


def build_conversation_update(service_url: str, **parts: Any) -> activities.Activity:
    """Build a change of a team's conversation."""
    activity = activities.build_message(service_url, "", **activities.channel_parts())
    return {**activity, "type": "conversationUpdate", **parts}


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
