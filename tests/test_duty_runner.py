"""A tick runs every duty, and is recorded for every other process."""

import asyncio
import logging
from datetime import datetime

import pytest

from bot.context import Context
from bot.duty_runner import OVERDUE_AFTER_SECONDS, DutyRunner
from bot.store.schema import idempotency_keys
from schedules import TIMETABLE
from tests.doubles import clock, context, empty_database, full_catalogue, outlet
from tests.sample_team import set_up_team
from tests.slow_duties import SlowDuty, build_runner

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]

FAILING = {"reseal_records": 3, "retention": 3}


async def read_consecutive_failures(context: Context) -> dict[str, int]:
    """Return the failed runs in a row by duty."""
    return await context.store.across_workspaces.read(
        lambda repos: repos.duty_runs.read_consecutive_failures()
    )


async def drop_request_keys(context: Context) -> None:
    """Remove the table without which two duties fail."""
    await context.store.across_workspaces.write(
        lambda repos: idempotency_keys.drop(repos._connection)
    )


def list_states(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str, str]]:
    """Return event, duty and state of the lines about duties."""
    return [
        (record.getMessage(), vars(record).get("subject", ""), vars(record).get("state", "began"))
        for record in caplog.records
        if record.name == "attune.app"
    ]


async def test_tick_is_recorded_with_every_duty(context: Context) -> None:
    """The instant is the clock's, and no duty has failed."""
    await DutyRunner(context).run_duties()

    last_tick = await context.store.across_workspaces.read(
        lambda repos: repos.duty_runs.read_last_tick()
    )
    assert last_tick == context.now()
    assert await read_consecutive_failures(context) == dict.fromkeys(TIMETABLE, 0)


async def test_failing_duty_is_counted_and_stops_no_other(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    """Three ticks are three failures of each of two duties, and one line for each in the log."""
    caplog.set_level(logging.INFO, "attune.app")
    await set_up_team(context)
    await drop_request_keys(context)
    runner = DutyRunner(context)
    for _ in range(3):
        await runner.run_duties()

    failed_runs = await read_consecutive_failures(context)
    assert {name: count for name, count in failed_runs.items() if count} == FAILING
    assert list_states(caplog) == [("duty.failed", name, "began") for name in FAILING]


async def test_duty_that_succeeds_again_is_logged_once(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    """Its count is 0 from then on."""
    caplog.set_level(logging.INFO, "attune.app")
    await set_up_team(context)
    await drop_request_keys(context)
    runner = DutyRunner(context)
    await runner.run_duties()
    await context.store.across_workspaces.write(
        lambda repos: idempotency_keys.create(repos._connection)
    )
    for _ in range(2):
        await runner.run_duties()

    assert (await read_consecutive_failures(context))["retention"] == 0
    assert list_states(caplog) == [
        ("duty.failed", name, state) for state in ("began", "ended") for name in FAILING
    ]


async def test_tick_that_a_stop_cuts_short_ends_no_failures(context: Context) -> None:
    """The duties that it leaves out fail as often as before, for every process."""
    await set_up_team(context)
    await drop_request_keys(context)
    runner = DutyRunner(context)
    await runner.run_duties()
    failures = await read_consecutive_failures(context)

    runner.begin_stop()
    await runner.run_duties()

    assert await read_consecutive_failures(context) == failures
    assert any(failures.values())


async def test_tick_that_cannot_be_recorded_is_logged(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    """The duties have run; other processes see that no worker ticks."""
    await context.store.across_workspaces.write(
        lambda repos: repos._connection.exec_driver_sql("DROP TABLE duty_run").close()
    )

    await DutyRunner(context).run_duties()

    assert list_states(caplog) == [("tick.not_recorded", "", "began")]


async def read_last_tick(context: Context) -> datetime | None:
    """Return when the last tick was recorded."""
    return await context.store.across_workspaces.read(
        lambda repos: repos.duty_runs.read_last_tick()
    )


async def test_long_close_delays_no_other_duty(context: Context) -> None:
    """Two ticks run the others, start the close once, and are recorded; dependent duties wait."""
    slow = SlowDuty()
    runner = build_runner(context, slow)
    for _ in range(2):
        await runner.run_duties(wait_timeout_seconds=0.01)

    assert await read_last_tick(context) == context.now()
    assert set(TIMETABLE) - set(await read_consecutive_failures(context)) == {
        "close_periods",
        "mark_database",
        "close_notice",
    }
    assert (slow.begin_count, slow.end_count) == (1, 0)

    slow.release.set()
    for _ in range(2):
        await runner.run_duties(wait_timeout_seconds=60)

    assert (slow.begin_count, slow.end_count) == (2, 2)
    assert set(await read_consecutive_failures(context)) == set(TIMETABLE)


async def test_long_duty_does_not_forget_its_failures(context: Context) -> None:
    """A tick during which a duty still runs retains its count of failures."""
    slow = SlowDuty()
    await context.store.across_workspaces.write(
        lambda repos: repos.duty_runs.record_tick({"close_periods": True}, context.now())
    )
    runner = build_runner(context, slow)
    await runner.run_duties(wait_timeout_seconds=0.01)

    assert (await read_consecutive_failures(context))["close_periods"] == 1
    runner.begin_stop()


async def test_duty_that_does_not_end_counts_as_failed(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    """Past half an hour each tick is a failed run, the first is logged, and so is the end."""
    caplog.set_level(logging.INFO, "attune.app")
    slow, now = SlowDuty(), [0.0]
    runner = build_runner(context, slow, "archive_releases", lambda: now[0])
    counts = []
    for now[0] in (
        0.0,
        600.0,
        OVERDUE_AFTER_SECONDS - 1,
        OVERDUE_AFTER_SECONDS,
        OVERDUE_AFTER_SECONDS + 60,
    ):
        await runner.run_duties(wait_timeout_seconds=0.01)
        counts.append((await read_consecutive_failures(context)).get("archive_releases"))

    assert counts == [None, None, None, 1, 2]
    assert list_states(caplog) == [("duty.failed", "archive_releases", "began")]

    slow.release.set()
    await runner.run_duties(wait_timeout_seconds=60)
    assert (await read_consecutive_failures(context))["archive_releases"] == 0
    assert list_states(caplog)[1:] == [("duty.failed", "archive_releases", "ended")]


async def test_stop_cancels_a_long_duty(context: Context) -> None:
    """The task of a running duty is cancelled, as by a crash, and the tick is not recorded."""
    slow = SlowDuty()
    runner = build_runner(context, slow)
    tick = asyncio.create_task(runner.run_duties())
    await slow.begin.wait()
    runner.begin_stop()
    await tick
    slow.release.set()
    await asyncio.sleep(0)

    assert slow.end_count == 0
    assert await read_last_tick(context) is None


async def test_long_purge_is_awaited(context: Context) -> None:
    """A purge blocks the tick: another duty would read records whose keys are destroyed.

    Messages to other workspaces are sent meanwhile.
    """
    slow = SlowDuty()
    runner = build_runner(context, slow, "purge_workspaces")
    tick = asyncio.create_task(runner.run_duties(wait_timeout_seconds=0.01))
    await slow.begin.wait()
    await asyncio.sleep(0.05)

    assert not tick.done()
    assert await read_consecutive_failures(context) == {}
    assert runner.may_send

    slow.release.set()
    await tick
    assert set(await read_consecutive_failures(context)) == set(TIMETABLE)


async def test_purge_that_does_not_end_stops_no_other_duty(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    """Once overdue it is logged and counts as failed, and the others run concurrently."""
    caplog.set_level(logging.INFO, "attune.app")
    slow, now = SlowDuty(), [0.0]
    runner = build_runner(context, slow, "purge_workspaces", lambda: now[0])
    tick = asyncio.create_task(runner.run_duties(wait_timeout_seconds=0.01))
    await slow.begin.wait()

    now[0] = OVERDUE_AFTER_SECONDS
    async with asyncio.timeout(60):
        await tick

    failed_runs = await read_consecutive_failures(context)
    assert {name for name, count in failed_runs.items() if count} == {"purge_workspaces"}
    assert set(failed_runs) == set(TIMETABLE)
    assert list_states(caplog) == [("duty.failed", "purge_workspaces", "began")]
    runner.begin_stop()


async def test_long_planning_wakes_the_delivery_worker(context: Context) -> None:
    """What is planned already is sent meanwhile, and nothing wakes it after the end."""
    slow, woken = SlowDuty(), asyncio.Event()
    runner = build_runner(context, slow, "weekly_checkin", wake_delivery_worker=woken.set)
    tick = asyncio.create_task(runner.run_duties())
    for _ in range(2):
        await asyncio.wait_for(woken.wait(), 10)
        woken.clear()
    slow.release.set()
    await tick
    woken.clear()

    await asyncio.sleep(0.1)
    assert not woken.is_set()


async def test_other_long_duties_wake_nobody(context: Context) -> None:
    """A close plans nothing: the notices of it are another duty's."""
    slow, woken = SlowDuty(), asyncio.Event()
    runner = build_runner(context, slow, "close_periods", wake_delivery_worker=woken.set)
    tick = asyncio.create_task(runner.run_duties())
    await asyncio.wait_for(slow.begin.wait(), 10)
    await asyncio.sleep(0.1)
    slow.release.set()
    await tick

    assert not woken.is_set()
