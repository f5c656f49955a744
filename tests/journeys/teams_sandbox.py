"""The invented practice in Microsoft Teams, as `make try-teams` starts it."""

import json
import os
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from bot.content import catalogue
from bot.domain.calendar import load_zone
from bot.sandbox.process.bot_process import BotProcess
from bot.sandbox.process.data_folder import lock_folder
from bot.sandbox.process.loopback_server import free_port
from bot.sandbox.teams import run, tenant
from bot.sandbox.teams.playground import Playground
from bot.sandbox.workspace import time_travel
from bot.sandbox.workspace.personas import HOME_ZONE
from tests.sources import ROOT

PLAYGROUND_FOLDER = ROOT / "var" / "playground"
"""Folder of Microsoft's program, downloaded once for all journeys and `make try-teams`."""


@dataclass
class TeamsSandbox:
    """A bot with some weeks of history, and a Playground for each played person."""

    folder: Path
    program_folder: Path
    bot: BotProcess
    lock_fd: int
    now: datetime
    playgrounds: list[Playground] = field(default_factory=list)
    channel: AsyncExitStack = field(default_factory=AsyncExitStack)

    @classmethod
    async def start(cls, folder: Path, program_folder: Path) -> "TeamsSandbox":
        """Start the bot, and generate its history."""
        words = catalogue.load_catalogue().get_pack("en")
        bot = BotProcess(folder, free_port(), "p" * 40, run.TEAMS_SETTINGS)
        lock_fd = lock_folder(folder)
        persona = run.find_persona_or_default("clinician")
        now = datetime.now(UTC)
        await run.start_bot_with_history(run.TeamsOptions(words, folder, 0, persona), bot, lock_fd)
        sandbox = cls(folder, program_folder, bot, lock_fd, now)
        await sandbox.channel.enter_async_context(
            tenant.discard_channel_posts(bot.url, tenant.build_sample_practice())
        )
        return sandbox

    async def open_playground(self, role: str) -> str:
        """Start a Playground in which the user is the person of *role*, and return its URL."""
        playground_folder = self.folder / f"playground-{len(self.playgrounds)}"
        playground_folder.mkdir()
        playground = Playground(self.program_folder, playground_folder, free_port(), self.bot.url)
        self.playgrounds.append(playground)
        await playground.start(
            tenant.build_playground_config(
                tenant.build_sample_practice(), run.find_persona_or_default(role)
            )
        )
        return playground.url

    async def move_clock(self, now: datetime) -> None:
        """Move the bot's clock forward to *now*."""
        body = json.dumps({"now": now.isoformat()})
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.bot.url}/_clock", data=body) as response,
        ):
            assert response.status == 200, await response.text()
        self.now = now

    async def advance_to_day_before_close(self) -> None:
        """Move the clock forward to the afternoon before the team's open period closes."""
        (team,) = tenant.build_sample_practice().teams
        span = timedelta(weeks=team.period_weeks)
        next_close = time_travel.last_completed_period_start(self.now, team.period_weeks) + 2 * span
        await self.move_clock(next_close - timedelta(hours=8))

    async def advance_days_until(
        self, condition: Callable[[], Awaitable[bool]], max_days: int = 9
    ) -> None:
        """Move the clock forward day by day until *condition* holds, *max_days* at most.

        Each day is looked at in the afternoon of the practice, whatever the time of this run: at
        night nothing is sent.
        """
        for _ in range(max_days):
            next_day = self.now.astimezone(load_zone(HOME_ZONE)) + timedelta(days=1)
            await self.move_clock(next_day.replace(hour=16, minute=0).astimezone(UTC))
            if await condition():
                return

    async def stop(self) -> None:
        """Stop every process that was started."""
        for playground in self.playgrounds:
            await playground.stop()
        await self.channel.aclose()
        await self.bot.stop()
        os.close(self.lock_fd)
