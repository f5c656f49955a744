"""One clinic's cards and safety text reach no other, over signed HTTP with the store."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot import app
from bot.chat.slack.adapter import SlackAdapter
from bot.chat.slack.token_rotation import TokenPair
from bot.clock import Clock
from bot.content.catalogue import load_catalogue
from bot.slack_installations import SlackInstallations
from tests.chat import asgi
from tests.chat.conftest import NOW, create_bot
from tests.chat.slack import payloads, view_parser
from tests.chat.surfaces import render_team_file
from tests.journeys.installable_slack import (
    CLIENT_ID,
    CLIENT_SECRET,
    InstallableSlack,
    run_installable_slack,
)

NORTH, SOUTH, EAST = "T0NORTH", "T0SOUTH", "T0EAST"
MARKS = {NORTH: "of the north", SOUTH: "of the south", EAST: "of all"}
"""What is in each workspace's safety text, and the first two have on each of their cards."""

SHIPPED = load_catalogue().get_pack("en")
ANSWERS = {"form": ("away",), "status": ("touched",)}
WORKSPACES_FILE = "".join(
    f'[[workspace]]\nid = "{place}"\ncards = "{place}"\nsafety = {{ en = "Call {MARKS[place]}" }}\n'
    for place in (NORTH, SOUTH)
)


def write_cards(folder: Path, place: str) -> None:
    """Write seven cards of a workspace, on a topic of its own and a shipped one; no other is used.

    The topic's keyword has one of the shipped ones in it.
    """
    (folder / place).mkdir()
    retired = json.dumps([tip.id for tip in SHIPPED.tips])
    for topic, count in ((f"ask-{place[2:].lower()}", 4), ("ask", 3)):
        cards = "".join(
            f'[[card]]\nid = "{topic}-{number}"\ntitle = "Card {number} {MARKS[place]}"\n'
            f'point = "A point {MARKS[place]}."\ntry_this = "A try {MARKS[place]}."\n'
            for number in range(count)
        )
        header = f'topic = "{topic}"\ntitle = "Topic"\nretire = {retired}\n'
        (folder / place / f"{topic}.toml").write_text(header + cards, encoding="utf-8")


@dataclass
class Clinics:
    """A bot that three workspaces installed, two of which have content of their own."""

    bot: app.Bot
    slack: InstallableSlack
    act_count: int = 0

    async def run_command(self, place: str, name: str, words: str = "") -> str:
        """Send a command of a clinician; return what Slack shows, as text."""
        user = f"U0{place[2:]}0"
        payload = payloads.build_command(f"/{name}", words, team_id=place, user_id=user)
        return await self._post(place, payload)

    async def press_button(self, place: str, name: str, value: str) -> str:
        """Press a button of a form, with any value; return what Slack shows."""
        self.act_count += 1
        view = payloads.build_view("reading", id=f"V{self.act_count}", app_installed_team_id=place)
        press = payloads.build_view_press(view, name, value) | self._sender_parts(place)
        return await self._post(place, press)

    async def submit_debrief(self, place: str) -> str:
        """Submit the debrief that was opened last; return the guide's view."""
        view = self.slack.uses_of("views.open")[-1].arguments["view"]
        state = {"values": view_parser.field_states(view, ANSWERS)}
        self.act_count += 1
        view = {**view, "id": f"V{self.act_count}", "app_installed_team_id": place, "state": state}
        submission = payloads.build_submission("debrief")
        return await self._post(place, {**submission, "view": view, **self._sender_parts(place)})

    def _sender_parts(self, place: str) -> dict[str, Any]:
        user = {"id": f"U0{place[2:]}0", "team_id": place}
        return {"user": user, "team": {"id": place, "domain": "clinic"}}

    async def _post(self, place: str, payload: payloads.Payload) -> str:
        """Send a signed payload; return its response and the calls that had the place's token."""
        self.act_count += 1
        payload = {**payload, "trigger_id": f"{self.act_count}.1.act"}
        use_count = len(self.slack.uses)
        body, content_type = payloads.encode_payload(payload)
        headers = payloads.sign_headers(body, content_type)
        response = await asgi.send_request(self.bot.asgi, "POST", "/slack/events", body, headers)
        assert response.status == 200
        await self.bot.chat_adapters["slack"].wait_for_background_tasks()
        await self.bot.request_middleware.wait_for_profile_lookups()
        uses = self.slack.uses[use_count:]
        assert {use.place for use in uses} <= {place}
        return response.body.decode() + json.dumps([use.arguments for use in uses])


@pytest.fixture
def slack() -> Iterator[InstallableSlack]:
    """A fake of Slack."""
    with run_installable_slack() as running:
        yield running


@pytest.fixture
async def clinics(slack: InstallableSlack, tmp_path: Path) -> AsyncIterator[Clinics]:
    """The three workspaces, each with a team."""
    for place in (NORTH, SOUTH):
        write_cards(tmp_path, place)
    (tmp_path / "workspaces.toml").write_text(WORKSPACES_FILE, encoding="utf-8")
    team_file = "".join(
        render_team_file(place, f"C0{place[2:]}", tuple(f"U0{place[2:]}{n}" for n in range(8)))
        for place in MARKS
    )
    bot = await create_bot(
        tmp_path,
        Clock(NOW),
        team_file,
        slack_api_url=slack.api_url,
        slack_client_id=CLIENT_ID,
        slack_client_secret=SecretStr(CLIENT_SECRET),
        slack_signing_secret=SecretStr(payloads.SIGNING_SECRET),
        base_url="https://attune.example.org",
        workspaces_file=tmp_path / "workspaces.toml",
        safety_text_en=f"Call {MARKS[EAST]}",
    )
    for place in MARKS:
        tokens = TokenPair(slack.issue_tokens(place)["access_token"], "", 0)
        await SlackInstallations(bot.context.store).save(f"slack:{place}", tokens, None)
    adapter = bot.chat_adapters["slack"]
    assert isinstance(adapter, SlackAdapter)
    adapter.responder.waiting_form_seconds = 0
    async with bot.lifespan():
        yield Clinics(bot, slack)


def find_marks(text: str) -> set[str]:
    """Return the workspaces whose mark is in *text*."""
    return {place for place, mark in MARKS.items() if mark in text}


async def test_each_guide_has_the_safety_text_of_its_own_clinic(clinics: Clinics) -> None:
    """Interleaved, so that each renders what another has rendered before, in both orders."""
    places = [*MARKS, *reversed(MARKS)]
    for place in places:
        assert find_marks(await clinics.run_command(place, "rupture")) == {place}
        assert find_marks(await clinics.submit_debrief(place)) == {place}

    assert find_marks(json.dumps([use.arguments for use in clinics.slack.uses])) == {*MARKS}


async def test_no_card_of_another_clinic_is_found(clinics: Clinics) -> None:
    """Neither drawn on any day, nor listed, nor found by its topic, its number or a button."""
    for ahead in ("", "1", "4", "7"):
        for place in MARKS:
            answer = (
                await clinics.press_button(place, "tip.next", ahead)
                if ahead
                else await clinics.run_command(place, "tip")
            )
            assert find_marks(answer) == {place} - {EAST}
    for place in MARKS:
        for other in (NORTH, SOUTH):
            own_topic = f"ask-{other[2:].lower()}"
            typed = await clinics.run_command(place, "tip", f"{own_topic} please")
            pressed = await clinics.press_button(place, "tip.topic", own_topic)
            filtered = await clinics.press_button(place, "tip.kind", f"{own_topic}:point")
            assert find_marks(typed) == {place} - {EAST}
            assert find_marks(pressed + filtered) == {other} & {place}
            assert (typed == await clinics.run_command(place, "tip", "ask")) is (other != place)
        listed = await clinics.run_command(place, "tip", "list")
        assert [f"ask-{other[2:].lower()}" in listed for other in (NORTH, SOUTH)] == [
            other == place for other in (NORTH, SOUTH)
        ]


async def test_a_channel_gets_its_own_clinic_s_cards(clinics: Clinics) -> None:
    """The cards of two weeks, and everything else that is sent meanwhile."""
    clock = clinics.bot.context.now
    assert isinstance(clock, Clock)
    for days in (1, 8):
        clock.move_to(NOW + timedelta(days=days, hours=2))
        await clinics.bot.run_duties_and_deliver()
    sent = clinics.slack.uses_of("chat.postMessage")
    tips = [use for use in sent if use.arguments["channel"].startswith("C0")]

    assert {
        place: sum(use.place == place for use in tips) >= 2 for place in MARKS
    } == dict.fromkeys(MARKS, True)
    assert all(find_marks(json.dumps(use.arguments)) <= {use.place} for use in sent)
    assert {use.place for use in tips if find_marks(json.dumps(use.arguments))} == {NORTH, SOUTH}
