"""The sample practice as a Microsoft Teams tenant: configuration, users and seed data."""

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
"""Number of users that the Playground's configuration requires besides the current user."""

_PLAYGROUND_LANGUAGE = "en"
"""The language in the locale of every activity that the Playground sends."""

Json = dict[str, Any]


def build_sample_practice(language: str = "en") -> SamplePractice:
    """Return one team of the sample practice, with GUIDs as user ids and a Teams channel id."""
    slack_practice = personas.localize_practice(language)
    team = slack_practice.teams[1]
    team_personas = [
        persona
        for persona in slack_practice.personas
        if persona.team_key in {"", team.key} and not persona.is_unlisted
    ]
    personas_with_guids = (
        replace(persona, id=f"00000000-0000-4000-8000-{number:012}")
        for number, persona in enumerate(team_personas, start=1)
    )
    teams = (replace(team, channel=CHANNEL_ID),)
    return replace(slack_practice, teams=teams, personas=tuple(personas_with_guids))


def build_playground_config(sample_practice: SamplePractice, current_persona: Persona) -> Json:
    """Return the Playground's JSON configuration: the users, the current user and the channel."""
    others = [
        persona for persona in reversed(sample_practice.personas) if persona != current_persona
    ][:_OTHER_USER_COUNT]
    return {
        "version": "0.1.1",
        "tenantId": TENANT_ID,
        "bot": {"id": BOT_CLIENT_ID, "name": "Attune"},
        "currentUser": _render_user(current_persona),
        "users": [_render_user(persona) for persona in others],
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
    given_name, _, family_name = persona.name.partition(" ")
    return {
        "id": persona.id,
        "name": persona.name,
        "userPrincipleName": f"{persona.handle}@example.com",
        "aadObjectId": persona.id,
        "givenName": given_name,
        "surname": family_name,
        "email": f"{persona.handle}@example.com",
    }


async def generate_history(
    bot_url: str, sample_practice: SamplePractice, start: datetime, now: datetime
) -> None:
    """Generate the seed data of the bot at *bot_url* from *start* to *now*, week by week.

    Every step is an activity sent to the bot's endpoint, as by the Teams service; a stub
    service accepts and discards the requests that the bot sends in the meantime. Personas
    choose their language first where it differs from the Playground's locale, which would
    otherwise become their language. Raises ClockError when the bot's clock does not move.
    """
    weeks = max(1, -((start - now) // timedelta(weeks=1)))
    async with run_stub_service(sample_practice) as service, aiohttp.ClientSession() as session:
        driver = _HistoryDriver(session, bot_url, service)
        await driver.install_bot(
            sample_practice.people_in_role(sample_practice.teams[0], "supervisor")[0]
        )
        for persona in (
            sample_practice.personas if sample_practice.language != _PLAYGROUND_LANGUAGE else ()
        ):
            await driver.choose_language(persona, sample_practice.language)
        for week in range(weeks):
            for debrief in seed.plan_debriefs(sample_practice, weeks):
                if debrief.week == week:
                    await driver.file_debrief(
                        sample_practice.get_persona(debrief.person_id), debrief.random_seed
                    )
            await driver.move_clock(min(start + timedelta(weeks=week + 1), now))


class _HistoryDriver:
    """Sends the activities of every persona of the sample practice."""

    def __init__(self, session: aiohttp.ClientSession, bot_url: str, service_url: str) -> None:
        self._session = session
        self._bot_url = bot_url
        self._service_url = service_url

    async def install_bot(self, persona: Persona) -> None:
        """Send ``installationUpdate``, from which the bot stores the channel's route."""
        conversation_fields = {"conversation": {"id": CHANNEL_ID, "conversationType": "channel"}}
        await self._send_activity(
            persona, type="installationUpdate", action="add", **conversation_fields
        )

    async def choose_language(self, persona: Persona, language: str) -> None:
        """Choose a language on the Home card; it overrides the locale of later activities."""
        action = {"in": "buttons", "name": "home.language", "data": language}
        await self._submit_card(persona, {"attune": {"act": action, "place": "message"}})

    async def file_debrief(self, persona: Persona, random_seed: int) -> None:
        """File one debrief: open the form card, choose random answers and submit it."""
        rng = random.Random(random_seed)  # noqa: S311 - seed data, reproducible
        open_action = {
            "attune": {"act": {"in": "buttons", "name": "rupture.open"}, "place": "message"}
        }
        form = (await self._submit_card(persona, open_action))["value"]
        answers = {
            field["id"]: seed.draw_answer(
                field["id"], [choice["value"] for choice in field["choices"]], rng
            )
            for field in form["body"]
            if field["type"] == "Input.ChoiceSet"
        }
        await self._submit_card(persona, form["actions"][0]["data"] | answers)

    async def move_clock(self, now: datetime) -> None:
        """Move the bot's clock by a request to its test endpoint."""
        payload = {"now": now.isoformat()}
        async with self._session.post(f"{self._bot_url}/_clock", json=payload) as response:
            if response.status != _OK_STATUS:
                raise ClockError

    async def _submit_card(self, persona: Persona, data: Json) -> Json:
        """Send an ``adaptiveCard/action`` invoke, and return the response with the next card."""
        value = {"action": {"type": "Action.Execute", "data": data}, "trigger": "manual"}
        return await self._send_activity(
            persona, type="invoke", name="adaptiveCard/action", value=value
        )

    async def _send_activity(self, persona: Persona, **activity_fields: object) -> Json:
        """Send an activity from the persona's chat, and return the body of the response.

        *activity_fields* override the default fields. Raises aiohttp.ClientResponseError.
        """
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
        async with self._session.post(f"{self._bot_url}/api/messages", json=activity) as response:
            response.raise_for_status()
            response_body: Json = await response.json(content_type=None) or {}
            return response_body


@asynccontextmanager
async def discard_channel_posts(
    bot_url: str, sample_practice: SamplePractice
) -> AsyncIterator[None]:
    """Accept and discard the posts of the bot at *bot_url* to the channel until the block is left.

    It adds the bot to the channel at a stub service, where no user reads. Without it, the route
    to the channel is that of the history's stub service: each post would fail as if Teams were
    unreachable, and the bot would pause every delivery of the tenant.
    """
    async with run_stub_service(sample_practice) as service, aiohttp.ClientSession() as session:
        supervisor = sample_practice.people_in_role(sample_practice.teams[0], "supervisor")[0]
        await _HistoryDriver(session, bot_url, service).install_bot(supervisor)
        yield


@asynccontextmanager
async def run_stub_service(sample_practice: SamplePractice) -> AsyncIterator[str]:
    """Serve a stub of the Teams service that discards every message; yield its URL.

    It lists the sample practice's people as members of every channel, and its one channel.
    """

    async def list_members(_request: Request) -> Response:
        members = [
            {"id": f"29:{persona.id}", "aadObjectId": persona.id, "name": persona.name}
            for persona in sample_practice.personas
        ]
        return JSONResponse({"members": members})

    async def list_channels(_request: Request) -> Response:
        channel = {"id": CHANNEL_ID, "name": sample_practice.teams[0].name, "type": "standard"}
        return JSONResponse({"conversations": [channel]})

    async def show_team(_request: Request) -> Response:
        return JSONResponse({"id": CHANNEL_ID, "name": sample_practice.name})

    async def accept_activity(_request: Request) -> Response:
        return JSONResponse({"id": secrets.token_hex(8)}, status_code=201)

    listener = loopback_server.listen_on_port()
    routes = [
        Route("/v3/conversations/{channel}/pagedMembers", list_members),
        Route("/v3/teams/{team}/conversations", list_channels),
        Route("/v3/teams/{team}", show_team),
        Route("/{path:path}", accept_activity, methods=["GET", "POST", "PUT"]),
    ]
    async with loopback_server.serve_app(Starlette(routes=routes), listener):
        yield loopback_server.listener_url(listener)
