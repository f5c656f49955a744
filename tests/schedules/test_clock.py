"""The ticker's schedule, and the age of its last tick."""

import asyncio

from schedules.clock import Ticker


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
