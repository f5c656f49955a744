"""The invented practice in Microsoft Teams, as `make try-teams` starts it."""

import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from bot.content import catalogue
from bot.sandbox.process.bot_process import BotProcess
from bot.sandbox.process.data_folder import lock_folder
from bot.sandbox.process.loopback_server import free_port
from bot.sandbox.teams import run, tenant
from bot.sandbox.teams.playground import Playground
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

    @classmethod
    async def start(cls, folder: Path, program_folder: Path) -> "TeamsSandbox":
        """Start the bot, and generate its history."""
        words = catalogue.load_catalogue().get_pack("en")
        bot = BotProcess(folder, free_port(), "p" * 40, run.TEAMS_SETTINGS)
        lock_fd = lock_folder(folder)
        persona = run.find_persona_or_default("clinician")
        now = datetime.now(UTC)
        await run.start_bot_with_history(run.TeamsOptions(words, folder, 0, persona), bot, lock_fd)
        return cls(folder, program_folder, bot, lock_fd, now)

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

    async def advance_days_until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """Move the clock forward day by day until *condition* holds, nine days at most."""
        for _ in range(9):
            await self.move_clock(self.now + timedelta(days=1))
            if await condition():
                return

    async def stop(self) -> None:
        """Stop every process that was started."""
        for playground in self.playgrounds:
            await playground.stop()
        await self.bot.stop()
        os.close(self.lock_fd)
