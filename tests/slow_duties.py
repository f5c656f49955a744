"""A duty that lasts until a test releases it, in a timetable of quick ones."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.context import Context
from bot.duty_runner import DutyRunner
from schedules import TIMETABLE, Duty


@dataclass
class SlowDuty:
    """A duty whose runs last until they are released."""

    begin: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    begin_count: int = 0
    end_count: int = 0

    async def run(self, _context: Context) -> int:
        """Wait for the release."""
        self.begin.set()
        self.begin_count += 1
        await self.release.wait()
        self.end_count += 1
        return 0

    async def next_due(self, _context: Context) -> datetime | None:
        """Return ``None``."""
        return None


def build_runner(
    context: Context,
    slow: SlowDuty,
    slow_name: str = "close_periods",
    monotonic: Callable[[], float] = time.monotonic,
    wake_delivery_worker: Callable[[], None] = lambda: None,
) -> DutyRunner:
    """Return a runner in whose timetable the duty *slow_name* is *slow*, and all others quick.

    A duty that plans wakes the delivery worker every hundredth of a second.
    """
    quick = SlowDuty()
    quick.release.set()
    duties = {slow_name: slow}
    timetable = {name: duties.get(name, quick) for name in TIMETABLE}
    return DutyRunner(
        context,
        {name: Duty(duty.run, duty.next_due) for name, duty in timetable.items()},
        wake_delivery_worker=wake_delivery_worker,
        wake_interval_seconds=0.01,
        monotonic=monotonic,
    )
