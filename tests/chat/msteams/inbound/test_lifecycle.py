"""What Teams tells beside what people ask."""

import json
from typing import Any

import pytest

from bot.conversation import News, Profile
from bot.errors import BusyError
from tests.chat.msteams import activities
from tests.chat.msteams.activities import CHANNEL, CHAT, MARIE
from tests.chat.msteams.microsoft import TENANT
from tests.chat.msteams.testbed import HELLO, WHO, WORKSPACE, Bench


async def test_locale_and_zone_are_read_from_everything(bench: Bench) -> None:
    """What an activity tells of its sender is told on once, and again when it changes."""
    client = {"type": "clientInfo", "locale": "fr-CA", "timezone": "America/Montreal"}
    other = {"locale": "", "localTimezone": "", "entities": [client]}
    activity = activities.written(bench.ms.service, "x")
    for parts in (activity, activity, activity | other):
        await bench.send(parts)

    told = [one.profile for one in bench.handlers.heard if one.kind == "profile"]
    assert told == [Profile("en-CA", "America/Toronto"), Profile("fr-CA", "America/Montreal")]
    assert await bench.room.outlet.profile(WHO) == Profile("fr-CA", "America/Montreal")


INSTALLS = {
    "a person adds it": ("add", {}, News("arrived", WORKSPACE, MARIE)),
    "a person removes it": ("remove", {}, News("gone", WORKSPACE, MARIE, reason="uninstalled")),
    "a team adds it": (
        "add",
        activities.in_channel(),
        News("arrived", WORKSPACE, channel=CHANNEL, by=MARIE),
    ),
    "a team updates it": (
        "add-upgrade",
        activities.in_channel(),
        News("arrived", WORKSPACE, channel=CHANNEL),
    ),
    "a team removes it": (
        "remove",
        activities.in_channel(),
        News("gone", WORKSPACE, channel=CHANNEL, reason="uninstalled"),
    ),
}


@pytest.mark.parametrize(("action_", "parts", "news"), INSTALLS.values(), ids=INSTALLS.keys())
async def test_installing_tells_a_way_and_removing_ends_it(
    bench: Bench, action_: str, parts: dict[str, Any], news: News
) -> None:
    """The way to a person or channel is told when the app is added; nobody is greeted."""
    await bench.send(activities.installed(bench.ms.service, action_, **parts))

    (told,) = [one for one in bench.handlers.heard if one.kind in {"arrived", "gone"}]
    place = CHANNEL if parts else CHAT
    way = json.dumps([bench.ms.service, place]) if news.kind == "arrived" else ""
    assert told.by == news.by
    assert (told.kind, told.workspace, told.person, told.channel, told.reason, told.way) == (
        news.kind,
        news.workspace,
        news.person,
        news.channel,
        news.reason,
        way,
    )
    assert bench.ms.calls == []


async def test_a_channel_that_is_deleted_is_gone(bench: Bench) -> None:
    """Nothing more is owed to a channel that its team deleted."""
    data = {"tenant": {"id": TENANT}, "channel": {"id": CHANNEL}, "eventType": "channelDeleted"}
    activity = activities.written(bench.ms.service, "", **activities.in_channel())

    await bench.send({**activity, "type": "conversationUpdate", "channelData": data})

    assert bench.handlers.heard[-1] == News(
        "gone", WORKSPACE, channel=CHANNEL, reason="channelDeleted"
    )


async def test_an_installing_that_cannot_be_kept_is_told_again(bench: Bench) -> None:
    """While the store is busy Teams hears so, and what it tells again is kept."""
    bench.handlers.replies["news"] = BusyError()
    activity = activities.installed(bench.ms.service)

    assert (await bench.send(activity)).status == 503
    del bench.handlers.replies["news"]
    assert (await bench.send(activity)).status == 200


async def test_a_profile_that_cannot_be_kept_holds_nobody_up(bench: Bench) -> None:
    """While the store is busy a person is answered all the same, and their zone told later."""
    bench.handlers.replies |= {"news": BusyError(), "tip": HELLO}
    for _ in range(2):
        await bench.send(activities.written(bench.ms.service, "tip"))

    assert len(bench.ms.posted) == 2
    assert [one.kind for one in bench.handlers.heard] == ["profile", "arrived"] * 2
