import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.chat.msteams.conversation_ref import ConversationRef
from bot.chat.msteams.outbound.access_token import DummyTokenProvider
from bot.chat.msteams.outbound.api_client import ApiClient
from bot.sandbox.process import loopback_server
from bot.sandbox.teams import run, tenant
from bot.sandbox.teams.tenant import build_playground_config, build_sample_practice
from bot.sandbox.workspace import personas

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@asynccontextmanager
async def run_recording_bot(activities: list[dict[str, Any]]) -> AsyncIterator[str]:
    """Serve an endpoint that stores every activity, and responds with an empty form card."""

    async def record_activity(request: Request) -> Response:
        activities.append(await request.json())
        return JSONResponse({"value": {"body": [], "actions": [{"data": {}}]}})

    routes = [Route("/{path:path}", record_activity, methods=["POST"])]
    listener = loopback_server.listen_on_port()
    async with loopback_server.serve_app(Starlette(routes=routes), listener):
        yield loopback_server.listener_url(listener)


def test_sample_practice_has_guids() -> None:
    """Every persona has a unique GUID, and the team has a Teams channel id."""
    sample_practice = build_sample_practice()

    assert len({uuid.UUID(persona.id) for persona in sample_practice.personas}) == len(
        sample_practice.personas
    )
    assert {persona.role for persona in sample_practice.personas} == {
        "clinician",
        "supervisor",
        "director",
        "admin",
    }
    assert [team.channel for team in sample_practice.teams] == [tenant.CHANNEL_ID]


def test_team_file_contains_the_tenant_id() -> None:
    """The rendered team file contains the tenant id and no Slack workspace id."""
    team_file = personas.render_team_file(build_sample_practice(), tenant.TENANT_ID)

    assert f'workspace = "{tenant.TENANT_ID}"' in team_file
    assert personas.WORKSPACE_ID not in team_file
    assert team_file.count("00000000-0000-4000-8000-") > 10


def test_the_configuration_has_five_other_users() -> None:
    """The list has exactly five users besides the current one; all chat ids are unique."""
    sample_practice = build_sample_practice()
    current_persona = run.find_persona_or_default("supervisor")

    config = build_playground_config(sample_practice, current_persona)
    others = [user["aadObjectId"] for user in config["users"]]

    assert config["currentUser"]["name"] == current_persona.name
    assert len(others) == 5
    assert current_persona.id not in others
    assert config["tenantId"] == tenant.TENANT_ID
    ids = [config[key]["id"] for key in ("personalChat", "groupChat", "team")]
    assert len({*ids, tenant.CHANNEL_ID}) == 4


def test_a_persona_is_found_by_role_or_name() -> None:
    """An empty or unknown query returns a clinician."""
    supervisor = run.find_persona_or_default("supervisor")

    assert supervisor.role == "supervisor"
    assert run.find_persona_or_default(supervisor.name) == supervisor
    assert {run.find_persona_or_default(query).role for query in ("", "nobody")} == {"clinician"}


async def test_the_channel_is_served_while_the_playground_runs() -> None:
    """The bot learns of a service for the channel that accepts what it posts there."""
    activities: list[dict[str, Any]] = []
    practice = build_sample_practice()
    async with run_recording_bot(activities) as bot, tenant.discard_channel_posts(bot, practice):
        (installation,) = activities
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{installation['serviceUrl']}/v3/conversations", json={}) as response,
        ):
            status = response.status

    assert installation["type"] == "installationUpdate"
    assert installation["conversation"]["id"] == tenant.CHANNEL_ID
    assert status == 201


async def test_the_channels_service_lists_members_and_channels() -> None:
    """A set-up in the Playground names the sample practice's people and its channel."""
    practice = build_sample_practice()
    api_client = ApiClient(DummyTokenProvider())
    async with tenant.run_stub_service(practice) as url:
        channel = ConversationRef(url, tenant.CHANNEL_ID)
        members = await api_client.fetch_roster(channel)
        channels = await api_client.fetch_team_channels(channel)
        team_name = await api_client.fetch_team_name(channel)
    await api_client.close()

    assert {member.name for member in members} == {person.name for person in practice.personas}
    assert channels == {tenant.CHANNEL_ID: practice.teams[0].name}
    assert team_name == practice.name


@pytest.mark.parametrize(("language", "choice_count"), [("en", 0), ("fr-CA", 12), ("zh-Hans", 12)])
async def test_personas_choose_the_visitors_language(language: str, choice_count: int) -> None:
    """In another language than the Playground's, all 12 personas choose it explicitly."""
    activities: list[dict[str, Any]] = []
    async with run_recording_bot(activities) as bot:
        await tenant.generate_history(
            bot, build_sample_practice(language), NOW - timedelta(weeks=1), NOW
        )

    actions = [
        activity["value"]["action"]["data"].get("attune", {}).get("act", {})
        for activity in activities
        if activity.get("type") == "invoke"
    ]
    languages = [action["data"] for action in actions if action.get("name") == "home.language"]
    assert set(languages) <= {language}
    assert len(languages) == choice_count
