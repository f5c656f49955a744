"""The real bot and the practice workspace in one process, over loopback, with a clock to jump."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot import app
from bot.clock import Clock
from bot.content.catalogue import Words
from bot.sandbox.process import loopback_server
from bot.sandbox.slack_api.web_api import Keys
from bot.sandbox.workspace import personas
from bot.sandbox.workspace.engine import Engine
from bot.sandbox.workspace.personas import Cast
from bot.settings import Settings
from bot.store.store import Store


@asynccontextmanager
async def both(
    words: Words,
    folder: Path,
    now: datetime,
    cast: Cast = personas.CAST,
    *,
    socket_mode: bool = False,
    manifest: Mapping[str, Any] | None = None,
) -> AsyncIterator[Engine]:
    """Run both, with the cast's teams declared and nothing done yet.

    In Socket Mode the bot knows no signing secret, and connects by itself. With *manifest*
    the workspace offers what it names, as ``make try`` does.
    """
    slack, door, keys = loopback_server.listen(), loopback_server.listen(), loopback_server.keys()
    told = _settings(folder, loopback_server.address(slack), keys, now, socket_mode=socket_mode)
    await _declared(told, cast, folder)
    bot = app.Bot(told, Clock(now), receives=True, ticks=True)
    async with (
        loopback_server.practising(
            words,
            loopback_server.address(door),
            opened=keys,
            cast=cast,
            now=now,
            manifest=manifest,
            listening=slack,
        ) as engine,
        loopback_server.serving(bot.asgi, door),
    ):
        yield engine


def _settings(
    folder: Path, slack: str, keys: Keys, now: datetime, *, socket_mode: bool
) -> Settings:
    return Settings(
        _env_file=None,
        database_url=SecretStr(f"sqlite:///{folder / 'attune.sqlite'}"),
        pepper=SecretStr("made-up-pepper-of-more-than-32-characters"),
        slack_signing_secret=None if socket_mode else SecretStr(keys.signing_secret),
        slack_app_token=SecretStr(keys.app_token) if socket_mode else None,
        slack_bot_token=SecretStr(keys.bot_token),
        slack_api_url=f"{slack}/api/",
        pace=1000,
        test_mode=True,
        test_clock=now,
    )


async def _declared(told: Settings, cast: Cast, folder: Path) -> None:
    store = Store.open(told.database_url.get_secret_value(), told.peppers)
    store.migrate()
    await store.close()
    teams = folder / "teams.toml"
    teams.write_text(personas.declared(cast), encoding="utf-8")
    await app.apply_teams(told, teams)
