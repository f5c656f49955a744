"""The one module that imports APScheduler: a tick per minute, and the age of the last one."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

TICK_SECONDS = 60
"""Seconds between two ticks, by default."""


class Ticker:
    """Calls the *tick* callback at once and then periodically, as a task of the event loop.

    The scheduler's job exists in memory only: what is due is in the store's tables, so a missed
    or doubled tick changes nothing. By default APScheduler drops a tick that is a second late,
    hence the argument ``misfire_grace_time=None``; ``coalesce`` merges several missed ticks into
    one, and ``max_instances`` prevents concurrent ticks.
    """

    def __init__(
        self, tick: Callable[[], Awaitable[None]], interval_seconds: float = TICK_SECONDS
    ) -> None:
        """Prepare to call *tick* every *interval_seconds*; nothing runs before :meth:`start`."""
        self._tick = tick
        self._interval_seconds = interval_seconds
        self._last_tick_at: float | None = None
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Start the scheduler; requires a running event loop."""
        self._scheduler.add_job(
            self._run_tick,
            "interval",
            seconds=self._interval_seconds,
            next_run_time=datetime.now(UTC),
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
        self._scheduler.start()

    def stop(self) -> None:
        """Stop the scheduler; a ticker that was never started raises no exception."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    @property
    def seconds_since_tick(self) -> float | None:
        """Seconds since the last tick ended, by the monotonic clock; ``None`` before the first."""
        return None if self._last_tick_at is None else time.monotonic() - self._last_tick_at

    async def _run_tick(self) -> None:
        await self._tick()
        self._last_tick_at = time.monotonic()
