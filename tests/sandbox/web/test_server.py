from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.persona_driver import PersonaDriver
from tests.sandbox.block_kit.samples import build_actions, build_button
from tests.sandbox.fake_bot import FakeBot
from tests.sandbox.workspace.test_actions import opened


@pytest.fixture
async def page(engine: SandboxEngine) -> AsyncIterator[aiohttp.ClientSession]:
    """Return a session that asks as the page does."""
    async with aiohttp.ClientSession(engine.config.slack_url) as session:
        yield session


async def act(page: aiohttp.ClientSession, **said: Any) -> dict[str, Any]:
    """Do something as the first clinician."""
    async with page.post("/practice/act", json={"persona": "U0CLIN01", **said}) as answer:
        told: dict[str, Any] = await answer.json()
        return told


async def seen(page: aiohttp.ClientSession, persona: str = "U0CLIN01") -> dict[str, Any]:
    """Return what a persona sees."""
    async with page.get("/practice/state", params={"persona": persona}) as answer:
        told: dict[str, Any] = await answer.json()
        return told


async def test_the_page_is_told_everything_that_one_person_sees(
    page: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    """Their rooms and messages, and nothing of anybody else's."""
    await client.chat_postMessage(channel="U0CLIN01", text="For Ilse")
    await client.chat_postMessage(channel="C0NORTH", text="For all")
    await client.chat_postEphemeral(channel="C0NORTH", user="U0CLIN01", text="For Ilse here")

    mine, theirs = await seen(page), await seen(page, "U0CLIN02")

    assert mine["me"] == {"id": "U0CLIN01", "name": "Ilse Okonjo"}
    assert [room["kind"] for room in mine["channels"]] == ["channel", "channel", "app"]
    assert [m["text"] for m in mine["messages"]["C0NORTH"]] == ["For all", "For Ilse here"]
    assert [m["ephemeral"] for m in mine["messages"]["C0NORTH"]] == [False, True]
    assert mine["messages"]["D0CLIN01"][0]["author_kind"] == "app"
    assert mine["messages"]["D0CLIN01"][0]["time"].startswith("2026-11-24T10:00")
    assert [m["text"] for m in theirs["messages"]["C0NORTH"]] == ["For all"]
    assert theirs["messages"]["D0CLIN02"] == []
    assert len(mine["personas"]) == 37
    assert mine["next"]["checkin"].startswith("2026-11-30T09:00")


async def test_what_is_read_is_unread_no_more(
    page: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    """New messages of others are counted until their room was looked at."""
    await client.chat_postMessage(channel="C0NORTH", text="x")
    await act(page, act="say", channel="C0NORTH", text="mine")
    before = (await seen(page))["channels"][0]["unread"]

    await act(page, act="read", channel="C0NORTH")

    assert (before, (await seen(page))["channels"][0]["unread"]) == (1, 0)


async def test_whoever_waits_hears_of_news_at_once(
    page: aiohttp.ClientSession, engine: SandboxEngine, client: AsyncWebClient
) -> None:
    """A waiting page is answered by the next change, with its number."""
    known = engine.workspace.version
    async with page.get("/practice/wait", params={"version": known - 1}) as answer:
        assert (await answer.json())["version"] == known
    await client.chat_postMessage(channel="C0NORTH", text="x")
    async with page.get("/practice/wait", params={"version": known}) as answer:
        assert (await answer.json())["version"] > known


async def test_every_act_reaches_the_bot(
    page: aiohttp.ClientSession,
    bot: FakeBot,
    client: AsyncWebClient,
    engine: SandboxEngine,
    ilse: PersonaDriver,
) -> None:
    """Commands, presses, changes, forms, closings, the Home and shortcuts, by name."""
    await client.chat_postMessage(
        channel=ilse.chat_id, text="x", blocks=[build_actions(build_button())]
    )
    stamp, form = ilse.visible_messages()[0].ts, {"type": "modal", "title": plain, "submit": plain}
    step = {"block_id": "b00", "action_id": "press"}
    await act(page, act="command", channel="C0NORTH", command="/tip", text="next")
    await act(page, act="press", channel=ilse.chat_id, ts=stamp, **step)
    await act(page, act="home")
    await act(page, act="shortcut", callback_id="debrief")
    view = await opened(client, engine, {**form, "blocks": [question], "notify_on_close": True})
    chosen = {"type": "radio_buttons", "selected_option": {"value": "a"}}
    await act(page, act="change", view=view, block_id="pick", action_id="pick", **chosen)
    await act(page, act="submit", view=view, state={"pick": {"pick": chosen}})
    other = await opened(client, engine, {**form, "blocks": [question], "notify_on_close": True})
    await act(page, act="close", view=other)

    assert [told.get("type", "command") for told in bot.received_payloads] == [
        "command",
        "block_actions",
        "event_callback",
        "shortcut",
        "view_submission",
        "view_closed",
    ]


plain = {"type": "plain_text", "text": "Title"}
question = {
    "type": "input",
    "block_id": "pick",
    "label": plain,
    "element": {
        "type": "radio_buttons",
        "action_id": "pick",
        "options": [{"text": plain, "value": "a"}],
    },
}


@pytest.mark.parametrize(
    "said",
    [
        {"act": "dance"},
        {"act": "press"},
        {"act": "say", "channel": "C0NOWHERE", "text": "x"},
        {"act": "submit", "view": "V0"},
        {"act": "say", "channel": "C0NORTH", "text": None},
        {"persona": "U0NOBODY", "act": "home"},
    ],
)
async def test_what_nobody_could_do_is_refused(
    page: aiohttp.ClientSession, said: dict[str, object]
) -> None:
    """A malformed or impossible act is answered with a code, and nothing happens."""
    told = await act(page, **said)

    assert told["ok"] is False
    assert told["error"]


async def test_a_notice_can_be_put_away(page: aiohttp.ClientSession, engine: SandboxEngine) -> None:
    """What Slack said is gone once it was read."""
    engine.workspace.add_notice("U0CLIN01", "Something")
    notice = (await seen(page))["notices"][0]

    await act(page, act="dismiss", notice=notice["id"])

    assert (await seen(page))["notices"] == []


@pytest.mark.parametrize(
    ("said", "reached"),
    [
        ({"jump": "day"}, "2026-11-25T15:00"),
        ({"jump": "week"}, "2026-12-01T15:00"),
        ({"jump": "close"}, "2026-12-07T05:00"),
        ({"jump": "checkin", "persona": "U0CLIN01"}, "2026-11-30T14:00"),
        ({"to": "2026-11-24T18:00:00-05:00"}, "2026-11-24T23:00"),
    ],
)
async def test_the_page_moves_practice_time(
    page: aiohttp.ClientSession, said: dict[str, str], reached: str
) -> None:
    """Each jump arrives where its name says."""
    async with page.post("/practice/clock", json=said) as answer:
        told = await answer.json()

    assert told["ok"] is True
    assert told["now"].startswith(reached)


@pytest.mark.parametrize("said", [{}, {"jump": "year"}, {"to": "soon"}, {"to": 7}])
async def test_a_jump_to_nowhere_is_refused(
    page: aiohttp.ClientSession, engine: SandboxEngine, said: dict[str, object]
) -> None:
    """Time stands still where the target makes no sense."""
    before = engine.workspace.clock.now()
    async with page.post("/practice/clock", json=said) as answer:
        assert answer.status == 400

    assert (engine.workspace.clock.now() - before).total_seconds() < 60


async def test_a_foreign_page_has_no_hold_of_it(page: aiohttp.ClientSession) -> None:
    """Another host's name, or a body that a foreign page could send unasked, does nothing."""
    said = {"persona": "U0CLIN01", "act": "say", "channel": "C0NORTH", "text": "x"}
    async with page.post("/practice/act", data=str(said)) as answer:
        assert answer.status == 400
    async with page.post("/practice/act", json=said, headers={"Host": "evil.example"}) as answer:
        assert answer.status == 400

    assert (await seen(page))["messages"]["C0NORTH"] == []


async def test_the_page_gets_its_sentences(page: aiohttp.ClientSession) -> None:
    """Every sentence of the practice workspace is told by its key, and in which language."""
    async with page.get("/practice/words") as answer:
        told = await answer.json()

    assert answer.headers["Content-Language"] == "en"
    assert told["tryout.engine.required"] == "Please answer this question."
    assert all(key.startswith("tryout.") for key in told)
    assert datetime.fromisoformat((await seen(page))["now"]).tzinfo


async def test_the_page_itself_loads_nothing_from_elsewhere(page: aiohttp.ClientSession) -> None:
    """It comes with a rule that lets it speak to this machine alone."""
    async with page.get("/") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
