from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.content import catalogue
from bot.content.catalogue import LanguagePack
from bot.sandbox.process import loopback_server
from bot.sandbox.slack_api.web_api import SlackCredentials
from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.persona_driver import PersonaDriver
from tests.sandbox import fake_bot
from tests.sandbox.fake_bot import SIGNING_SECRET, FakeBot

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def words() -> LanguagePack:
    """Return the project's English."""
    return catalogue.load_catalogue().get_pack("en")


@pytest.fixture
async def bot() -> AsyncIterator[FakeBot]:
    """Serve a bot that answers as told."""
    async with fake_bot.run_fake_bot() as served:
        yield served


@pytest.fixture
async def engine(words: LanguagePack, bot: FakeBot) -> AsyncIterator[SandboxEngine]:
    """Run a practice workspace for that bot, on a Tuesday in November."""
    keys = SlackCredentials(SIGNING_SECRET, "xoxb-made-up", "xapp-made-up")
    async with loopback_server.run_workspace(words, bot.url, credentials=keys, now=NOW) as running:
        yield running


@pytest.fixture
async def client(engine: SandboxEngine) -> AsyncWebClient:
    """Return Slack's own client, speaking for the bot."""
    return AsyncWebClient("xoxb-made-up", engine.api_url, retry_handlers=[])


@pytest.fixture
def ilse(engine: SandboxEngine) -> PersonaDriver:
    """Return the hands of the first clinician."""
    return PersonaDriver(engine, "U0CLIN01")
