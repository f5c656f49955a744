from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.content import catalogue
from bot.content.catalogue import Words
from bot.sandbox.process import loopback_server
from bot.sandbox.slack_api.web_api import Keys
from bot.sandbox.workspace.engine import Engine
from bot.sandbox.workspace.persona_driver import Hands
from tests.sandbox import fake_bot
from tests.sandbox.fake_bot import SECRET, FakeBot

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def words() -> Words:
    """Return the project's English."""
    return catalogue.load().words("en")


@pytest.fixture
async def bot() -> AsyncIterator[FakeBot]:
    """Serve a bot that answers as told."""
    async with fake_bot.running() as served:
        yield served


@pytest.fixture
async def engine(words: Words, bot: FakeBot) -> AsyncIterator[Engine]:
    """Run a practice workspace for that bot, on a Tuesday in November."""
    keys = Keys(SECRET, "xoxb-made-up", "xapp-made-up")
    async with loopback_server.practising(words, bot.url, opened=keys, now=NOW) as running:
        yield running


@pytest.fixture
async def client(engine: Engine) -> AsyncWebClient:
    """Return Slack's own client, speaking for the bot."""
    return AsyncWebClient("xoxb-made-up", engine.api_url, retry_handlers=[])


@pytest.fixture
def ilse(engine: Engine) -> Hands:
    """Return the hands of the first clinician."""
    return Hands(engine, "U0CLIN01")
