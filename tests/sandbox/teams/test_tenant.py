import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.process import loopback_server
from bot.sandbox.teams import run, tenant
from bot.sandbox.teams.tenant import build_playground_config, build_sample_practice
from bot.sandbox.workspace import personas

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@asynccontextmanager
async def door(seen: list[dict[str, Any]]) -> AsyncIterator[str]:
    """A bot's door that keeps every activity, and opens an empty form."""

    async def told(request: Request) -> Response:
        seen.append(await request.json())
        return JSONResponse({"value": {"body": [], "actions": [{"data": {}}]}})

    routes = [Route("/{path:path}", told, methods=["POST"])]
    listening = loopback_server.listen_on_port()
    async with loopback_server.serve_app(Starlette(routes=routes), listening):
        yield loopback_server.listener_url(listening)


def test_the_practice_has_ids_as_microsoft_gives_them() -> None:
    """Everybody is somebody else, under a GUID, in a team with a channel of Teams."""
    who = build_sample_practice()

    assert len({uuid.UUID(one.id) for one in who.personas}) == len(who.personas)
    assert {one.role for one in who.personas} == {"clinician", "supervisor", "director", "admin"}
    assert [crew.channel for crew in who.teams] == [tenant.CHANNEL_ID]


def test_its_team_is_declared_under_its_tenant() -> None:
    """The operator's file names Microsoft's tenant, and no Slack workspace."""
    told = personas.render_team_file(build_sample_practice(), tenant.TENANT_ID)

    assert f'workspace = "{tenant.TENANT_ID}"' in told
    assert personas.WORKSPACE_ID not in told
    assert told.count("00000000-0000-4000-8000-") > 10


def test_the_playground_shows_oneself_and_five_others() -> None:
    """It takes that many and no more; one is never among the others."""
    who = build_sample_practice()
    me = run.find_persona("supervisor")

    told = build_playground_config(who, me)
    others = [one["aadObjectId"] for one in told["users"]]

    assert told["currentUser"]["name"] == me.name
    assert len(others) == 5
    assert me.id not in others
    assert told["tenantId"] == tenant.TENANT_ID
    ids = [told[one]["id"] for one in ("personalChat", "groupChat", "team")]
    assert len({*ids, tenant.CHANNEL_ID}) == 4


def test_a_visitor_is_somebody_by_role_or_by_name() -> None:
    """Without a word, or with one that nobody bears, one is a clinician."""
    supervisor = run.find_persona("supervisor")

    assert supervisor.role == "supervisor"
    assert run.find_persona(supervisor.name) == supervisor
    assert {run.find_persona(said).role for said in ("", "nobody")} == {"clinician"}


@pytest.mark.parametrize(("language", "speak"), [("en", 0), ("fr-CA", 12), ("zh-Hans", 12)])
async def test_people_choose_the_visitors_language_as_the_playground_says_another(
    language: str, speak: int
) -> None:
    """All twelve, as a visitor may be any of them: their own choice goes before the product's."""
    seen: list[dict[str, Any]] = []
    async with door(seen) as bot:
        await tenant.generate_history(
            bot, build_sample_practice(language), NOW - timedelta(weeks=1), NOW
        )

    acts = [
        one["value"]["action"]["data"].get("attune", {}).get("act", {})
        for one in seen
        if one.get("type") == "invoke"
    ]
    chosen = [act["data"] for act in acts if act.get("name") == "home.language"]
    assert set(chosen) <= {language}
    assert len(chosen) == speak
