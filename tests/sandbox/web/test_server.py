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
from tests.sandbox.workspace.test_actions import open_form

PLAIN_TEXT = {"type": "plain_text", "text": "Title"}
RADIO_INPUT = {
    "type": "input",
    "block_id": "pick",
    "label": PLAIN_TEXT,
    "element": {
        "type": "radio_buttons",
        "action_id": "pick",
        "options": [{"text": PLAIN_TEXT, "value": "a"}],
    },
}
MODAL = {
    "type": "modal",
    "title": PLAIN_TEXT,
    "submit": PLAIN_TEXT,
    "blocks": [RADIO_INPUT],
    "notify_on_close": True,
}


@pytest.fixture
async def page(engine: SandboxEngine) -> AsyncIterator[aiohttp.ClientSession]:
    """Return an HTTP session with the base URL of the page."""
    async with aiohttp.ClientSession(engine.config.slack_url) as session:
        yield session


async def post_action(page: aiohttp.ClientSession, **arguments: Any) -> dict[str, Any]:
    """Send an action of the first clinician and return the response body."""
    async with page.post("/practice/act", json={"persona": "U0CLIN01", **arguments}) as response:
        body: dict[str, Any] = await response.json()
        return body


async def read_screen(page: aiohttp.ClientSession, persona: str = "U0CLIN01") -> dict[str, Any]:
    """Return the screen of a persona."""
    async with page.get("/practice/state", params={"persona": persona}) as response:
        body: dict[str, Any] = await response.json()
        return body


async def test_screen_contains_what_is_visible_to_one_person(
    page: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    """A screen contains the conversations and messages of one person, and no others."""
    await client.chat_postMessage(channel="U0CLIN01", text="For Ilse")
    await client.chat_postMessage(channel="C0NORTH", text="For all")
    await client.chat_postEphemeral(channel="C0NORTH", user="U0CLIN01", text="For Ilse here")

    own_screen, other_screen = await read_screen(page), await read_screen(page, "U0CLIN02")

    assert (own_screen["me"]["id"], own_screen["me"]["name"]) == ("U0CLIN01", "Ilse Okonjo")
    assert [channel["kind"] for channel in own_screen["channels"]] == ["channel", "channel", "app"]
    assert [message["text"] for message in own_screen["messages"]["C0NORTH"]] == [
        "For all",
        "For Ilse here",
    ]
    assert [message["ephemeral"] for message in own_screen["messages"]["C0NORTH"]] == [False, True]
    assert own_screen["messages"]["D0CLIN01"][0]["author_kind"] == "app"
    assert own_screen["messages"]["D0CLIN01"][0]["time"].startswith("2026-11-24T10:00")
    assert [message["text"] for message in other_screen["messages"]["C0NORTH"]] == ["For all"]
    assert other_screen["messages"]["D0CLIN02"] == []
    assert len(own_screen["personas"]) == 46
    assert own_screen["next"]["checkin"].startswith("2026-11-30T09:00")


async def test_notice_goes_away_with_the_next_action(page: aiohttp.ClientSession) -> None:
    """What the visitor does next removes the notice; what the page sends by itself does not."""
    await post_action(page, act="command", channel="C0NORTH", command="/invite", text="help")
    await post_action(page, act="home")
    await post_action(page, act="read", channel="C0NORTH")
    notices_before = (await read_screen(page))["notices"]

    await post_action(page, act="say", channel="C0NORTH", text="x")

    assert len(notices_before) == 1
    assert (await read_screen(page))["notices"] == []


async def test_read_marker_clears_the_unread_count(
    page: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    """The unread count covers messages of other authors since the last read marker."""
    await client.chat_postMessage(channel="C0NORTH", text="x")
    await post_action(page, act="say", channel="C0NORTH", text="mine")
    unread_before = (await read_screen(page))["channels"][0]["unread"]

    await post_action(page, act="read", channel="C0NORTH")

    assert (unread_before, (await read_screen(page))["channels"][0]["unread"]) == (1, 0)


async def test_long_poll_returns_after_a_change(
    page: aiohttp.ClientSession, engine: SandboxEngine, client: AsyncWebClient
) -> None:
    """A long poll returns the version of the workspace once it is newer."""
    version = engine.workspace.version
    async with page.get("/practice/wait", params={"version": version - 1}) as response:
        assert (await response.json())["version"] == version
    await client.chat_postMessage(channel="C0NORTH", text="x")
    async with page.get("/practice/wait", params={"version": version}) as response:
        assert (await response.json())["version"] > version


async def test_every_action_reaches_the_bot(
    page: aiohttp.ClientSession,
    bot: FakeBot,
    client: AsyncWebClient,
    engine: SandboxEngine,
    ilse: PersonaDriver,
) -> None:
    """Each action of the page sends the payload of its type to the bot."""
    await client.chat_postMessage(
        channel=ilse.chat_id, text="x", blocks=[build_actions(build_button())]
    )
    timestamp = ilse.visible_messages()[0].ts
    button_ids = {"block_id": "b00", "action_id": "press"}
    await post_action(page, act="command", channel="C0NORTH", command="/tip", text="next")
    await post_action(page, act="press", channel=ilse.chat_id, ts=timestamp, **button_ids)
    await post_action(page, act="home")
    await post_action(page, act="shortcut", callback_id="debrief")
    first_view = await open_form(client, engine, MODAL)
    answer = {"type": "radio_buttons", "selected_option": {"value": "a"}}
    await post_action(
        page, act="change", view=first_view, block_id="pick", action_id="pick", **answer
    )
    await post_action(page, act="submit", view=first_view, state={"pick": {"pick": answer}})
    second_view = await open_form(client, engine, MODAL)
    await post_action(page, act="close", view=second_view)

    assert [payload.get("type", "command") for payload in bot.received_payloads] == [
        "command",
        "block_actions",
        "event_callback",
        "shortcut",
        "view_submission",
        "view_closed",
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        {"act": "dance"},
        {"act": "press"},
        {"act": "say", "channel": "C0NOWHERE", "text": "x"},
        {"act": "submit", "view": "V0"},
        {"act": "say", "channel": "C0NORTH", "text": None},
        {"persona": "U0NOBODY", "act": "home"},
    ],
)
async def test_invalid_action_is_rejected(
    page: aiohttp.ClientSession, arguments: dict[str, object]
) -> None:
    """A malformed or impossible action has an error code."""
    body = await post_action(page, **arguments)

    assert body["ok"] is False
    assert body["error"]


async def test_notice_is_dismissed(page: aiohttp.ClientSession, engine: SandboxEngine) -> None:
    """A dismissed notice is removed from the screen."""
    engine.workspace.add_notice("U0CLIN01", "Something")
    notice = (await read_screen(page))["notices"][0]

    await post_action(page, act="dismiss", notice=notice["id"])

    assert (await read_screen(page))["notices"] == []


@pytest.mark.parametrize(
    ("arguments", "expected_instant"),
    [
        ({"jump": "day"}, "2026-11-25T15:00"),
        ({"jump": "week"}, "2026-12-01T15:00"),
        ({"jump": "close"}, "2026-12-07T05:00"),
        ({"jump": "checkin", "persona": "U0CLIN01"}, "2026-11-30T14:00"),
        ({"to": "2026-11-24T18:00:00-05:00"}, "2026-11-24T23:00"),
    ],
)
async def test_page_moves_the_simulated_clock(
    page: aiohttp.ClientSession, arguments: dict[str, str], expected_instant: str
) -> None:
    """Each jump moves the clock to its target."""
    async with page.post("/practice/clock", json=arguments) as response:
        body = await response.json()

    assert body["ok"] is True
    assert body["now"].startswith(expected_instant)


@pytest.mark.parametrize("arguments", [{}, {"jump": "year"}, {"to": "soon"}, {"to": 7}])
async def test_invalid_jump_is_rejected(
    page: aiohttp.ClientSession, engine: SandboxEngine, arguments: dict[str, object]
) -> None:
    """A jump to an invalid target has the status 400 and does not move the clock."""
    instant_before = engine.workspace.clock.now()
    async with page.post("/practice/clock", json=arguments) as response:
        assert response.status == 400

    assert (engine.workspace.clock.now() - instant_before).total_seconds() < 60


async def test_cross_site_requests_are_rejected(page: aiohttp.ClientSession) -> None:
    """A foreign Host header, or a body without a JSON content type, has the status 400."""
    arguments = {"persona": "U0CLIN01", "act": "say", "channel": "C0NORTH", "text": "x"}
    async with page.post("/practice/act", data=str(arguments)) as response:
        assert response.status == 400
    async with page.post(
        "/practice/act", json=arguments, headers={"Host": "evil.example"}
    ) as response:
        assert response.status == 400

    assert (await read_screen(page))["messages"]["C0NORTH"] == []


async def test_page_receives_its_sentences(page: aiohttp.ClientSession) -> None:
    """The response contains each sentence of the sandbox by key, and a language header."""
    async with page.get("/practice/words") as response:
        sentences = await response.json()

    assert response.headers["Content-Language"] == "en"
    assert sentences["sandbox.engine.required"] == "Please answer this question."
    assert all(key.startswith("sandbox.") for key in sentences)
    assert datetime.fromisoformat((await read_screen(page))["now"]).tzinfo


async def test_page_has_a_content_security_policy(page: aiohttp.ClientSession) -> None:
    """The policy of the page restricts its sources to the own origin."""
    async with page.get("/") as response:
        assert response.status == 200
        assert response.headers["Content-Security-Policy"].startswith("default-src 'self'")


async def test_browser_finds_the_icon_beside_any_document(page: aiohttp.ClientSession) -> None:
    """A document that links no icon, such as the icon itself, causes no error in the console."""
    async with page.get("/favicon.ico") as response:
        assert response.status == 200
        assert response.content_type == "image/svg+xml"
