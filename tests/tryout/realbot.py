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
from bot.settings import Settings
from bot.store.store import Store
from bot.tryout import harness, people
from bot.tryout.engine import Engine
from bot.tryout.people import Cast
from bot.tryout.webapi import Keys


@asynccontextmanager
async def both(
    words: Words,
    folder: Path,
    now: datetime,
    cast: Cast = people.CAST,
    *,
    socket_mode: bool = False,
    manifest: Mapping[str, Any] | None = None,
) -> AsyncIterator[Engine]:
    """Run both, with the cast's teams declared and nothing done yet.

    In Socket Mode the bot knows no signing secret, and connects by itself. With *manifest*
    the workspace offers what it names, as ``make try`` does.
    """
    slack, door, keys = harness.listen(), harness.listen(), harness.keys()
    told = _settings(folder, harness.address(slack), keys, now, socket_mode=socket_mode)
    await _declared(told, cast, folder)
    bot = app.Bot(told, Clock(now), receives=True, ticks=True)
    async with (
        harness.practising(
            words,
            harness.address(door),
            opened=keys,
            cast=cast,
            now=now,
            manifest=manifest,
            listening=slack,
        ) as engine,
        harness.serving(bot.asgi, door),
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
    teams.write_text(people.declared(cast), encoding="utf-8")
    await app.apply_teams(told, teams)
