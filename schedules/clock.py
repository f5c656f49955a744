"""The one file with APScheduler: a tick a minute, and how long ago the last one was."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

TICK_SECONDS = 60
"""Seconds from one tick to the next."""


class Ticker:
    """Lets what falls due reach people: calls *tick* at once and then every minute.

    The job lives in memory alone: what is owed is in the store, so a missed or doubled
    tick changes nothing. APScheduler's defaults drop a tick that is a second late, hence
    ``misfire_grace_time=None``; ``coalesce`` makes one tick of many missed ones.
    """

    def __init__(self, tick: Callable[[], Awaitable[None]]) -> None:
        """Prepare to call *tick*; nothing runs before :meth:`start`."""
        self._tick = tick
        self._last_tick_at: float | None = None
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Begin, inside a running loop."""
        self._scheduler.add_job(
            self._run_tick,
            "interval",
            seconds=TICK_SECONDS,
            next_run_time=datetime.now(UTC),
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
        self._scheduler.start()

    def stop(self) -> None:
        """Call no more ticks."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    @property
    def seconds_since_tick(self) -> float | None:
        """Seconds since the last tick ended, by a clock that nobody can set; ``None`` before it."""
        return None if self._last_tick_at is None else time.monotonic() - self._last_tick_at

    async def _run_tick(self) -> None:
        await self._tick()
        self._last_tick_at = time.monotonic()
