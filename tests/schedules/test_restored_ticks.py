"""After a restore no tick sends a message twice, however long a close or a failure lasts."""

import asyncio
import inspect
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.context import Context
from bot.duty_runner import PLANNING_DUTIES, DutyFunction, DutyRunner
from bot.store.keys.key_store import KeyStoreUnavailableError
from schedules import COMPOSERS, TIMETABLE, Duty, settle_restored
from schedules.delivery.sender import DeliverySender
from tests.doubles import START, FakeClock, RecordingOutlet
from tests.sample_team import CLINICIANS, WORKSPACE
from tests.schedules.test_restored_messages import (
    back_up,
    joined_context,
    list_addresses,
    restore,
    run_tick,
)

__all__ = ["joined_context"]


async def wait_for_ever(_context: Context) -> int:
    """Do not end, as a close of thousands of periods during some ticks."""
    await asyncio.Event().wait()
    return 0


async def fail(_context: Context) -> int:
    """Fail, as a duty whose key store cannot be read."""
    raise KeyStoreUnavailableError("not mounted")


def replace_duty(name: str, run: DutyFunction) -> Mapping[str, Duty]:
    """Return the timetable in which *run* is the duty *name*."""
    return {**TIMETABLE, name: replace(TIMETABLE[name], run=run)}


async def run_ticks(context: Context, clock: FakeClock, runner: DutyRunner, count: int) -> None:
    """Run hourly ticks with a short timeout, and send what is due if the runner permits."""
    for _ in range(count):
        clock.advance(hours=1)
        await runner.run_duties(wait_timeout_seconds=1)
        if runner.may_send:
            await DeliverySender(context, COMPOSERS).send_all_due()


@pytest.mark.parametrize(
    ("name", "run"),
    [("close_periods", wait_for_ever), ("mark_database", fail)],
    ids=["long close", "failing mark"],
)
async def test_tick_after_a_restore_by_hand_sends_nothing_twice(
    joined_context: Context,
    outlet: RecordingOutlet,
    clock: FakeClock,
    tmp_path: Path,
    name: str,
    run: DutyFunction,
) -> None:
    """The check-ins and the tip that were sent after the backup are settled by the first tick."""
    back_up(tmp_path)
    clock.current_time = START + timedelta(days=1, minutes=1)
    await run_tick(joined_context)
    addresses = list_addresses(outlet)
    assert len(addresses) == len(CLINICIANS) + 1

    async with restore(joined_context, tmp_path, uses_command=False) as restored:
        runner = DutyRunner(restored, replace_duty(name, run))
        await run_ticks(restored, clock, runner, 2)
        runner.begin_stop()

    assert list_addresses(outlet) == addresses


async def test_nothing_is_planned_before_the_restore_is_settled(
    joined_context: Context, clock: FakeClock
) -> None:
    """While the settlement fails no check-in is planned; its first success plans them."""
    clock.current_time = START + timedelta(minutes=1)
    runner = DutyRunner(joined_context, replace_duty("settle_restored", fail))
    await runner.run_duties()
    failed_runs = await joined_context.store.across_workspaces.read(
        lambda repos: repos.duty_runs.read_consecutive_failures()
    )

    assert not runner.may_send
    assert await count_due(joined_context, clock()) == 0
    assert failed_runs["settle_restored"] == 1

    runner = DutyRunner(joined_context)
    await runner.run_duties()
    assert runner.may_send
    assert await count_due(joined_context, clock()) == len(CLINICIANS)


async def count_due(context: Context, now: datetime) -> int:
    """Count the deliveries that are due."""
    return await context.store.across_workspaces.read(
        lambda repos: len(repos.deliveries.list_due_deliveries(WORKSPACE, now, 100))
    )


def test_every_planning_duty_waits_for_settlement() -> None:
    """Each duty that inserts deliveries is one of ``PLANNING_DUTIES``."""
    planning = {
        name
        for name, duty in TIMETABLE.items()
        if ".deliveries.plan_" in inspect.getsource(sys.modules[duty.run.__module__])
    }

    assert planning == PLANNING_DUTIES


async def test_mark_follows_a_long_close(joined_context: Context, clock: FakeClock) -> None:
    """Without a restore the mark advances during a close, as messages are sent concurrently."""
    runner = DutyRunner(joined_context, replace_duty("close_periods", wait_for_ever))
    await run_ticks(joined_context, clock, runner, 3)
    runner.begin_stop()

    claim = joined_context.store.key_store.read_claim()
    assert claim is not None
    assert claim.mark == clock().timestamp()


async def test_restore_is_settled_once(
    joined_context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    """What is planned afterwards was not sent by the replaced database, although marks differ."""
    back_up(tmp_path)
    clock.advance(hours=5)
    await run_tick(joined_context)
    clock.advance(hours=5)
    async with restore(joined_context, tmp_path, uses_command=False) as restored:
        store = restored.store.across_workspaces
        assert (
            await store.read(lambda repos: repos.restored_deliveries.find_unsettled_end(clock()))
            is not None
        )
        await settle_restored.run(restored)
        assert (
            await store.read(lambda repos: repos.restored_deliveries.find_unsettled_end(clock()))
            is None
        )
        assert await store.read(lambda repos: repos.detect_rollback()) is not None
