"""Of two workers over one PostgreSQL, the one with the duty lease runs the scheduled duties."""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable

import psycopg
import pytest

from bot.context import Context
from bot.duty_runner import DutyRunner
from schedules import TIMETABLE, Duty
from tests.doubles import full_catalogue
from tests.schedules.delivery.worker_pairs import context, outlet

__all__ = ["context", "full_catalogue", "outlet"]


class CountingWorker:
    """A worker whose duties count their runs and do nothing else."""

    def __init__(self, context: Context, *, fails: bool = False) -> None:
        """Run the names of the timetable with *context*; ``settle_restored`` fails if *fails*."""
        self.counts: Counter[str] = Counter()
        self._fails = fails
        timetable = {
            name: Duty(self._build(name), duty.next_due) for name, duty in TIMETABLE.items()
        }
        self.runner = DutyRunner(
            context, timetable, lease=context.store.worker_locks.create_duty_lease()
        )

    def _build(self, name: str) -> Callable[[Context], Awaitable[int]]:
        async def run(_context: Context) -> int:
            self.counts[name] += 1
            if self._fails:
                raise LookupError
            return 0

        return run


async def test_one_of_two_workers_runs_the_duties(context: Context) -> None:
    """The other one settles at each tick, before it sends, what a restore meanwhile has left."""
    first, second = CountingWorker(context), CountingWorker(context)
    for _ in range(3):
        await first.runner.run_duties()
        await second.runner.run_duties()

    assert first.counts == dict.fromkeys(TIMETABLE, 3)
    assert second.counts == {"settle_restored": 3}
    assert second.runner.may_send
    await first.runner.stop()


async def test_worker_without_the_lease_sends_nothing_before_it_has_settled(
    context: Context,
) -> None:
    """It tries at each tick, and runs no other duty."""
    first, second = CountingWorker(context), CountingWorker(context, fails=True)
    for _ in range(2):
        await first.runner.run_duties()
        await second.runner.run_duties()

    assert second.counts == {"settle_restored": 2}
    assert not second.runner.may_send
    await first.runner.stop()


async def test_duties_go_on_in_another_worker_after_a_stop(context: Context) -> None:
    """At its next tick, not after an expiry; the stopped one does not come back."""
    first, second = CountingWorker(context), CountingWorker(context)
    await first.runner.run_duties()
    first.runner.begin_stop()
    await first.runner.stop()
    await second.runner.run_duties()
    await first.runner.run_duties()

    assert second.counts == dict.fromkeys(TIMETABLE, 1)
    assert first.counts == dict.fromkeys(TIMETABLE, 1)
    await second.runner.stop()


async def test_tick_without_the_lease_is_not_recorded(context: Context) -> None:
    """Otherwise a worker that never runs a duty would hide that its leader hangs."""
    first, second = CountingWorker(context), CountingWorker(context)
    await first.runner.run_duties()
    await context.store.across_workspaces.write(
        lambda repos: repos._connection.exec_driver_sql("DELETE FROM duty_run").close()
    )
    await second.runner.run_duties()

    assert (
        await context.store.across_workspaces.read(lambda repos: repos.duty_runs.read_last_tick())
        is None
    )
    await first.runner.stop()


async def test_duties_run_where_the_lease_cannot_be_asked_for(
    context: Context, migrated_postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged once, and its end too: the server accepts no further connection meanwhile."""
    caplog.set_level(logging.INFO, "attune.app")
    worker = CountingWorker(context)
    await context.store.across_workspaces.write(lambda _repos: None)
    url = migrated_postgres_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as administration:
        limit = f"ALTER DATABASE {administration.info.dbname} CONNECTION LIMIT"
        administration.execute(f"{limit} 0".encode())
        for _ in range(2):
            await worker.runner.run_duties()
        administration.execute(f"{limit} -1".encode())
    await worker.runner.run_duties()

    assert worker.counts == dict.fromkeys(TIMETABLE, 3)
    assert [(record.getMessage(), vars(record).get("state", "")) for record in caplog.records] == [
        ("duty.lease_failed", ""),
        ("duty.lease_failed", "ended"),
        ("duty.lease_acquired", ""),
    ]
    await worker.runner.stop()
