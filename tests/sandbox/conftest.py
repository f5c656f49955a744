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
    """Return the English language pack."""
    return catalogue.load_catalogue().get_pack("en")


@pytest.fixture
async def bot() -> AsyncIterator[FakeBot]:
    """Serve a fake bot with planned answers."""
    async with fake_bot.run_fake_bot() as running_bot:
        yield running_bot


@pytest.fixture
async def engine(words: LanguagePack, bot: FakeBot) -> AsyncIterator[SandboxEngine]:
    """Run the sandbox for the fake bot, on a Tuesday in November."""
    credentials = SlackCredentials(SIGNING_SECRET, "xoxb-made-up", "xapp-made-up")
    async with loopback_server.run_workspace(
        words, bot.url, credentials=credentials, now=NOW
    ) as running:
        yield running


@pytest.fixture
async def client(engine: SandboxEngine) -> AsyncWebClient:
    """Return Slack's own Web API client with the token of the bot."""
    return AsyncWebClient("xoxb-made-up", engine.api_url, retry_handlers=[])


@pytest.fixture
def ilse(engine: SandboxEngine) -> PersonaDriver:
    """Return a driver for the actions of the first clinician."""
    return PersonaDriver(engine, "U0CLIN01")
