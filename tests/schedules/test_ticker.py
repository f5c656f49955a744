"""The ticker's schedule, and the age of its last tick."""

import asyncio
from datetime import UTC, datetime, timedelta

from schedules.ticker import Ticker


async def test_the_first_tick_runs_at_once() -> None:
    """The first tick runs at the start, without a delay of a minute."""
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


async def test_late_ticks_run_and_missed_ticks_are_merged() -> None:
    """APScheduler's defaults, which drop a tick that is a second late, are overridden."""

    async def tick() -> None:
        """Do nothing."""

    ticker = Ticker(tick)
    ticker.start()
    (job,) = ticker._scheduler.get_jobs()

    assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)
    ticker.stop()


async def test_wall_clock_set_back_stops_no_tick() -> None:
    """A job that APScheduler plans hours ahead, as after a clock was set back, runs at once."""
    wall_time, tick_count = 1_000_000.0, 0
    ticked_again = asyncio.Event()

    async def tick() -> None:
        nonlocal wall_time, tick_count
        tick_count += 1
        if tick_count == 1:
            wall_time -= 3 * 3600
            (job,) = ticker._scheduler.get_jobs()
            job.modify(next_run_time=datetime.now(UTC) + timedelta(hours=3))
        else:
            ticked_again.set()

    ticker = Ticker(tick, 0.01, lambda: wall_time)
    ticker.start()
    await asyncio.wait_for(ticked_again.wait(), 5)
    ticker.stop()

    assert tick_count >= 2


async def test_ticks_repeat_in_the_given_interval() -> None:
    """A ticker with an interval of milliseconds ticks again without waiting for a minute."""
    ticked_twice = asyncio.Event()
    tick_times: list[float] = []

    async def tick() -> None:
        tick_times.append(asyncio.get_running_loop().time())
        if len(tick_times) == 2:
            ticked_twice.set()

    ticker = Ticker(tick, 0.05)
    ticker.start()
    await asyncio.wait_for(ticked_twice.wait(), 5)
    ticker.stop()

    assert len(tick_times) >= 2


async def test_stopping_a_ticker_that_never_started_is_allowed() -> None:
    """A web process, whose ticker never starts, can stop it."""

    async def tick() -> None:
        """Do nothing."""

    Ticker(tick).stop()
