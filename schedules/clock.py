"""The one module that imports APScheduler: a tick per minute, and the age of the last one."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler

TICK_SECONDS = 60
"""Seconds between two ticks, by default."""

_MIN_JUMP_SECONDS = 1.0
"""Change of the wall clock against the monotonic one that is a jump and not a correction."""


class Ticker:
    """Calls the *tick* callback at once and then periodically, as a task of the event loop.

    The scheduler's job exists in memory only: what is due is in the store's tables, so a missed
    or doubled tick changes nothing. By default APScheduler drops a tick that is a second late,
    hence the argument ``misfire_grace_time=None``; ``coalesce`` merges several missed ticks into
    one, and ``max_instances`` prevents concurrent ticks.

    APScheduler paces its jobs by the wall clock: set back by hours, it would not tick for hours.
    A task that the monotonic clock paces therefore compares the two clocks in every interval,
    and runs a tick at once after a jump, from which the interval is counted.
    """

    def __init__(
        self,
        tick: Callable[[], Awaitable[None]],
        interval_seconds: float = TICK_SECONDS,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepare to call *tick* every *interval_seconds*; nothing runs before :meth:`start`.

        *wall_clock* returns the Unix time by which jumps are recognized.
        """
        self._tick = tick
        self._interval_seconds = interval_seconds
        self._last_tick_at: float | None = None
        self._wall_clock = wall_clock
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._jump_detection_task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the scheduler; requires a running event loop."""
        job = self._scheduler.add_job(
            self._run_tick,
            "interval",
            seconds=self._interval_seconds,
            next_run_time=datetime.now(UTC),
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
        self._scheduler.start()
        self._jump_detection_task = asyncio.get_running_loop().create_task(
            self._detect_clock_jumps(job)
        )

    def stop(self) -> None:
        """Stop the scheduler; a ticker that was never started raises no exception."""
        if self._jump_detection_task is not None:
            self._jump_detection_task.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    @property
    def seconds_since_tick(self) -> float | None:
        """Seconds since the last tick ended, by the monotonic clock; ``None`` before the first."""
        return None if self._last_tick_at is None else time.monotonic() - self._last_tick_at

    async def _detect_clock_jumps(self, job: Job) -> None:
        """Run *job* at once whenever the wall clock has jumped."""
        clock_offset = self._wall_clock() - time.monotonic()
        while True:
            await asyncio.sleep(self._interval_seconds)
            previous_offset, clock_offset = clock_offset, self._wall_clock() - time.monotonic()
            if abs(clock_offset - previous_offset) > _MIN_JUMP_SECONDS:
                job.modify(next_run_time=datetime.now(UTC))

    async def _run_tick(self) -> None:
        await self._tick()
        self._last_tick_at = time.monotonic()
