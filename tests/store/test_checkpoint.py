import asyncio
import sqlite3
import time
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import event

from bot.errors import StoreBusyError
from bot.store.group_commit import WriterLimits
from bot.store.repositories import Repositories
from tests.database_files import copy_empty_database
from tests.key_folders import open_test_store
from tests.store.sample_jobs import insert_row_job, list_row_names


async def test_idle_writer_truncates_the_write_ahead_log(tmp_path: Path) -> None:
    """After the idle time without jobs, SQLite's write-ahead log is empty."""
    copy_empty_database(tmp_path)
    store = open_test_store(
        f"sqlite:///{tmp_path}/attune.sqlite", (), limits=WriterLimits(idle_seconds=0.05)
    )
    await store.across_workspaces.write(insert_row_job("slack:T1"))
    log = tmp_path / "attune.sqlite-wal"

    await asyncio.sleep(1)

    assert log.stat().st_size == 0
    await store.close()


async def test_idle_checkpoint_does_not_wait_for_a_reader(tmp_path: Path) -> None:
    """An open reader delays the idle checkpoint, but no write."""
    copy_empty_database(tmp_path)
    store = open_test_store(
        f"sqlite:///{tmp_path}/attune.sqlite", (), limits=WriterLimits(idle_seconds=0.05)
    )
    await store.across_workspaces.write(insert_row_job("slack:T1"))
    reader = sqlite3.connect(tmp_path / "attune.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM workspace").fetchall()
    await store.across_workspaces.write(insert_row_job("slack:T2"))
    await asyncio.sleep(0.3)
    assert (tmp_path / "attune.sqlite-wal").stat().st_size > 0
    await asyncio.wait_for(store.across_workspaces.write(insert_row_job("slack:T3")), 1)

    reader.close()
    assert await store.checkpoint()
    assert (tmp_path / "attune.sqlite-wal").stat().st_size == 0
    await store.close()


async def test_explicit_checkpoint_waits_for_a_reader(tmp_path: Path) -> None:
    """A requested checkpoint returns after the last open reader has finished."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())
    await store.across_workspaces.write(insert_row_job("slack:T1"))
    reader = sqlite3.connect(tmp_path / "attune.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM workspace").fetchall()
    await store.across_workspaces.write(insert_row_job("slack:T2"))

    checkpoint_task = asyncio.create_task(store.checkpoint())
    await asyncio.sleep(0.3)
    assert not checkpoint_task.done()
    reader.close()

    assert await checkpoint_task
    assert (tmp_path / "attune.sqlite-wal").stat().st_size == 0
    await store.close()


async def test_lock_timeout_raises_store_busy(tmp_path: Path) -> None:
    """While another process holds the write lock, a write times out and stores nothing."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())
    event.listen(
        store._engines.writer, "checkout", lambda raw, *_: raw.execute("PRAGMA busy_timeout=100")
    )
    other_process = sqlite3.connect(tmp_path / "attune.sqlite", isolation_level=None)
    other_process.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreBusyError):
        await store.across_workspaces.write(insert_row_job("slack:T1"), timeout_seconds=10)

    other_process.execute("ROLLBACK")
    other_process.close()
    await store.across_workspaces.write(insert_row_job("slack:T2"))
    assert await store.across_workspaces.read(list_row_names) == ["slack:T2"]
    await store.close()


async def test_checkpoint_runs_in_queue_order(tmp_path: Path) -> None:
    """A checkpoint queued between two jobs runs after the first and before the second."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())
    order: list[str] = []
    requests = (
        store.across_workspaces.write(lambda _repos: order.append("first")),
        store.checkpoint(),
        store.across_workspaces.write(lambda _repos: order.append("second")),
    )

    assert (await asyncio.gather(*requests))[1]

    assert order == ["first", "second"]
    await store.close()


async def test_failed_idle_checkpoint_is_logged_and_does_not_stop_the_writer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A failed idle checkpoint is logged, and later jobs are processed."""
    copy_empty_database(tmp_path)
    store = open_test_store(
        f"sqlite:///{tmp_path}/attune.sqlite", (), limits=WriterLimits(idle_seconds=0.05)
    )
    checkouts = count(1)

    def fail_second_checkout(*_arguments: object) -> None:
        if next(checkouts) == 2:
            raise OSError

    event.listen(store._engines.writer, "checkout", fail_second_checkout)
    await store.across_workspaces.write(insert_row_job("slack:T1"))

    deadline = time.monotonic() + 10
    while "store.checkpoint_failed" not in caplog.messages:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)

    assert await store.across_workspaces.write(insert_row_job("slack:T2")) == "slack:T2"
    await store.close()


async def test_checkpoint_restores_the_busy_timeout(tmp_path: Path) -> None:
    """A checkpoint's own busy timeout applies to the checkpoint only."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())
    await store.checkpoint()

    def read_busy_timeout(repos: Repositories) -> object:
        return repos._connection.exec_driver_sql("PRAGMA busy_timeout").scalar()

    assert await store.across_workspaces.write(read_busy_timeout) == 30_000
    await store.close()
