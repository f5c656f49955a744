"""Scheduler: calls a tick callback once a minute; the one module that imports APScheduler."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler

TICK_INTERVAL_SECONDS = 60
"""Default interval in seconds between two ticks."""

_MIN_JUMP_SECONDS = 1.0
"""Seconds by which the wall clock has to deviate from the monotonic one to count as a jump.

Smaller deviations are corrections, such as those of NTP.
"""


class Ticker:
    """Awaits the *tick* callback at the start and then periodically, in a task of the event loop.

    The scheduler's job store is in memory only: what is due is in the database's tables, so a
    missed or repeated tick loses and doubles nothing. By default APScheduler skips a run that is a
    second late, hence the argument ``misfire_grace_time=None``; ``coalesce`` merges missed runs
    into one, and ``max_instances=1`` prevents concurrent ticks.

    APScheduler times its jobs by the wall clock: after it is set back by hours, no tick would run
    for hours. A task that sleeps by the monotonic clock compares the two once per interval, and
    reschedules the job to run at once after a jump.
    """

    def __init__(
        self,
        tick: Callable[[], Awaitable[None]],
        interval_seconds: float = TICK_INTERVAL_SECONDS,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """Configure a tick every *interval_seconds*; nothing runs before :meth:`start`.

        *wall_clock* returns Unix time in seconds, by which jumps are detected.
        """
        self._tick = tick
        self._interval_seconds = interval_seconds
        self._last_tick_at: float | None = None
        self._wall_clock = wall_clock
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._jump_detection_task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the scheduler and the task that detects clock jumps; needs a running event loop."""
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
        """Shut the scheduler down, which cancels a tick in progress; no-op before :meth:`start`."""
        if self._jump_detection_task is not None:
            self._jump_detection_task.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    @property
    def seconds_since_tick(self) -> float | None:
        """Seconds since the last tick ended, by the monotonic clock; ``None`` before the first."""
        return None if self._last_tick_at is None else time.monotonic() - self._last_tick_at

    async def _detect_clock_jumps(self, job: Job) -> None:
        """Reschedule *job* to now whenever the wall clock has jumped; loop until cancelled."""
        clock_offset = self._wall_clock() - time.monotonic()
        while True:
            await asyncio.sleep(self._interval_seconds)
            previous_offset, clock_offset = clock_offset, self._wall_clock() - time.monotonic()
            if abs(clock_offset - previous_offset) > _MIN_JUMP_SECONDS:
                job.modify(next_run_time=datetime.now(UTC))

    async def _run_tick(self) -> None:
        await self._tick()
        self._last_tick_at = time.monotonic()
