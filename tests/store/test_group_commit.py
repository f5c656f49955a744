import asyncio
import threading

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from bot.errors import StoreBusyError
from bot.store.group_commit import WriterLimits
from bot.store.repositories import Repositories
from bot.store.store import Store
from tests.key_folders import open_test_store
from tests.store.sample_jobs import insert_row_job, list_row_names


def record_commits(store: Store) -> list[int]:
    """Return a list that grows by one item with each commit."""
    commits: list[int] = []
    event.listen(store._engines.writer, "commit", lambda _connection: commits.append(1))
    return commits


async def test_concurrent_jobs_share_commits(database: str) -> None:
    """Two thousand jobs need a handful of commits, and each caller gets its own result."""
    store = open_test_store(database, (), limits=WriterLimits(max_batch_seconds=600.0))
    store.migrate()
    commits = record_commits(store)
    names = [f"slack:T{number:04}" for number in range(8 * WriterLimits().max_batch - 100)]

    results = await asyncio.gather(
        *(
            store.across_workspaces.write(insert_row_job(name), timeout_seconds=600)
            for name in names
        )
    )

    assert results == names
    assert await store.across_workspaces.read(list_row_names) == names
    assert 8 <= len(commits) <= 12
    await store.close()


async def test_batch_takes_no_job_after_its_seconds(database: str) -> None:
    """Where the first job uses them up, each of ten has a commit of its own."""
    store = open_test_store(database, (), limits=WriterLimits(max_batch_seconds=0.0))
    store.migrate()
    commits = record_commits(store)

    await asyncio.gather(
        *(store.across_workspaces.write(insert_row_job(f"slack:T{n}")) for n in range(10))
    )

    assert len(commits) == 10
    await store.close()


async def test_failed_job_rolls_back_its_own_savepoint_only(store: Store) -> None:
    """A job that raises stores nothing; the other jobs of the batch are committed."""

    def insert_and_fail(repos: Repositories) -> None:
        insert_row_job("slack:half")(repos)
        raise LookupError

    results = await asyncio.gather(
        store.across_workspaces.write(insert_row_job("slack:T1")),
        store.across_workspaces.write(insert_and_fail),
        store.across_workspaces.write(insert_row_job("slack:T2")),
        return_exceptions=True,
    )

    assert [type(result) for result in results] == [str, LookupError, str]
    assert await store.across_workspaces.read(list_row_names) == ["slack:T1", "slack:T2"]


async def test_integrity_error_fails_one_job_only(store: Store) -> None:
    """A duplicate key fails one job; the rest of the batch is committed, also on PostgreSQL."""
    await store.across_workspaces.write(insert_row_job("slack:T1"))

    results = await asyncio.gather(
        store.across_workspaces.write(insert_row_job("slack:T1")),
        store.across_workspaces.write(insert_row_job("slack:T2")),
        return_exceptions=True,
    )

    assert isinstance(results[0], IntegrityError)
    assert await store.across_workspaces.read(list_row_names) == ["slack:T1", "slack:T2"]


async def test_failed_commit_fails_every_job_of_the_batch(store: Store) -> None:
    """Every caller in a batch whose commit fails gets an exception, and nothing is stored."""

    def fail_commit(_connection: object) -> None:
        raise OSError

    event.listen(store._engines.writer, "commit", fail_commit)
    results = await asyncio.gather(
        *(store.across_workspaces.write(insert_row_job(f"slack:T{number}")) for number in range(3)),
        return_exceptions=True,
    )
    event.remove(store._engines.writer, "commit", fail_commit)

    assert [type(result) for result in results] == [StoreBusyError] * 3
    assert await store.across_workspaces.read(list_row_names) == []
    assert await store.across_workspaces.write(insert_row_job("slack:T9")) == "slack:T9"


async def test_results_are_returned_after_the_commit(store: Store) -> None:
    """While a commit is in progress, its callers wait."""
    reached, may_continue = threading.Event(), threading.Event()

    def block_commit(_connection: object) -> None:
        reached.set()
        assert may_continue.wait(10)

    event.listen(store._engines.writer, "commit", block_commit)
    write_task = asyncio.create_task(store.across_workspaces.write(insert_row_job("slack:T1")))
    await asyncio.to_thread(reached.wait, 10)
    await asyncio.sleep(0.05)

    assert not write_task.done()
    assert await store.across_workspaces.read(list_row_names) == []
    may_continue.set()
    assert await write_task == "slack:T1"


async def test_job_that_times_out_in_the_queue_never_runs(store: Store) -> None:
    """A job that did not start within its timeout raises and is not run later."""
    may_continue = threading.Event()
    blocking_task = asyncio.create_task(
        store.across_workspaces.write(lambda _repos: may_continue.wait(10))
    )
    await asyncio.sleep(0.05)

    with pytest.raises(StoreBusyError):
        await store.across_workspaces.write(insert_row_job("slack:late"), timeout_seconds=0.1)

    may_continue.set()
    await blocking_task
    await store.across_workspaces.write(insert_row_job("slack:T1"))
    assert await store.across_workspaces.read(list_row_names) == ["slack:T1"]


async def test_timeout_does_not_apply_to_a_running_job(store: Store) -> None:
    """Once a job has started, its caller gets the result, however long it takes."""
    started, may_continue = threading.Event(), threading.Event()

    def slow(repos: Repositories) -> str:
        started.set()
        assert may_continue.wait(10)
        return insert_row_job("slack:T1")(repos)

    # On a busy machine the first connection alone may take longer than the timeout.
    await store.across_workspaces.write(insert_row_job("slack:T0"))
    write_task = asyncio.create_task(store.across_workspaces.write(slow, timeout_seconds=0.1))
    await asyncio.to_thread(started.wait, 10)
    await asyncio.sleep(0.2)
    may_continue.set()

    assert await write_task == "slack:T1"


async def test_full_queue_rejects_a_job_after_the_timeout(database: str) -> None:
    """A caller waits for space in a full queue until its timeout, then gets an exception."""
    store = open_test_store(database, (), limits=WriterLimits(max_queued=2))
    store.migrate()
    may_continue = threading.Event()
    blocking_task = asyncio.create_task(
        store.across_workspaces.write(lambda _repos: may_continue.wait(10))
    )
    await asyncio.sleep(0.05)
    queued_tasks = [
        asyncio.create_task(store.across_workspaces.write(insert_row_job(f"slack:T{n}")))
        for n in range(2)
    ]
    await asyncio.sleep(0.05)

    with pytest.raises(StoreBusyError):
        await store.across_workspaces.write(insert_row_job("slack:too-many"), timeout_seconds=0.1)
    waiting_task = asyncio.create_task(
        store.across_workspaces.write(insert_row_job("slack:patient"))
    )
    await asyncio.sleep(0.05)
    may_continue.set()

    await asyncio.gather(blocking_task, *queued_tasks, waiting_task)
    assert await store.across_workspaces.read(list_row_names) == [
        "slack:T0",
        "slack:T1",
        "slack:patient",
    ]
    await store.close()


async def test_cancelled_job_never_runs(store: Store) -> None:
    """A queued job that is cancelled is not run later."""
    may_continue = threading.Event()
    blocking_task = asyncio.create_task(
        store.across_workspaces.write(lambda _repos: may_continue.wait(10))
    )
    await asyncio.sleep(0.05)
    write_task = asyncio.create_task(store.across_workspaces.write(insert_row_job("slack:T1")))
    await asyncio.sleep(0.05)
    write_task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await write_task

    may_continue.set()
    await blocking_task
    assert await store.across_workspaces.read(list_row_names) == []


async def test_close_runs_queued_jobs_and_rejects_new_ones(database: str) -> None:
    """Jobs queued before closing are committed; later ones raise."""
    store = open_test_store(database, ())
    store.migrate()
    write_tasks = [
        asyncio.create_task(store.across_workspaces.write(insert_row_job(f"slack:T{n}")))
        for n in range(50)
    ]
    await asyncio.sleep(0)

    await store.close()

    assert len(await asyncio.gather(*write_tasks)) == 50
    with pytest.raises(StoreBusyError):
        await store.across_workspaces.write(insert_row_job("slack:late"))
    reopened = open_test_store(database, ())
    assert len(await reopened.across_workspaces.read(list_row_names)) == 50
    reopened.close_sync()
    await store.close()
