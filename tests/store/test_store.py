import asyncio
import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from bot.store.repositories import Repositories
from bot.store.schema import workspaces
from bot.store.store import Store
from tests.key_folders import open_test_store
from tests.store.sample_jobs import insert_row_job, list_row_names


async def test_read_sees_committed_writes(store: Store) -> None:
    """A read that starts after `write` returned sees its changes."""
    assert await store.across_workspaces.write(insert_row_job("slack:T1")) == "slack:T1"

    assert await store.across_workspaces.read(list_row_names) == ["slack:T1"]


async def test_stop_iteration_is_raised_as_another_error(store: Store) -> None:
    """`StopIteration` cannot pass through asyncio, so the caller gets a `RuntimeError`."""

    def exhaust_iterator(_repos: Repositories) -> None:
        next(iter(()))

    for run in (store.across_workspaces.write, store.across_workspaces.read):
        with pytest.raises(RuntimeError):
            await asyncio.wait_for(run(exhaust_iterator), 10)


async def test_read_does_not_wait_for_a_write(store: Store) -> None:
    """While a job holds the write lock, reads return the committed state before it."""
    await store.across_workspaces.write(insert_row_job("slack:T1"))
    reached, may_continue = threading.Event(), threading.Event()

    def insert_slowly(repos: Repositories) -> None:
        insert_row_job("slack:T2")(repos)
        reached.set()
        assert may_continue.wait(10)

    write_task = asyncio.create_task(store.across_workspaces.write(insert_slowly))
    await asyncio.to_thread(reached.wait, 10)

    assert await asyncio.wait_for(store.across_workspaces.read(list_row_names), 2) == ["slack:T1"]
    may_continue.set()
    await write_task


async def test_read_is_a_snapshot(store: Store) -> None:
    """A commit during a read does not change what the read sees."""
    has_read, may_continue = threading.Event(), threading.Event()

    def list_twice(repos: Repositories) -> tuple[list[str], list[str]]:
        before = list_row_names(repos)
        has_read.set()
        assert may_continue.wait(10)
        return before, list_row_names(repos)

    read_task = asyncio.create_task(store.across_workspaces.read(list_twice))
    await asyncio.to_thread(has_read.wait, 10)
    await store.across_workspaces.write(insert_row_job("slack:T1"))
    may_continue.set()

    assert await read_task == ([], [])


async def test_read_job_cannot_write(store: Store) -> None:
    """The database rejects a write in a read-only transaction."""
    with pytest.raises(DBAPIError):
        await store.across_workspaces.read(insert_row_job("slack:T1"))

    assert await store.across_workspaces.read(list_row_names) == []


def test_store_works_on_several_event_loops(database: str) -> None:
    """A store serves consecutive and concurrent event loops."""
    store = open_test_store(database, ())
    store.migrate()
    asyncio.run(store.across_workspaces.write(insert_row_job("slack:first")))
    threads = [
        threading.Thread(
            target=lambda n=n: asyncio.run(
                store.across_workspaces.write(insert_row_job(f"slack:T{n}"))
            )
        )
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(asyncio.run(store.across_workspaces.read(list_row_names))) == 5
    store.close_sync()


async def test_two_stores_share_a_database(store: Store, database: str) -> None:
    """Two writers on one database, such as an operator's command and a bot, lose no write."""
    other_store = open_test_store(database, ())
    count_query = select(func.count()).select_from(workspaces)

    await asyncio.gather(
        *(
            writer.across_workspaces.write(
                insert_row_job(f"slack:{id(writer)}-{n}"), timeout_seconds=60
            )
            for n in range(60)
            for writer in (store, other_store)
        )
    )

    assert (
        await other_store.across_workspaces.read(
            lambda repos: repos._connection.scalar(count_query)
        )
        == 120
    )
    await other_store.close()


async def test_checkpoint_succeeds_when_idle(store: Store) -> None:
    """A checkpoint returns `True`, also on a database without a write-ahead log file."""
    await store.across_workspaces.write(insert_row_job("slack:T1"))

    assert await store.checkpoint()
    assert await store.across_workspaces.read(list_row_names) == ["slack:T1"]
