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
from bot.sandbox.workspace.personas import Cast, Persona
from bot.sandbox.workspace.time_travel import ClockError

TENANT = "00000000-0000-4000-8000-0000000000aa"
BOT = "00000000-0000-4000-8000-0000000000bb"
CHANNEL = "19:riverside@thread.tacv2"
_WELL = 200

_OTHERS = 5
"""How many people besides oneself the Playground shows, no more and no fewer."""

_PLAYGROUNDS = "en"
"""What the Playground says that everybody reads, whoever they are."""

Json = dict[str, Any]


def cast(language: str = "en") -> Cast:
    """Return one team of the invented practice, with ids as Microsoft gives them."""
    everybody = personas.speaking(language)
    river = everybody.crews[1]
    known = [p for p in everybody.personas if p.crew in {"", river.key}]
    renamed = (
        replace(one, id=f"00000000-0000-4000-8000-{place:012}")
        for place, one in enumerate(known, start=1)
    )
    crews = (replace(river, channel=CHANNEL),)
    return replace(everybody, crews=crews, personas=tuple(renamed))


def config(who: Cast, me: Persona) -> Json:
    """Return what the Playground is told: who is there, who one is, and the team's channel."""
    others = [one for one in reversed(who.personas) if one != me][:_OTHERS]
    return {
        "version": "0.1.1",
        "tenantId": TENANT,
        "bot": {"id": BOT, "name": "Attune"},
        "currentUser": _account(me),
        "users": [_account(one) for one in others],
        "personalChat": {"id": f"a:{me.id}"},
        "groupChat": {"id": "19:lobby@thread.v2", "name": who.practice},
        "team": {
            "id": "19:maplewater@thread.tacv2",
            "name": who.practice,
            "aadGroupId": "00000000-0000-4000-8000-0000000000cc",
            "channels": [{"id": CHANNEL, "name": who.crews[0].name}],
        },
    }


def _account(one: Persona) -> Json:
    given, _, family = one.name.partition(" ")
    return {
        "id": one.id,
        "name": one.name,
        "userPrincipleName": f"{one.handle}@example.com",
        "aadObjectId": one.id,
        "givenName": given,
        "surname": family,
        "email": f"{one.handle}@example.com",
    }


async def live(bot: str, who: Cast, begun: datetime, now: datetime) -> None:
    """Let the practice at the bot live from *begun* to *now*, filing debriefs week by week.

    Everything goes through the bot's own door, as Teams sends it; what the bot posts
    meanwhile is taken by a stand-in and forgotten. Raises ClockError when time stands still.
    """
    weeks = max(1, -((begun - now) // timedelta(weeks=1)))
    async with _forgetting() as service, aiohttp.ClientSession() as session:
        past = _Past(session, bot, service)
        await past.install(who.of(who.crews[0], "supervisor")[0])
        for one in who.personas if who.language != _PLAYGROUNDS else ():
            await past.speak(one, who.language)
        for week in range(weeks):
            for filed in seed.planned(who, weeks):
                if filed.week == week:
                    await past.debrief(who.persona(filed.person), filed.seed)
            await past.walk(min(begun + timedelta(weeks=week + 1), now))


class _Past:
    """The hands of everybody in the practice."""

    def __init__(self, session: aiohttp.ClientSession, bot: str, service: str) -> None:
        self._session = session
        self._bot = bot
        self._service = service

    async def install(self, who: Persona) -> None:
        """Add the bot to the team, so that it knows the way to the channel."""
        where = {"conversation": {"id": CHANNEL, "conversationType": "channel"}}
        await self._send(who, type="installationUpdate", action="add", **where)

    async def speak(self, who: Persona, language: str) -> None:
        """Choose a language, as the Playground will tell the bot of another one."""
        act = {"in": "buttons", "name": "home.language", "data": language}
        await self._take(who, {"attune": {"act": act, "place": "message"}})

    async def debrief(self, who: Persona, number: int) -> None:
        """File one debrief: open the form in a card, answer it, send it off."""
        draw = random.Random(number)  # noqa: S311 - a made-up past, the same each time
        opened = {"attune": {"act": {"in": "buttons", "name": "rupture.open"}, "place": "message"}}
        form = (await self._take(who, opened))["value"]
        answers = {
            asked["id"]: seed.leaning(asked["id"], [one["value"] for one in asked["choices"]], draw)
            for asked in form["body"]
            if asked["type"] == "Input.ChoiceSet"
        }
        await self._take(who, form["actions"][0]["data"] | answers)

    async def walk(self, now: datetime) -> None:
        """Move the bot's clock."""
        told = {"now": now.isoformat()}
        async with self._session.post(f"{self._bot}/_clock", json=told) as answer:
            if answer.status != _WELL:
                raise ClockError

    async def _take(self, who: Persona, data: Json) -> Json:
        """Take a step on a card, and return what Teams would show next."""
        value = {"action": {"type": "Action.Execute", "data": data}, "trigger": "manual"}
        return await self._send(who, type="invoke", name="adaptiveCard/action", value=value)

    async def _send(self, who: Persona, **parts: object) -> Json:
        chat = {"id": f"a:{who.id}", "conversationType": "personal"}
        activity = {
            "id": secrets.token_hex(8),
            "channelId": "msteams",
            "serviceUrl": self._service,
            "from": {"id": f"29:{who.id}", "name": who.name, "aadObjectId": who.id},
            "recipient": {"id": f"28:{BOT}", "name": "Attune"},
            "channelData": {"tenant": {"id": TENANT}},
            "locale": who.locale,
            "localTimezone": who.zone,
            "conversation": chat,
        } | parts
        async with self._session.post(f"{self._bot}/api/messages", json=activity) as answer:
            answer.raise_for_status()
            said: Json = await answer.json(content_type=None) or {}
            return said


@asynccontextmanager
async def _forgetting() -> AsyncIterator[str]:
    """Stand in for Teams' service: take whatever the bot posts, and forget it."""

    async def taken(_request: Request) -> Response:
        return JSONResponse({"id": secrets.token_hex(8)}, status_code=201)

    listening = loopback_server.listen()
    routes = [Route("/{path:path}", taken, methods=["GET", "POST", "PUT"])]
    async with loopback_server.serving(Starlette(routes=routes), listening):
        yield loopback_server.address(listening)
