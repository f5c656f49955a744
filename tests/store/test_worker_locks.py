"""Worker leases on one PostgreSQL: distinct numbers, expiry and takeover."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from bot.store.engines import create_lease_engine
from bot.store.store import Store
from bot.store.worker_locks import DutyLease, LiveWorker, WorkerLease
from tests.key_folders import open_test_store


@pytest.fixture
async def shared_store(postgres_url: str) -> AsyncIterator[Store]:
    """A store on a PostgreSQL database without any worker."""
    postgres_store = open_test_store(postgres_url, ())
    yield postgres_store
    await postgres_store.close()


@contextmanager
def acquired_lease(shared_store: Store, *, shares_deliveries: bool = True) -> Iterator[WorkerLease]:
    """A worker lease that is acquired for the block."""
    lease = shared_store.worker_locks.create_worker_lease(shares_deliveries=shares_deliveries)
    lease.renew_or_acquire()
    yield lease
    lease.release_lease()


def create_duty_lease(shared_store: Store, *, idle_timeout_seconds: float = 60.0) -> DutyLease:
    """Return a duty lease that is not acquired."""
    lease = shared_store.worker_locks.create_duty_lease(idle_timeout_seconds=idle_timeout_seconds)
    assert lease is not None
    return lease


def count_sessions(url: str) -> int:
    """Count the sessions of the database, without the one that counts."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        cursor = connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int((cursor.fetchone() or [0])[0])


def terminate_other_sessions(url: str) -> None:
    """Terminate every other session, as a lost network or a restarted server does."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def test_live_workers_have_distinct_lease_numbers(shared_store: Store) -> None:
    """A new worker acquires the lowest free number, and all live workers are listed."""
    with (
        acquired_lease(shared_store),
        acquired_lease(shared_store) as second,
        acquired_lease(shared_store),
    ):
        second.release_lease()
        with acquired_lease(shared_store) as fourth:
            assert fourth.lease_number == 2
            assert shared_store.worker_locks.list_live_workers() == (
                LiveWorker(1, shares_deliveries=True),
                LiveWorker(2, shares_deliveries=True),
                LiveWorker(3, shares_deliveries=True),
            )

    assert shared_store.worker_locks.list_live_workers() == ()


async def test_single_and_shared_workers_have_separate_leases(shared_store: Store) -> None:
    """The list of live workers distinguishes single workers from shared ones."""
    with (
        acquired_lease(shared_store),
        acquired_lease(shared_store, shares_deliveries=False) as single_lease,
    ):
        assert single_lease.lease_number == 1
        assert set(shared_store.worker_locks.list_live_workers()) == {
            LiveWorker(1, shares_deliveries=True),
            LiveWorker(1, shares_deliveries=False),
        }


async def test_lost_session_is_reacquired_with_the_same_number(
    shared_store: Store, postgres_url: str
) -> None:
    """A worker that survives an outage acquires its own number again."""
    with acquired_lease(shared_store), acquired_lease(shared_store) as second:
        assert not second.renew_or_acquire()
        terminate_other_sessions(postgres_url)

        assert second.renew_or_acquire()
        assert second.lease_number == 2


async def test_session_lost_during_a_takeover_is_reacquired(
    shared_store: Store, postgres_url: str
) -> None:
    """A worker whose session ends while it locks a vacant lease acquires its own again."""
    with acquired_lease(shared_store) as first:
        terminate_other_sessions(postgres_url)
        with pytest.raises(OperationalError), first.lock_vacant_lease(2):
            pass

        assert first.renew_or_acquire()
        assert [
            worker.lease_number for worker in shared_store.worker_locks.list_live_workers()
        ] == [1]


async def test_worker_whose_number_was_taken_acquires_another(
    shared_store: Store, postgres_url: str
) -> None:
    """After a lost session, a number that another worker acquired meanwhile is not shared."""
    with acquired_lease(shared_store) as first:
        terminate_other_sessions(postgres_url)
        with acquired_lease(shared_store) as new_worker:
            assert new_worker.lease_number == 1
            assert first.renew_or_acquire()
            assert first.lease_number == 2


async def test_only_one_worker_locks_a_vacant_lease(shared_store: Store) -> None:
    """A live worker's lease cannot be locked; a released one is locked by one worker only."""
    with (
        acquired_lease(shared_store) as first,
        acquired_lease(shared_store) as second,
        acquired_lease(shared_store) as third,
    ):
        with first.lock_vacant_lease(third.lease_number) as is_locked:
            assert not is_locked
        third.release_lease()
        with (
            first.lock_vacant_lease(3) as is_locked,
            second.lock_vacant_lease(3) as is_locked_twice,
        ):
            assert is_locked
            assert not is_locked_twice
        with second.lock_vacant_lease(3) as is_locked:
            assert is_locked


async def test_idle_worker_loses_its_lease(shared_store: Store) -> None:
    """A lease whose worker sends no heartbeat expires."""
    lease = shared_store.worker_locks.create_worker_lease(
        shares_deliveries=True, idle_timeout_seconds=0.2
    )
    lease.renew_or_acquire()
    deadline = time.monotonic() + 10
    while shared_store.worker_locks.list_live_workers():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    lease.release_lease()


async def test_one_worker_has_the_duty_lease(shared_store: Store) -> None:
    """A second worker gets it once the first has released it, and the first has to wait then."""
    first, second = create_duty_lease(shared_store), create_duty_lease(shared_store)

    assert first.renew_or_acquire()
    assert not second.renew_or_acquire()
    assert first.renew_or_acquire()
    first.release_lease()
    assert second.renew_or_acquire()
    assert not first.renew_or_acquire()
    second.release_lease()


async def test_duty_lease_of_a_lost_session_is_free(shared_store: Store, postgres_url: str) -> None:
    """Its former holder finds out at its next heartbeat."""
    first, second = create_duty_lease(shared_store), create_duty_lease(shared_store)
    assert first.renew_or_acquire()
    terminate_other_sessions(postgres_url)

    assert second.renew_or_acquire()
    assert not first.renew_or_acquire()
    second.release_lease()


async def test_worker_that_hangs_loses_the_duty_lease(shared_store: Store) -> None:
    """Without a heartbeat the lease expires, and another worker acquires it."""
    hanging = create_duty_lease(shared_store, idle_timeout_seconds=0.2)
    second = create_duty_lease(shared_store)
    assert hanging.renew_or_acquire()
    deadline = time.monotonic() + 10
    while not second.renew_or_acquire():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)

    assert not hanging.renew_or_acquire()
    second.release_lease()


async def test_worker_without_the_duty_lease_has_no_session(
    shared_store: Store, postgres_url: str
) -> None:
    """PostgreSQL's connections are few: one is open for the holder alone."""
    first, second = create_duty_lease(shared_store), create_duty_lease(shared_store)
    assert first.renew_or_acquire()
    sessions = count_sessions(postgres_url)

    assert not second.renew_or_acquire()

    assert count_sessions(postgres_url) == sessions
    first.release_lease()


async def test_failed_acquisition_is_repeated(shared_store: Store, postgres_url: str) -> None:
    """A session that ended before it had a number is not taken for a lease."""
    engine = create_lease_engine(shared_store._engines)
    lease = WorkerLease(engine, shares_deliveries=True)

    def terminate_session(*_arguments: object) -> None:
        terminate_other_sessions(postgres_url)

    event.listen(engine, "after_cursor_execute", terminate_session, once=True)
    with pytest.raises(OperationalError):
        lease.renew_or_acquire()

    assert lease.renew_or_acquire()
    assert [worker.lease_number for worker in shared_store.worker_locks.list_live_workers()] == [1]
    lease.release_lease()


async def test_sqlite_has_no_duty_lease(tmp_path: Path) -> None:
    """On SQLite one process runs the duties, whatever others do."""
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())

    assert store.worker_locks.create_duty_lease() is None
    store.close_sync()


async def test_sqlite_has_no_other_workers(tmp_path: Path) -> None:
    """On SQLite there is one process, and the list of live workers is empty."""
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())

    assert store.worker_locks.list_live_workers() == ()
    await store.close()
