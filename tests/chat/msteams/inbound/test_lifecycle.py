"""What Teams tells beside what people ask."""

import json
from typing import Any

import pytest

from bot.conversation import ChatEvent, Profile
from bot.errors import StoreBusyError
from tests.chat.msteams import activities
from tests.chat.msteams.activities import CHANNEL_ID, CHAT_ID, MARIE
from tests.chat.msteams.microsoft import TENANT_ID
from tests.chat.msteams.testbed import HELLO, MARIE_PERSON, WORKSPACE, AdapterBench


async def test_locale_and_zone_are_read_from_everything(bench: AdapterBench) -> None:
    """What an activity tells of its sender is told on once, and again when it changes."""
    client = {"type": "clientInfo", "locale": "fr-CA", "timezone": "America/Montreal"}
    other = {"locale": "", "localTimezone": "", "entities": [client]}
    activity = activities.build_message(bench.ms.service_url, "x")
    for parts in (activity, activity, activity | other):
        await bench.send_activity(parts)

    told = [one.profile for one in bench.handlers.events if one.kind == "profile"]
    assert told == [Profile("en-CA", "America/Toronto"), Profile("fr-CA", "America/Montreal")]
    assert await bench.adapter.outlet.fetch_profile(MARIE_PERSON) == Profile(
        "fr-CA", "America/Montreal"
    )


INSTALLS = {
    "a person adds it": ("add", {}, ChatEvent("arrived", WORKSPACE, MARIE)),
    "a person removes it": (
        "remove",
        {},
        ChatEvent("gone", WORKSPACE, MARIE, reason="uninstalled"),
    ),
    "a team adds it": (
        "add",
        activities.channel_parts(),
        ChatEvent("arrived", WORKSPACE, channel=CHANNEL_ID, added_by=MARIE),
    ),
    "a team updates it": (
        "add-upgrade",
        activities.channel_parts(),
        ChatEvent("arrived", WORKSPACE, channel=CHANNEL_ID),
    ),
    "a team removes it": (
        "remove",
        activities.channel_parts(),
        ChatEvent("gone", WORKSPACE, channel=CHANNEL_ID, reason="uninstalled"),
    ),
}


@pytest.mark.parametrize(("action_", "parts", "news"), INSTALLS.values(), ids=INSTALLS.keys())
async def test_installing_tells_a_way_and_removing_ends_it(
    bench: AdapterBench, action_: str, parts: dict[str, Any], news: ChatEvent
) -> None:
    """The way to a person or channel is told when the app is added; nobody is greeted."""
    await bench.send_activity(
        activities.build_installation_update(bench.ms.service_url, action_, **parts)
    )

    (told,) = [one for one in bench.handlers.events if one.kind in {"arrived", "gone"}]
    place = CHANNEL_ID if parts else CHAT_ID
    way = json.dumps([bench.ms.service_url, place]) if news.kind == "arrived" else ""
    assert told.added_by == news.added_by
    assert (told.kind, told.workspace, told.person, told.channel, told.reason, told.route) == (
        news.kind,
        news.workspace,
        news.person,
        news.channel,
        news.reason,
        way,
    )
    assert bench.ms.calls == []


async def test_a_channel_that_is_deleted_is_gone(bench: AdapterBench) -> None:
    """Nothing more is owed to a channel that its team deleted."""
    data = {
        "tenant": {"id": TENANT_ID},
        "channel": {"id": CHANNEL_ID},
        "eventType": "channelDeleted",
    }
    activity = activities.build_message(bench.ms.service_url, "", **activities.channel_parts())

    await bench.send_activity({**activity, "type": "conversationUpdate", "channelData": data})

    assert bench.handlers.events[-1] == ChatEvent(
        "gone", WORKSPACE, channel=CHANNEL_ID, reason="channelDeleted"
    )


async def test_an_installing_that_cannot_be_kept_is_told_again(bench: AdapterBench) -> None:
    """While the store is busy Teams hears so, and what it tells again is kept."""
    bench.handlers.replies["news"] = StoreBusyError()
    activity = activities.build_installation_update(bench.ms.service_url)

    assert (await bench.send_activity(activity)).status == 503
    del bench.handlers.replies["news"]
    assert (await bench.send_activity(activity)).status == 200


async def test_a_profile_that_cannot_be_kept_holds_nobody_up(bench: AdapterBench) -> None:
    """While the store is busy a person is answered all the same, and their zone told later."""
    bench.handlers.replies |= {"news": StoreBusyError(), "tip": HELLO}
    for _ in range(2):
        await bench.send_activity(activities.build_message(bench.ms.service_url, "tip"))

    assert len(bench.ms.posted_messages) == 2
    assert [one.kind for one in bench.handlers.events] == ["profile", "arrived"] * 2
