"""A worker whose duties fail leaves them to another one, which may have what they lack."""

import asyncio
import logging
from collections import Counter

import pytest

from bot.context import Context
from bot.duty_runner import OVERDUE_AFTER_SECONDS, DutyRunner
from schedules import TIMETABLE, Duty
from tests.doubles import full_catalogue
from tests.schedules.delivery.worker_pairs import context, outlet

__all__ = ["context", "full_catalogue", "outlet"]

DUTY_WAIT_TIMEOUT_SECONDS = 0.05


class ThreeDuties:
    """A worker with a duty that fails if *fails*, one that never ends if *hangs*, and a third."""

    def __init__(self, context: Context, *, fails: bool = False, hangs: bool = False) -> None:
        """Run the duties with *context*; ``seconds`` is the time of the monotonic clock."""
        self.counts: Counter[str] = Counter()
        self.seconds = 0.0
        self._fails, self._hangs = fails, hangs
        functions = {
            "archive_releases": self._run_failing,
            "close_periods": self._run_hanging,
            "retention": self._run_third,
        }
        self.runner = DutyRunner(
            context,
            {name: Duty(run, TIMETABLE[name].next_due) for name, run in functions.items()},
            lease=context.store.worker_locks.create_duty_lease(),
            monotonic=lambda: self.seconds,
        )

    async def run_tick(self) -> None:
        """Run one tick with a short timeout for each duty."""
        await self.runner.run_duties(DUTY_WAIT_TIMEOUT_SECONDS)

    async def _run_failing(self, _context: Context) -> int:
        if self._fails:
            raise LookupError
        return 0

    async def _run_hanging(self, _context: Context) -> int:
        if self._hangs:
            await asyncio.Event().wait()
        return 0

    async def _run_third(self, _context: Context) -> int:
        self.counts["retention"] += 1
        return 0


async def run_ticks(*workers: ThreeDuties) -> list[int]:
    """Run two ticks of each worker in turn; return how often each has run the third duty."""
    for _ in range(2):
        for worker in workers:
            await worker.run_tick()
    counts = [worker.counts["retention"] for worker in workers]
    for worker in workers:
        worker.runner.begin_stop()
        await worker.runner.stop()
    return counts


async def test_worker_whose_duty_fails_leaves_them_to_another(context: Context) -> None:
    """The other one, where none fails, retains them."""
    assert await run_ticks(ThreeDuties(context, fails=True), ThreeDuties(context)) == [1, 2]


async def test_worker_whose_duty_does_not_end_leaves_them_to_another(context: Context) -> None:
    """After the time that any duty takes, as a request that is never answered does."""
    hanging = ThreeDuties(context, hangs=True)
    await hanging.run_tick()
    hanging.seconds = OVERDUE_AFTER_SECONDS

    assert await run_ticks(hanging, ThreeDuties(context)) == [2, 2]


async def test_worker_with_a_long_duty_retains_them(context: Context) -> None:
    """Although another duty fails: the close of thousands of periods is not run twice at once."""
    long = ThreeDuties(context, fails=True, hangs=True)

    assert await run_ticks(long, ThreeDuties(context)) == [2, 0]


async def test_only_worker_runs_failing_duties_again(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    """It logs once that it has the lease, and not at every tick."""
    caplog.set_level(logging.INFO, "attune.app")

    assert await run_ticks(ThreeDuties(context, fails=True)) == [2]
    assert caplog.messages.count("duty.lease_acquired") == 1
