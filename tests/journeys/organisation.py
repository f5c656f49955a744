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
"""Where Microsoft's program is fetched to, once for all journeys and for `make try-teams`."""


@dataclass
class TeamsSandbox:
    """A bot that has lived through some weeks, and a Playground for each who is played."""

    folder: Path
    program_folder: Path
    bot: BotProcess
    lock_fd: int
    now: datetime
    playgrounds: list[Playground] = field(default_factory=list)

    @classmethod
    async def start(cls, folder: Path, program_folder: Path) -> "TeamsSandbox":
        """Start the bot, and let it have its past."""
        words = catalogue.load_catalogue().get_pack("en")
        bot = BotProcess(folder, free_port(), "p" * 40, run.TEAMS_SETTINGS)
        held = lock_folder(folder)
        me = run.find_persona("clinician")
        now = datetime.now(UTC)
        await run.start_bot_with_history(run.TeamsOptions(words, folder, 0, me), bot, held)
        return cls(folder, program_folder, bot, held, now)

    async def open_playground(self, role: str) -> str:
        """Return the address of a Playground in which one is the person of that *role*."""
        own = self.folder / f"playground-{len(self.playgrounds)}"
        own.mkdir()
        page = Playground(self.program_folder, own, free_port(), self.bot.url)
        self.playgrounds.append(page)
        await page.start(
            tenant.build_playground_config(tenant.build_sample_practice(), run.find_persona(role))
        )
        return page.url

    async def move_clock(self, now: datetime) -> None:
        """Let the clock go on to *now*."""
        told = json.dumps({"now": now.isoformat()})
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.bot.url}/_clock", data=told) as answer,
        ):
            assert answer.status == 200, await answer.text()
        self.now = now

    async def advance_days_until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """Let the clock go on day by day until something is *so*, for nine days at most."""
        for _ in range(9):
            await self.move_clock(self.now + timedelta(days=1))
            if await condition():
                return

    async def stop(self) -> None:
        """End everything that was started."""
        for page in self.playgrounds:
            await page.stop()
        await self.bot.stop()
        os.close(self.lock_fd)
