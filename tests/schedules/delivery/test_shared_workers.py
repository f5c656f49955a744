"""Several workers over one PostgreSQL share what is owed, each workspace by one at a time."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from bot.context import Context
from schedules.delivery import shared_workers
from schedules.delivery.sender import DeliverySender
from schedules.delivery.shared_workers import SharedWorkers
from tests.schedules.delivery.worker_pairs import (
    WORKSPACES,
    SlowOutlet,
    compose_empty_message,
    context,
    outlet,
    plan_notes,
    wait_until,
)

__all__ = ["context", "outlet"]


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the waits that are minutes in service to what a test can bear."""
    for name, seconds in (
        ("LEASE_CHECK_SECONDS", 0.1),
        ("ORPHAN_GRACE_SECONDS", 0.6),
        ("ENQUEUE_INTERVAL_SECONDS", 0.2),
        ("QUEUE_POLL_SECONDS", 0.1),
    ):
        monkeypatch.setattr(shared_workers, name, seconds)
    monkeypatch.setattr(shared_workers, "SHUTDOWN_TIMEOUT_SECONDS", 2)


@pytest.fixture
async def worker(context: Context, postgres_url: str) -> AsyncIterator[SharedWorkers]:
    """The one worker of this process."""
    shared = SharedWorkers(
        DeliverySender(context, {"note": compose_empty_message}), context.store, postgres_url
    )
    await shared.start()
    await wait_until(lambda: bool(shared._executor_name))
    yield shared
    await shared.stop()


class Tables:
    """What somebody with a copy of the database reads of the draining."""

    def __init__(self, url: str) -> None:
        """Read the database at *url*."""
        self._url = url.replace("+psycopg", "")

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the database, past everything that is ours."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            found = connection.execute(query.encode(), values)
            return found.fetchall() if found.description else []

    def all(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row there is of the draining, by table."""
        where = "SELECT tablename FROM pg_tables WHERE schemaname = 'attune_dbos'"
        return {name: self.ask(f"TABLE attune_dbos.{name}") for (name,) in self.ask(where)}

    def states(self) -> Counter[str]:
        """How many drains stand where."""
        return Counter(
            state for (state,) in self.ask("SELECT status FROM attune_dbos.workflow_status")
        )

    def leave_behind(self, workspace: str, executor: str) -> None:
        """A drain that *executor* began, and whose end was never heard."""
        self.ask(
            "INSERT INTO attune_dbos.workflow_status (workflow_uuid, status, name, executor_id,"
            " application_version, queue_name, queue_partition_key, priority, serialization,"
            " application_name, created_at, updated_at)"
            " VALUES (%s, 'PENDING', 'drain', %s, 'delivery-1', 'drain', %s, 0, 'portable_json',"
            " 'attune', extract(epoch from now()) * 1000, extract(epoch from now()) * 1000)",
            f"drain:{workspace}:1",
            executor,
            workspace,
        )
        self.ask(
            "INSERT INTO attune_dbos.workflow_input (workflow_uuid, inputs) VALUES (%s, %s)",
            f"drain:{workspace}:1",
            f'{{"namedArgs":{{}},"positionalArgs":["{workspace}"]}}',
        )


@pytest.fixture
def tables(postgres_url: str) -> Tables:
    """The tables behind the worker."""
    return Tables(postgres_url)


async def test_each_workspace_is_drained_by_one_at_a_time(
    context: Context, outlet: SlowOutlet, worker: SharedWorkers
) -> None:
    """Two workspaces side by side, put in line twice: everybody is written to once."""
    for workspace in WORKSPACES:
        await plan_notes(context, workspace, *(f"U0{number}" for number in range(20)))

    await worker.start()
    await asyncio.sleep(shared_workers.ENQUEUE_INTERVAL_SECONDS)
    await worker.start()
    await wait_until(lambda: len(outlet.sent_messages) == 40)

    assert len({(one.address.workspace, one.address.person) for one in outlet.sent_messages}) == 40
    assert outlet.max_in_flight == dict.fromkeys(WORKSPACES, 1)
    assert outlet.max_in_flight_total == 2


async def test_a_drain_that_fails_is_put_in_line_again(
    context: Context, outlet: SlowOutlet, worker: SharedWorkers, tables: Tables
) -> None:
    """An error ends one drain, the next tick begins another, and its words are kept nowhere."""
    await plan_notes(context, WORKSPACES[0], "U0MARIE")
    outlet.raises_error = True
    await worker.start()
    await wait_until(lambda: tables.states()["SUCCESS"] == 1)
    outlet.raises_error = False
    assert outlet.sent_messages == []
    tables.ask("UPDATE delivery SET state = 'planned'")

    await asyncio.sleep(shared_workers.ENQUEUE_INTERVAL_SECONDS)
    await worker.start()
    await wait_until(lambda: len(outlet.sent_messages) == 1)
    await wait_until(lambda: tables.states()["SUCCESS"] == 2)
    assert [row[1:3] for row in tables.all()["workflow_output"]] == [("null", None)] * 2


async def test_what_the_tables_tell(
    context: Context, outlet: SlowOutlet, worker: SharedWorkers, tables: Tables
) -> None:
    """Whoever reads them learns which workspace was drained when, in plain text, and no more."""
    await plan_notes(context, WORKSPACES[0], "U0MARIE")
    await worker.start()
    await wait_until(lambda: tables.states()["SUCCESS"] == 1)

    kept = tables.all()
    texts = {str(value) for rows in kept.values() for row in rows for value in row}
    assert {name for name, rows in kept.items() if rows} == {
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
    assert [row[1] for row in kept["application_versions"]] == ["delivery-1"]


async def test_the_tables_forget_after_two_days(
    context: Context, worker: SharedWorkers, tables: Tables
) -> None:
    """When a workspace was sent something is not kept for longer than it helps."""
    for workspace in WORKSPACES:
        await plan_notes(context, workspace, "U0MARIE")
    await worker.start()
    await wait_until(lambda: tables.states()["SUCCESS"] == 2)
    two_days = 2 * 24 * 60 * 60 * 1000
    tables.ask(
        "UPDATE attune_dbos.workflow_status SET created_at = created_at - %s"
        " WHERE queue_partition_key = %s",
        two_days,
        WORKSPACES[0],
    )

    await worker.start()
    await wait_until(lambda: sum(tables.states().values()) == 1)
    kept = tables.all()
    assert [row[0].rpartition(":")[0] for row in kept["workflow_status"]] == [
        f"drain:{WORKSPACES[1]}"
    ]
    assert len(kept["workflow_input"]) == len(kept["workflow_output"]) == 1


async def test_what_a_worker_left_behind_is_taken_over(
    context: Context, outlet: SlowOutlet, worker: SharedWorkers, tables: Tables
) -> None:
    """Of two workers one is gone for good: after a while the other does what it began."""
    await plan_notes(context, WORKSPACES[0], "U0MARIE")
    await worker.start()
    await wait_until(lambda: len(outlet.sent_messages) == 1)
    tables.leave_behind(WORKSPACES[1], "worker-7")
    await plan_notes(context, WORKSPACES[1], "U0ADA")

    await worker.start()
    await asyncio.sleep(shared_workers.ORPHAN_GRACE_SECONDS / 2)
    assert len(outlet.sent_messages) == 1
    await wait_until(lambda: len(outlet.sent_messages) == 2)


async def test_nothing_is_taken_from_a_worker_that_lives(
    context: Context, outlet: SlowOutlet, worker: SharedWorkers, tables: Tables
) -> None:
    """However long it takes: what another has begun stays with it while it has its seat."""
    other = context.store.create_worker_lease(shares_deliveries=True)
    await asyncio.to_thread(other.renew_or_acquire)
    tables.leave_behind(WORKSPACES[1], f"worker-{other.lease_number}")
    await plan_notes(context, WORKSPACES[1], "U0ADA")

    await asyncio.sleep(shared_workers.ORPHAN_GRACE_SECONDS * 3)
    assert tables.states() == {"PENDING": 1}

    other.release_lease()
    await wait_until(lambda: len(outlet.sent_messages) == 1)


async def test_nobody_is_taken_for_dead_right_after_an_outage(
    context: Context, outlet: SlowOutlet, worker: SharedWorkers, tables: Tables
) -> None:
    """Everybody lost their seat at once: whoever looks first waits until all could come back."""
    tables.leave_behind(WORKSPACES[1], "worker-2")
    await asyncio.sleep(shared_workers.ORPHAN_GRACE_SECONDS * 0.7)
    tables.ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await asyncio.sleep(shared_workers.ORPHAN_GRACE_SECONDS * 0.7)

    assert tables.states() == {"PENDING": 1}
    assert [one.lease_number for one in context.store.list_live_workers()] == [1]
    await wait_until(lambda: tables.states()["SUCCESS"] == 1)


async def test_what_got_lost_in_ones_own_hands_is_begun_again(
    context: Context, outlet: SlowOutlet, worker: SharedWorkers, tables: Tables
) -> None:
    """PostgreSQL went away just as a drain was taken: it is not waited for until a restart."""
    tables.leave_behind(WORKSPACES[0], "worker-1")
    await plan_notes(context, WORKSPACES[0], "U0MARIE")

    await wait_until(lambda: len(outlet.sent_messages) == 1)


async def test_a_worker_that_is_told_to_end_finishes_its_message_and_leaves_the_rest(
    context: Context, outlet: SlowOutlet, worker: SharedWorkers, tables: Tables
) -> None:
    """No message is cut off half-way, and nothing waits for the worker to come back."""
    await plan_notes(context, WORKSPACES[0], *(f"U0{number}" for number in range(100)))
    await worker.start()
    await wait_until(lambda: len(outlet.sent_messages) > 2)
    await worker.stop()
    went = len(outlet.sent_messages)
    tally = await context.store.read(lambda repos: repos.deliveries.count_by_state())

    assert 2 < went < 100
    assert {one.state: one.count for one in tally} == {"sent": went, "planned": 100 - went}
    assert tables.states() == {"SUCCESS": 1}
    assert context.store.list_live_workers() == ()


async def test_nothing_is_said_past_the_log_that_names_nobody(
    context: Context, outlet: SlowOutlet, worker: SharedWorkers, capfd: pytest.CaptureFixture[str]
) -> None:
    """DBOS prints by itself unless it is kept from it; what it says may hold a row's values."""
    await plan_notes(context, WORKSPACES[0], "U0MARIE")
    await worker.start()
    await wait_until(lambda: len(outlet.sent_messages) == 1)
    logging.getLogger("dbos").error("%s", "U0MARIE")

    assert capfd.readouterr() == ("", "")
