"""The invented practice in Microsoft Teams, as `make try-teams` starts it."""

import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from bot.content import catalogue
from bot.sandbox.process.bot_process import Companion
from bot.sandbox.process.data_folder import hold
from bot.sandbox.process.loopback_server import free_port
from bot.sandbox.teams import run, tenant
from bot.sandbox.teams.playground import Playground
from tests.sources import ROOT

PROGRAM = ROOT / "var" / "playground"
"""Where Microsoft's program is fetched to, once for all journeys and for `make try-teams`."""


@dataclass
class Organisation:
    """A bot that has lived through some weeks, and a Playground for each who is played."""

    folder: Path
    program: Path
    bot: Companion
    held: int
    now: datetime
    open: list[Playground] = field(default_factory=list)

    @classmethod
    async def start(cls, folder: Path, program: Path) -> "Organisation":
        """Start the bot, and let it have its past."""
        words = catalogue.load().words("en")
        bot = Companion(folder, free_port(), "p" * 40, run.OF_TEAMS)
        held = hold(folder)
        me = run.somebody("clinician")
        now = datetime.now(UTC)
        await run.lived(run.Trial(words, folder, 0, me), bot, held)
        return cls(folder, program, bot, held, now)

    async def playground(self, role: str) -> str:
        """Return the address of a Playground in which one is the person of that *role*."""
        own = self.folder / f"playground-{len(self.open)}"
        own.mkdir()
        page = Playground(self.program, own, free_port(), self.bot.url)
        self.open.append(page)
        await page.start(tenant.config(tenant.cast(), run.somebody(role)))
        return page.url

    async def walk(self, now: datetime) -> None:
        """Let the clock go on to *now*."""
        told = json.dumps({"now": now.isoformat()})
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.bot.url}/_clock", data=told) as answer,
        ):
            assert answer.status == 200, await answer.text()
        self.now = now

    async def until(self, so: Callable[[], Awaitable[bool]]) -> None:
        """Let the clock go on day by day until something is *so*, for nine days at most."""
        for _ in range(9):
            await self.walk(self.now + timedelta(days=1))
            if await so():
                return

    async def stop(self) -> None:
        """End everything that was started."""
        for page in self.open:
            await page.stop()
        await self.bot.stop()
        os.close(self.held)
