"""The real bot and the practice workspace in one process, over loopback, with a clock to jump."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot import app
from bot.clock import Clock
from bot.content.catalogue import LanguagePack
from bot.sandbox.process import loopback_server
from bot.sandbox.slack_api.web_api import SlackCredentials
from bot.sandbox.workspace import personas
from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.personas import SamplePractice
from bot.settings import Settings
from bot.store.store import Store


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
    """Run both, with the cast's teams declared and nothing done yet.

    In Socket Mode the bot knows no signing secret, and connects by itself. With *manifest*
    the workspace offers what it names, as ``make try`` does.
    """
    slack, door, keys = (
        loopback_server.listen_on_port(),
        loopback_server.listen_on_port(),
        loopback_server.generate_credentials(),
    )
    told = _build_settings(
        folder, loopback_server.listener_url(slack), keys, now, socket_mode=socket_mode
    )
    await _apply_team_file(told, sample_practice, folder)
    bot = app.Bot(told, Clock(now), receives=True, runs_ticker=True)
    async with (
        loopback_server.run_workspace(
            words,
            loopback_server.listener_url(door),
            credentials=keys,
            sample_practice=sample_practice,
            now=now,
            manifest=manifest,
            listener=slack,
        ) as engine,
        loopback_server.serve_app(bot.asgi, door),
    ):
        yield engine


def _build_settings(
    folder: Path, slack_url: str, credentials: SlackCredentials, now: datetime, *, socket_mode: bool
) -> Settings:
    return Settings(
        _env_file=None,
        database_url=SecretStr(f"sqlite:///{folder / 'attune.sqlite'}"),
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
    store = Store.open(settings.database_url.get_secret_value(), settings.peppers)
    store.migrate()
    await store.close()
    teams = folder / "teams.toml"
    teams.write_text(personas.render_team_file(sample_practice), encoding="utf-8")
    await app.apply_teams(settings, teams)
