"""The same practice behind every product, for promises that hold on all of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pytest
from pydantic import SecretStr

from bot import app
from bot.clock import Clock
from bot.settings import Settings
from bot.store.store import Store
from tests.chat.msteams import microsoft
from tests.chat.on_slack import OnSlack
from tests.chat.on_teams import OnTeams
from tests.chat.slack import payloads, web_api
from tests.chat.surfaces import Product, declared

NOW = datetime(2026, 6, 29, 12, 0, tzinfo=UTC)
"""A Monday, eight in the morning in Toronto: the check-ins fall due at nine."""

NAMES = (*(f"clinician{number}" for number in range(1, 10)), "supervisor", "stranger")


def settings(folder: Path, **told: Any) -> Settings:
    """Return settings for a store in *folder*."""
    return Settings(
        _env_file=None,
        database_url=SecretStr(f"sqlite:///{folder / 'attune.sqlite'}"),
        pepper=SecretStr("made-up-pepper-of-more-than-32-characters"),
        pace=1000,
        test_mode=True,
        test_clock=NOW,
        **told,
    )


async def opened(folder: Path, clock: Clock, team: str, **told: Any) -> app.Bot:
    """Return a bot whose store knows the team, and nothing has happened yet."""
    read = settings(folder, **told)
    store = Store.open(read.database_url.get_secret_value(), read.peppers)
    store.migrate()
    await store.close()
    (folder / "teams.toml").write_text(team, encoding="utf-8")
    await app.apply_teams(read, folder / "teams.toml")
    return app.Bot(read, clock, receives=True, ticks=False)


def of_teams(ms: microsoft.Microsoft) -> dict[str, Any]:
    """Return the settings of a bot on Teams."""
    return {
        "teams_client_id": microsoft.CLIENT,
        "teams_tenants": microsoft.TENANT,
        "teams_openid_metadata_url": ms.metadata,
    }


@asynccontextmanager
async def reopened(folder: Path, before: OnTeams) -> AsyncIterator[OnTeams]:
    """Return the same practice on Teams in a process of its own, on the same store."""
    read = settings(folder, **of_teams(before.ms))
    bot = app.Bot(read, before.clock, receives=True, ticks=False)
    async with bot.running():
        yield replace(before, bot=bot)


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[Product]:
    """The practice on Slack."""
    clock, people = Clock(NOW), tuple(f"U0{name.upper()}" for name in NAMES)
    async with web_api.running() as api:
        member = {"id": people[0], "locale": "en-US", "tz": "America/Toronto"}
        api.told["users.info"] = web_api.Answer({"ok": True, "user": member})
        api.refuse("conversations.history", "missing_scope")
        bot = await opened(
            tmp_path,
            clock,
            declared("T1CLINIC", "C1TEAM", people),
            slack_api_url=api.url,
            slack_bot_token=SecretStr("xoxb-planted"),
            slack_signing_secret=SecretStr(payloads.SECRET),
        )
        async with bot.running():
            yield OnSlack(bot, clock, "T1CLINIC", "C1TEAM", people, api=api)


@pytest.fixture
async def teams(tmp_path: Path) -> AsyncIterator[OnTeams]:
    """The practice on Teams, where forms open as dialogs."""
    clock, people = Clock(NOW), tuple(str(uuid5(NAMESPACE_OID, name)) for name in NAMES)
    channel = "19:northteam@thread.tacv2"
    async with microsoft.running() as ms:
        bot = await opened(
            tmp_path,
            clock,
            declared(microsoft.TENANT, channel, people),
            **of_teams(ms),
        )
        async with bot.running():
            yield OnTeams(bot, clock, microsoft.TENANT, channel, people, ms=ms)


@pytest.fixture
def teams_cards(teams: OnTeams) -> Product:
    """The practice on Teams, where forms open in the card."""
    teams.in_the_card = True
    return teams


@pytest.fixture(params=["slack", "teams", "teams_cards"])
def product(request: pytest.FixtureRequest) -> Product:
    """Every product, one after another."""
    found: Product = request.getfixturevalue(request.param)
    return found
