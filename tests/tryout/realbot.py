"""The real bot and the practice workspace in one process, over loopback, with a clock to jump."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from bot import app, settings
from bot.clock import Clock
from bot.content.catalogue import Words
from bot.store.transaction import Store
from bot.tryout import harness, people
from bot.tryout.engine import Engine
from bot.tryout.people import Cast


@asynccontextmanager
async def both(
    words: Words,
    folder: Path,
    now: datetime,
    cast: Cast = people.CAST,
    *,
    socket_mode: bool = False,
) -> AsyncIterator[Engine]:
    """Run both, with the cast's teams declared and nothing done yet.

    In Socket Mode the bot knows no signing secret, and connects by itself.
    """
    slack, door, keys = harness.listen(), harness.listen(), harness.keys()
    told = settings.Settings(
        _env_file=None,
        database_url=SecretStr(f"sqlite:///{folder / 'attune.sqlite'}"),
        pepper=SecretStr("made-up-pepper-of-more-than-32-characters"),
        slack_signing_secret=None if socket_mode else SecretStr(keys.signing_secret),
        slack_app_token=SecretStr(keys.app_token) if socket_mode else None,
        slack_bot_token=SecretStr(keys.bot_token),
        slack_api_url=f"{harness.address(slack)}/api/",
        pace=1000,
        test_mode=True,
        test_clock=now,
    )
    store = Store.open(told.database_url.get_secret_value(), told.peppers)
    store.migrate()
    await store.close()
    teams = folder / "teams.toml"
    teams.write_text(people.declared(cast), encoding="utf-8")
    await app.apply_teams(told, teams)
    bot = app.Bot(told, Clock(now), receives=True, ticks=True)
    async with (
        harness.practising(
            words, harness.address(door), opened=keys, cast=cast, now=now, listening=slack
        ) as engine,
        harness.serving(bot.asgi, door),
    ):
        yield engine
