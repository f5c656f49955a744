"""The invented practice as an organisation in Microsoft Teams: people, a team, and a past."""

import random
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.process import loopback_server
from bot.sandbox.workspace import personas, seed
from bot.sandbox.workspace.personas import Persona, SamplePractice
from bot.sandbox.workspace.time_travel import ClockError

TENANT_ID = "00000000-0000-4000-8000-0000000000aa"
BOT_CLIENT_ID = "00000000-0000-4000-8000-0000000000bb"
CHANNEL_ID = "19:riverside@thread.tacv2"
_OK_STATUS = 200

_OTHER_USER_COUNT = 5
"""How many people besides oneself the Playground shows, no more and no fewer."""

_PLAYGROUND_LANGUAGE = "en"
"""What the Playground says that everybody reads, whoever they are."""

Json = dict[str, Any]


def build_sample_practice(language: str = "en") -> SamplePractice:
    """Return one team of the invented practice, with ids as Microsoft gives them."""
    everybody = personas.localize_practice(language)
    river = everybody.teams[1]
    known = [p for p in everybody.personas if p.team_key in {"", river.key}]
    renamed = (
        replace(one, id=f"00000000-0000-4000-8000-{place:012}")
        for place, one in enumerate(known, start=1)
    )
    crews = (replace(river, channel=CHANNEL_ID),)
    return replace(everybody, teams=crews, personas=tuple(renamed))


def build_playground_config(sample_practice: SamplePractice, current_persona: Persona) -> Json:
    """Return what the Playground is told: who is there, who one is, and the team's channel."""
    others = [one for one in reversed(sample_practice.personas) if one != current_persona][
        :_OTHER_USER_COUNT
    ]
    return {
        "version": "0.1.1",
        "tenantId": TENANT_ID,
        "bot": {"id": BOT_CLIENT_ID, "name": "Attune"},
        "currentUser": _render_user(current_persona),
        "users": [_render_user(one) for one in others],
        "personalChat": {"id": f"a:{current_persona.id}"},
        "groupChat": {"id": "19:lobby@thread.v2", "name": sample_practice.name},
        "team": {
            "id": "19:maplewater@thread.tacv2",
            "name": sample_practice.name,
            "aadGroupId": "00000000-0000-4000-8000-0000000000cc",
            "channels": [{"id": CHANNEL_ID, "name": sample_practice.teams[0].name}],
        },
    }


def _render_user(persona: Persona) -> Json:
    given, _, family = persona.name.partition(" ")
    return {
        "id": persona.id,
        "name": persona.name,
        "userPrincipleName": f"{persona.handle}@example.com",
        "aadObjectId": persona.id,
        "givenName": given,
        "surname": family,
        "email": f"{persona.handle}@example.com",
    }


async def generate_history(
    bot_url: str, sample_practice: SamplePractice, start: datetime, now: datetime
) -> None:
    """Let the practice at the bot live from *begun* to *now*, filing debriefs week by week.

    Everything goes through the bot's own door, as Teams sends it; what the bot posts
    meanwhile is taken by a stand-in and forgotten. Raises ClockError when time stands still.
    """
    weeks = max(1, -((start - now) // timedelta(weeks=1)))
    async with _run_stub_service() as service, aiohttp.ClientSession() as session:
        past = _HistoryDriver(session, bot_url, service)
        await past.install_bot(
            sample_practice.people_in_role(sample_practice.teams[0], "supervisor")[0]
        )
        for one in (
            sample_practice.personas if sample_practice.language != _PLAYGROUND_LANGUAGE else ()
        ):
            await past.choose_language(one, sample_practice.language)
        for week in range(weeks):
            for filed in seed.plan_debriefs(sample_practice, weeks):
                if filed.week == week:
                    await past.file_debrief(
                        sample_practice.get_persona(filed.person_id), filed.random_seed
                    )
            await past.move_clock(min(start + timedelta(weeks=week + 1), now))


class _HistoryDriver:
    """The hands of everybody in the practice."""

    def __init__(self, session: aiohttp.ClientSession, bot_url: str, service_url: str) -> None:
        self._session = session
        self._bot_url = bot_url
        self._service_url = service_url

    async def install_bot(self, persona: Persona) -> None:
        """Add the bot to the team, so that it knows the way to the channel."""
        where = {"conversation": {"id": CHANNEL_ID, "conversationType": "channel"}}
        await self._send_activity(persona, type="installationUpdate", action="add", **where)

    async def choose_language(self, persona: Persona, language: str) -> None:
        """Choose a language, as the Playground will tell the bot of another one."""
        act = {"in": "buttons", "name": "home.language", "data": language}
        await self._submit_card(persona, {"attune": {"act": act, "place": "message"}})

    async def file_debrief(self, persona: Persona, random_seed: int) -> None:
        """File one debrief: open the form in a card, answer it, send it off."""
        draw = random.Random(random_seed)  # noqa: S311 - a made-up past, the same each time
        opened = {"attune": {"act": {"in": "buttons", "name": "rupture.open"}, "place": "message"}}
        form = (await self._submit_card(persona, opened))["value"]
        answers = {
            asked["id"]: seed.draw_answer(
                asked["id"], [one["value"] for one in asked["choices"]], draw
            )
            for asked in form["body"]
            if asked["type"] == "Input.ChoiceSet"
        }
        await self._submit_card(persona, form["actions"][0]["data"] | answers)

    async def move_clock(self, now: datetime) -> None:
        """Move the bot's clock."""
        told = {"now": now.isoformat()}
        async with self._session.post(f"{self._bot_url}/_clock", json=told) as answer:
            if answer.status != _OK_STATUS:
                raise ClockError

    async def _submit_card(self, persona: Persona, data: Json) -> Json:
        """Take a step on a card, and return what Teams would show next."""
        value = {"action": {"type": "Action.Execute", "data": data}, "trigger": "manual"}
        return await self._send_activity(
            persona, type="invoke", name="adaptiveCard/action", value=value
        )

    async def _send_activity(self, persona: Persona, **activity_fields: object) -> Json:
        chat = {"id": f"a:{persona.id}", "conversationType": "personal"}
        activity = {
            "id": secrets.token_hex(8),
            "channelId": "msteams",
            "serviceUrl": self._service_url,
            "from": {"id": f"29:{persona.id}", "name": persona.name, "aadObjectId": persona.id},
            "recipient": {"id": f"28:{BOT_CLIENT_ID}", "name": "Attune"},
            "channelData": {"tenant": {"id": TENANT_ID}},
            "locale": persona.locale,
            "localTimezone": persona.zone,
            "conversation": chat,
        } | activity_fields
        async with self._session.post(f"{self._bot_url}/api/messages", json=activity) as answer:
            answer.raise_for_status()
            said: Json = await answer.json(content_type=None) or {}
            return said


@asynccontextmanager
async def _run_stub_service() -> AsyncIterator[str]:
    """Stand in for Teams' service: take whatever the bot posts, and forget it."""

    async def accept_activity(_request: Request) -> Response:
        return JSONResponse({"id": secrets.token_hex(8)}, status_code=201)

    listening = loopback_server.listen_on_port()
    routes = [Route("/{path:path}", accept_activity, methods=["GET", "POST", "PUT"])]
    async with loopback_server.serve_app(Starlette(routes=routes), listening):
        yield loopback_server.listener_url(listening)
