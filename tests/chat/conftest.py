"""Fixtures with the same clinic team on every product, for conformance tests."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pytest
from pydantic import SecretStr

from bot import app, operator_jobs
from bot.chat.slack.adapter import SlackAdapter
from bot.clock import Clock
from bot.settings import Settings
from tests.chat.msteams import microsoft
from tests.chat.on_slack import SlackProduct
from tests.chat.on_teams import TeamsProduct
from tests.chat.slack import payloads, web_api
from tests.chat.surfaces import Product, render_team_file
from tests.database_files import copy_empty_database

NOW = datetime(2026, 6, 29, 12, 0, tzinfo=UTC)
"""A Monday, 08:00 in Toronto: the check-ins are due at 09:00."""

MESSAGES_PER_SECOND = 1000
"""Rate of messages to the workspace, before a rate limit."""

PERSON_NAMES = (*(f"clinician{number}" for number in range(1, 10)), "supervisor", "stranger")


def build_settings(folder: Path, **overrides: Any) -> Settings:
    """Return settings with a store in *folder*."""
    return Settings(
        _env_file=None,
        database_url=SecretStr(f"sqlite:///{folder / 'attune.sqlite'}"),
        keys=SecretStr(str(folder / "keys")),
        pepper=SecretStr("made-up-pepper-of-more-than-32-characters"),
        pace=MESSAGES_PER_SECOND,
        test_mode=True,
        test_clock=NOW,
        **overrides,
    )


async def create_bot(folder: Path, clock: Clock, team_file: str, **overrides: Any) -> app.Bot:
    """Return a bot whose new store contains the team and nothing else."""
    return await _create_bot(build_settings(folder, **overrides), folder, clock, team_file)


async def _create_bot(
    settings: Settings, folder: Path, clock: Clock, team_file: str, template: Path | None = None
) -> app.Bot:
    """Return a bot of a team; the first one fills the folder *template*, which others copy."""
    if not _copy_template(template, folder):
        copy_empty_database(folder)
        (folder / "teams.toml").write_text(team_file, encoding="utf-8")
        await operator_jobs.apply_teams(settings, folder / "teams.toml")
        if template is not None:
            shutil.copytree(folder, template)
    return app.Bot(settings, clock, receives=True, runs_ticker=False)


def _copy_template(template: Path | None, folder: Path) -> bool:
    """Copy the files of *template*, keys included, to *folder*; return whether there are any."""
    if template is None or not template.exists():
        return False
    shutil.copytree(template, folder, dirs_exist_ok=True)
    return True


def teams_settings(ms: microsoft.FakeMicrosoft) -> dict[str, Any]:
    """Return the settings of a bot on Teams."""
    return {
        "teams_client_id": microsoft.CLIENT_ID,
        "teams_tenants": microsoft.TENANT_ID,
        "teams_openid_metadata_url": ms.metadata_url,
    }


@asynccontextmanager
async def restart_bot(folder: Path, previous_product: TeamsProduct) -> AsyncIterator[TeamsProduct]:
    """Return the same product with a new bot process on the same store."""
    settings = build_settings(folder, **teams_settings(previous_product.ms))
    bot = app.Bot(settings, previous_product.clock, receives=True, runs_ticker=False)
    async with bot.lifespan():
        yield replace(previous_product, bot=bot)


@asynccontextmanager
async def open_slack(folder: Path, template: Path | None = None) -> AsyncIterator[SlackProduct]:
    """Return the team on Slack, with its store in *folder*, a copy of *template* if given."""
    clock, people = Clock(NOW), tuple(f"U0{name.upper()}" for name in PERSON_NAMES)
    async with web_api.run_web_api() as api:
        member = {"id": people[0], "locale": "en-US", "tz": "America/Toronto"}
        api.planned_answers["users.info"] = web_api.PlannedAnswer({"ok": True, "user": member})
        api.plan_error("conversations.history", "missing_scope")
        settings = build_settings(
            folder,
            slack_api_url=api.url,
            slack_bot_token=SecretStr("xoxb-planted"),
            slack_signing_secret=SecretStr(payloads.SIGNING_SECRET),
        )
        team_file = render_team_file("T1CLINIC", "C1TEAM", people)
        bot = await _create_bot(settings, folder, clock, team_file, template)
        adapter = bot.chat_adapters["slack"]
        assert isinstance(adapter, SlackAdapter)
        adapter.responder.waiting_form_seconds = 0
        async with bot.lifespan():
            yield SlackProduct(bot, clock, "T1CLINIC", "C1TEAM", people, "U9EXTERNAL", api=api)


@asynccontextmanager
async def open_teams(folder: Path, template: Path | None = None) -> AsyncIterator[TeamsProduct]:
    """Return the team on Teams, with its store in *folder*, a copy of *template* if given."""
    clock, people = Clock(NOW), tuple(str(uuid5(NAMESPACE_OID, name)) for name in PERSON_NAMES)
    channel = "19:northteam@thread.tacv2"
    async with microsoft.run_microsoft() as ms:
        settings = build_settings(folder, **teams_settings(ms))
        team_file = render_team_file(microsoft.TENANT_ID, channel, people)
        bot = await _create_bot(settings, folder, clock, team_file, template)
        async with bot.lifespan():
            external = str(uuid5(NAMESPACE_OID, "external"))
            ms.account_parts[external] = {"userRole": "guest"}
            yield TeamsProduct(bot, clock, microsoft.TENANT_ID, channel, people, external, ms=ms)


@pytest.fixture(scope="session")
def team_templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with a template for each product: its team, before anything is filed.

    To save a team takes longer than most of the tests with one.
    """
    return tmp_path_factory.mktemp("templates")


@pytest.fixture
async def slack(tmp_path: Path, team_templates: Path) -> AsyncIterator[Product]:
    """The team on Slack."""
    async with open_slack(tmp_path, team_templates / "slack") as product:
        yield product


@pytest.fixture
async def teams(tmp_path: Path, team_templates: Path) -> AsyncIterator[TeamsProduct]:
    """The team on Teams, with a client that opens forms as dialogs."""
    async with open_teams(tmp_path, team_templates / "teams") as product:
        yield product


@pytest.fixture
def teams_cards(teams: TeamsProduct) -> Product:
    """The team on Teams, with a client that opens forms in the card."""
    teams.opens_forms_in_card = True
    return teams


@pytest.fixture(params=["slack", "teams", "teams_cards"])
def product(request: pytest.FixtureRequest) -> Product:
    """Each product in turn."""
    fixture: Product = request.getfixturevalue(request.param)
    return fixture


@pytest.fixture(params=["slack", "teams"])
def chat(request: pytest.FixtureRequest) -> Product:
    """Slack and Teams in turn."""
    product: Product = request.getfixturevalue(request.param)
    return product
