"""A bot whose health a test looks at itself, and a monotonic clock for its monitor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot.app import Bot
from bot.clock import Clock
from tests.chat.conftest import NOW, PERSON_NAMES, create_bot
from tests.chat.slack import web_api
from tests.chat.surfaces import render_team_file


@dataclass
class Seconds:
    """A monotonic clock that only a test advances."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.seconds


@asynccontextmanager
async def open_idle_bot(
    folder: Path, **overrides: SecretStr
) -> AsyncIterator[tuple[Bot, web_api.FakeWebApi]]:
    """Return a bot on Slack with one team, whose services are not started, and its Slack."""
    async with web_api.run_web_api() as api:
        people = tuple(f"U0{name.upper()}" for name in PERSON_NAMES)
        bot = await create_bot(
            folder,
            Clock(NOW),
            render_team_file("T1CLINIC", "C1TEAM", people),
            slack_api_url=api.url,
            slack_bot_token=SecretStr("xoxb-planted"),
            **overrides,
        )
        yield bot, api
        await bot.chat_adapters["slack"].stop()
        await bot.context.store.close()
