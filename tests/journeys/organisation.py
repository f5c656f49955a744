"""The invented practice in Microsoft Teams, as `make try-teams` starts it."""

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp

from bot.content import catalogue
from bot.tryout import companion, tenant, trying_teams
from bot.tryout.companion import Companion
from bot.tryout.playground import Playground
from tests.journeys.botprocess import free_port
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
        bot = Companion(folder, free_port(), "p" * 40, trying_teams.OF_TEAMS)
        held = companion.hold(folder / "lock")
        me = trying_teams.somebody("clinician")
        now = datetime.now(UTC)
        await trying_teams.lived(trying_teams.Trial(words, folder, 0, me), bot, held)
        return cls(folder, program, bot, held, now)

    async def playground(self, role: str) -> str:
        """Return the address of a Playground in which one is the person of that *role*."""
        own = self.folder / f"playground-{len(self.open)}"
        own.mkdir()
        page = Playground(self.program, own, free_port(), self.bot.url)
        self.open.append(page)
        await page.start(tenant.config(tenant.cast(), trying_teams.somebody(role)))
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

    async def to_checkin(self) -> None:
        """Let the clock go on to the minute after the team's next check-in."""
        crew = tenant.cast().crews[0]
        weekday, at = crew.checkin
        local = self.now.astimezone(ZoneInfo("America/Toronto"))
        days = (weekday - local.isoweekday()) % 7 or 7
        asked = datetime.combine(local.date() + timedelta(days=days), at, local.tzinfo)
        await self.walk(asked.astimezone(UTC) + timedelta(minutes=1))

    async def stop(self) -> None:
        """End everything that was started."""
        for page in self.open:
            await page.stop()
        await self.bot.stop()
        os.close(self.held)
