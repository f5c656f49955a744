"""The real bot and the sandbox in one process, connected over loopback, with one clock."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot import app, operator_jobs
from bot.clock import Clock
from bot.content.catalogue import LanguagePack
from bot.sandbox.process import loopback_server
from bot.sandbox.slack_api.web_api import SlackCredentials
from bot.sandbox.workspace import personas
from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.personas import SamplePractice
from bot.settings import Settings
from bot.store.open_store import open_store


@asynccontextmanager
async def run_bot_and_sandbox(
    words: LanguagePack,
    folder: Path,
    now: datetime,
    sample_practice: SamplePractice = personas.SAMPLE_PRACTICE,
    *,
    socket_mode: bool = False,
    manifest: Mapping[str, Any] | None = None,
) -> AsyncIterator[SandboxEngine]:
    """Run both; the teams of the sample practice exist, without any activity.

    In Socket Mode the bot has an app token in the place of a signing secret, and opens the
    connection. With *manifest* the workspace offers its commands and shortcuts, as ``make try``
    does.
    """
    slack_listener = loopback_server.listen_on_port()
    bot_listener = loopback_server.listen_on_port()
    credentials = loopback_server.generate_credentials()
    slack_url = loopback_server.listener_url(slack_listener)
    settings = _build_settings(folder, slack_url, credentials, now, socket_mode=socket_mode)
    await _apply_team_file(settings, sample_practice, folder)
    bot = app.Bot(settings, Clock(now), receives=True, runs_ticker=True)
    async with (
        loopback_server.run_workspace(
            words,
            loopback_server.listener_url(bot_listener),
            credentials=credentials,
            sample_practice=sample_practice,
            now=now,
            manifest=manifest,
            listener=slack_listener,
            response_timeout_seconds=30,  # a busy machine takes longer than Slack allows
        ) as engine,
        loopback_server.serve_app(bot.asgi, bot_listener),
    ):
        yield engine


def _build_settings(
    folder: Path, slack_url: str, credentials: SlackCredentials, now: datetime, *, socket_mode: bool
) -> Settings:
    return Settings(
        _env_file=None,
        database_url=SecretStr(f"sqlite:///{folder / 'attune.sqlite'}"),
        keys=SecretStr(str(folder / "keys")),
        pepper=SecretStr("made-up-pepper-of-more-than-32-characters"),
        slack_signing_secret=None if socket_mode else SecretStr(credentials.signing_secret),
        slack_app_token=SecretStr(credentials.app_token) if socket_mode else None,
        slack_bot_token=SecretStr(credentials.bot_token),
        slack_api_url=f"{slack_url}/api/",
        pace=1000,
        test_mode=True,
        test_clock=now,
    )


async def _apply_team_file(
    settings: Settings, sample_practice: SamplePractice, folder: Path
) -> None:
    store = open_store(settings)
    store.migrate()
    await store.close()
    team_file = folder / "teams.toml"
    team_file.write_text(personas.render_team_file(sample_practice), encoding="utf-8")
    await operator_jobs.apply_teams(settings, team_file)
