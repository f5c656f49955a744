"""Several workers over one PostgreSQL share the due workspaces, one worker per workspace."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from bot.context import Context
from schedules.delivery.sender import DeliverySender
from schedules.delivery.shared_queue_worker import SharedQueueWorker
from schedules.delivery.worker_timings import WorkerTimings
from tests.schedules.delivery.worker_pairs import (
    WORKSPACES,
    DbosTables,
    SlowOutlet,
    compose_empty_message,
    context,
    outlet,
    plan_notes,
    wait_until,
)

__all__ = ["context", "outlet"]


TIMINGS = WorkerTimings(
    lease_check_seconds=0.1,
    orphan_grace_seconds=0.6,
    enqueue_interval_seconds=0.2,
    queue_poll_seconds=0.1,
    shutdown_timeout_seconds=2,
)
"""Short timings: production waits for up to a minute."""


@pytest.fixture
async def worker(context: Context, migrated_postgres_url: str) -> AsyncIterator[SharedQueueWorker]:
    """The one worker of this process."""
    shared = SharedQueueWorker(
        DeliverySender(context, {"note": compose_empty_message}),
        context.store,
        migrated_postgres_url,
        TIMINGS,
    )
    await shared.trigger_sending()
    await wait_until(lambda: bool(shared._executor_name))
    yield shared
    await shared.stop()


@pytest.fixture
def tables(migrated_postgres_url: str) -> DbosTables:
    """The tables behind the worker."""
    return DbosTables(migrated_postgres_url)


async def test_one_worker_at_a_time_sends_to_a_workspace(
    context: Context, outlet: SlowOutlet, worker: SharedQueueWorker
) -> None:
    """Two workspaces are sent to concurrently; a second enqueue doubles no message."""
    for workspace in WORKSPACES:
        await plan_notes(context, workspace, *(f"U0{number}" for number in range(20)))

    await worker.trigger_sending()
    await asyncio.sleep(TIMINGS.enqueue_interval_seconds)
    await worker.trigger_sending()
    await wait_until(lambda: len(outlet.sent_messages) == 40)

    assert (
        len({(sent.address.workspace, sent.address.person) for sent in outlet.sent_messages}) == 40
    )
    assert outlet.max_in_flight == dict.fromkeys(WORKSPACES, 1)
    assert outlet.max_in_flight_total == 2


async def test_workspace_that_is_being_sent_to_is_not_queued_again(
    context: Context, outlet: SlowOutlet, worker: SharedQueueWorker, tables: DbosTables
) -> None:
    """A later tick leaves one workflow alone, for which every worker would look for room."""
    outlet.answer_gate.clear()
    await plan_notes(context, WORKSPACES[0], "U0MARIE", "U0OMAR")
    await worker.trigger_sending()
    await wait_until(lambda: outlet.in_flight.total() > 0)
    await asyncio.sleep(TIMINGS.enqueue_interval_seconds)
    await worker.trigger_sending()
    await wait_until(lambda: not worker._wakeup.is_set())
    await asyncio.sleep(TIMINGS.enqueue_interval_seconds)
    assert tables.count_states() == Counter({"PENDING": 1})

    outlet.answer_gate.set()
    await wait_until(lambda: len(outlet.sent_messages) == 2)


async def test_a_failed_workflow_is_enqueued_again(
    context: Context, outlet: SlowOutlet, worker: SharedQueueWorker, tables: DbosTables
) -> None:
    """An exception ends one workflow, the next tick starts another; no table stores its text."""
    await plan_notes(context, WORKSPACES[0], "U0MARIE")
    outlet.raises_error = True
    await worker.trigger_sending()
    await wait_until(lambda: tables.count_states()["SUCCESS"] == 1)
    outlet.raises_error = False
    assert outlet.sent_messages == []
    tables.run_query("UPDATE delivery SET state = 'planned'")

    await asyncio.sleep(TIMINGS.enqueue_interval_seconds)
    await worker.trigger_sending()
    await wait_until(lambda: len(outlet.sent_messages) == 1)
    await wait_until(lambda: tables.count_states()["SUCCESS"] == 2)
    assert [row[1:3] for row in tables.read_all()["workflow_output"]] == [("null", None)] * 2


async def test_dbos_tables_contain_no_personal_data(
    context: Context, outlet: SlowOutlet, worker: SharedQueueWorker, tables: DbosTables
) -> None:
    """DBOS's tables reveal which workspace was sent to and when, in plain text, and no more."""
    await plan_notes(context, WORKSPACES[0], "U0MARIE")
    await worker.trigger_sending()
    await wait_until(lambda: tables.count_states()["SUCCESS"] == 1)

    rows_by_table = tables.read_all()
    texts = {str(value) for rows in rows_by_table.values() for row in rows for value in row}
    assert {name for name, rows in rows_by_table.items() if rows} == {
        "application_versions",
        "dbos_migrations",
        "queues",
        "workflow_input",
        "workflow_output",
        "workflow_status",
    }
    assert [text for text in texts if "U0MARIE" in text] == []
    assert f'{{"namedArgs":{{}},"positionalArgs":["{WORKSPACES[0]}"]}}' in texts
    assert {text for text in texts if "pickle" in text or "_json" in text} == {"portable_json"}
    assert [row[1] for row in rows_by_table["application_versions"]] == ["delivery-1"]


async def test_workflow_rows_are_deleted_after_two_days(
    context: Context, worker: SharedQueueWorker, tables: DbosTables
) -> None:
    """A workflow's rows are deleted after two days."""
    for workspace in WORKSPACES:
        await plan_notes(context, workspace, "U0MARIE")
    await worker.trigger_sending()
    await wait_until(lambda: tables.count_states()["SUCCESS"] == 2)
    two_days = 2 * 24 * 60 * 60 * 1000
    tables.run_query(
        "UPDATE attune_dbos.workflow_status SET created_at = created_at - %s"
        " WHERE queue_partition_key = %s",
        two_days,
        WORKSPACES[0],
    )

    await worker.trigger_sending()
    await wait_until(lambda: sum(tables.count_states().values()) == 1)
    rows_by_table = tables.read_all()
    assert [row[0].rpartition(":")[0] for row in rows_by_table["workflow_status"]] == [
        f"drain:{WORKSPACES[1]}"
    ]
    assert len(rows_by_table["workflow_input"]) == len(rows_by_table["workflow_output"]) == 1


async def test_orphaned_workflows_are_resumed(
    context: Context, outlet: SlowOutlet, worker: SharedQueueWorker, tables: DbosTables
) -> None:
    """The workflows of a worker that never returns are resumed after the grace period."""
    await plan_notes(context, WORKSPACES[0], "U0MARIE")
    await worker.trigger_sending()
    await wait_until(lambda: len(outlet.sent_messages) == 1)
    tables.insert_pending_workflow(WORKSPACES[1], "worker-7")
    await plan_notes(context, WORKSPACES[1], "U0ADA")

    await worker.trigger_sending()
    await asyncio.sleep(TIMINGS.orphan_grace_seconds / 2)
    assert len(outlet.sent_messages) == 1
    await wait_until(lambda: len(outlet.sent_messages) == 2)


async def test_a_live_workers_workflows_are_not_resumed(
    context: Context, outlet: SlowOutlet, worker: SharedQueueWorker, tables: DbosTables
) -> None:
    """A workflow of a live worker is not resumed while that worker has its lease."""
    other_lease = context.store.worker_locks.create_worker_lease(shares_deliveries=True)
    await asyncio.to_thread(other_lease.renew_or_acquire)
    tables.insert_pending_workflow(WORKSPACES[1], f"worker-{other_lease.lease_number}")
    await plan_notes(context, WORKSPACES[1], "U0ADA")

    await asyncio.sleep(TIMINGS.orphan_grace_seconds * 3)
    # The worker may have queued the workspace again meanwhile, behind the pending workflow.
    states = tables.count_states()
    assert (states["PENDING"], set(states) <= {"PENDING", "ENQUEUED"}) == (1, True)
    assert outlet.sent_messages == []

    other_lease.release_lease()
    await wait_until(lambda: len(outlet.sent_messages) == 1)


async def test_an_outage_restarts_the_grace_period(
    context: Context, outlet: SlowOutlet, worker: SharedQueueWorker, tables: DbosTables
) -> None:
    """After an outage all leases are lost, and the grace period starts again."""
    tables.insert_pending_workflow(WORKSPACES[1], "worker-2")
    await asyncio.sleep(TIMINGS.orphan_grace_seconds * 0.7)
    tables.run_query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await asyncio.sleep(TIMINGS.orphan_grace_seconds * 0.7)

    assert tables.count_states() == {"PENDING": 1}
    await wait_until(
        lambda: (
            [live.lease_number for live in context.store.worker_locks.list_live_workers()] == [1]
        )
    )
    await wait_until(lambda: tables.count_states()["SUCCESS"] == 1)


async def test_a_lost_own_workflow_is_resumed(
    context: Context, outlet: SlowOutlet, worker: SharedQueueWorker, tables: DbosTables
) -> None:
    """A workflow that was dequeued but never started is resumed without a restart."""
    tables.insert_pending_workflow(WORKSPACES[0], "worker-1")
    await plan_notes(context, WORKSPACES[0], "U0MARIE")

    await wait_until(lambda: len(outlet.sent_messages) == 1)


async def test_a_stop_finishes_the_message_in_flight(
    context: Context, outlet: SlowOutlet, worker: SharedQueueWorker, tables: DbosTables
) -> None:
    """A stop interrupts no message, and the remaining deliveries wait for no particular worker."""
    await plan_notes(context, WORKSPACES[0], *(f"U0{number}" for number in range(100)))
    await worker.trigger_sending()
    await wait_until(lambda: len(outlet.sent_messages) > 2)
    await worker.stop()
    sent_count = len(outlet.sent_messages)
    counts = await context.store.across_workspaces.read(
        lambda repos: repos.deliveries.count_by_state()
    )

    assert 2 < sent_count < 100
    assert {row.state: row.count for row in counts} == {
        "sent": sent_count,
        "planned": 100 - sent_count,
    }
    assert tables.count_states() == {"SUCCESS": 1}
    assert context.store.worker_locks.list_live_workers() == ()


async def test_dbos_prints_nothing(
    context: Context,
    outlet: SlowOutlet,
    worker: SharedQueueWorker,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """DBOS's own log handlers, whose records may contain a row's values, are replaced."""
    await plan_notes(context, WORKSPACES[0], "U0MARIE")
    await worker.trigger_sending()
    await wait_until(lambda: len(outlet.sent_messages) == 1)
    logging.getLogger("dbos").error("%s", "U0MARIE")

    assert capfd.readouterr() == ("", "")
