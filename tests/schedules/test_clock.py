"""The tick that lets what is owed reach people."""

import asyncio

from schedules.clock import Ticker


async def test_it_ticks_at_once_and_tells_how_long_ago() -> None:
    """A bot that has just started does not wait a minute to look."""
    ticked = asyncio.Event()

    async def tick() -> None:
        ticked.set()

    ticker = Ticker(tick)
    assert ticker.seconds_since_tick is None
    ticker.start()
    await asyncio.wait_for(ticked.wait(), 5)
    await asyncio.sleep(0.01)

    assert ticker.seconds_since_tick is not None
    assert ticker.seconds_since_tick < 5
    ticker.stop()


async def test_a_late_tick_is_not_dropped_and_missed_ones_are_one() -> None:
    """APScheduler's own defaults drop a tick that is a second late."""

    async def tick() -> None:
        """Do nothing."""

    ticker = Ticker(tick)
    ticker.start()
    (job,) = ticker._scheduler.get_jobs()

    assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)
    ticker.stop()


async def test_stopping_what_never_started_is_no_error() -> None:
    """A process that only receives has a ticker at rest."""

    async def tick() -> None:
        """Do nothing."""

    Ticker(tick).stop()
