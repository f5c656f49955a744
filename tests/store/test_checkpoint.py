import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import event

from bot.errors import StoreBusyError
from bot.store import group_commit
from bot.store.repositories import Repositories
from bot.store.store import Store
from tests.store.sample_jobs import insert_row_job, list_row_names


async def test_a_quiet_writer_empties_the_log_that_tells_the_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second after the last work, SQLite's write-ahead log holds nothing any more."""
    monkeypatch.setattr(group_commit, "IDLE_SECONDS", 0.05)
    store = Store.open(f"sqlite:///{tmp_path}/attune.sqlite", ())
    store.migrate()
    await store.write(insert_row_job("slack:T1"))
    log = tmp_path / "attune.sqlite-wal"

    await asyncio.sleep(1)

    assert log.stat().st_size == 0
    await store.close()


async def test_tidying_lets_a_reader_finish_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader who is still reading holds up the tidying, but nobody who writes."""
    monkeypatch.setattr(group_commit, "IDLE_SECONDS", 0.05)
    store = Store.open(f"sqlite:///{tmp_path}/attune.sqlite", ())
    store.migrate()
    await store.write(insert_row_job("slack:T1"))
    reader = sqlite3.connect(tmp_path / "attune.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM workspace").fetchall()
    await store.write(insert_row_job("slack:T2"))
    await asyncio.sleep(0.3)
    assert (tmp_path / "attune.sqlite-wal").stat().st_size > 0
    await asyncio.wait_for(store.write(insert_row_job("slack:T3")), 1)

    reader.close()
    assert await store.checkpoint()
    assert (tmp_path / "attune.sqlite-wal").stat().st_size == 0
    await store.close()


async def test_a_checkpoint_waits_for_a_reader(tmp_path: Path) -> None:
    """Asked for after a period closed, it comes back once the last reader let go."""
    store = Store.open(f"sqlite:///{tmp_path}/attune.sqlite", ())
    store.migrate()
    await store.write(insert_row_job("slack:T1"))
    reader = sqlite3.connect(tmp_path / "attune.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM workspace").fetchall()
    await store.write(insert_row_job("slack:T2"))

    folding = asyncio.create_task(store.checkpoint())
    await asyncio.sleep(0.3)
    assert not folding.done()
    reader.close()

    assert await folding
    assert (tmp_path / "attune.sqlite-wal").stat().st_size == 0
    await store.close()


async def test_a_database_that_cannot_be_locked_is_told_as_busy(tmp_path: Path) -> None:
    """While another process holds the file, nothing is kept and the caller hears so."""
    store = Store.open(f"sqlite:///{tmp_path}/attune.sqlite", ())
    store.migrate()
    event.listen(
        store._engines.writer, "checkout", lambda raw, *_: raw.execute("PRAGMA busy_timeout=100")
    )
    other = sqlite3.connect(tmp_path / "attune.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreBusyError):
        await store.write(insert_row_job("slack:T1"), timeout_seconds=10)

    other.execute("ROLLBACK")
    other.close()
    await store.write(insert_row_job("slack:T2"))
    assert await store.read(list_row_names) == ["slack:T2"]
    await store.close()


async def test_a_checkpoint_takes_its_turn(tmp_path: Path) -> None:
    """Asked for between two works, it comes after the first and before the second."""
    store = Store.open(f"sqlite:///{tmp_path}/attune.sqlite", ())
    store.migrate()
    order: list[str] = []
    asked = (
        store.write(lambda _repos: order.append("first")),
        store.checkpoint(),
        store.write(lambda _repos: order.append("second")),
    )

    assert (await asyncio.gather(*asked))[1]

    assert order == ["first", "second"]
    await store.close()


async def test_a_tidying_that_fails_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """If the log cannot be emptied just now, the operator hears so and people are served."""

    def fail(*_engine: object, **_patience: object) -> bool:
        raise OSError

    monkeypatch.setattr(group_commit, "IDLE_SECONDS", 0.05)
    monkeypatch.setattr(group_commit, "checkpoint_wal", fail)
    store = Store.open(f"sqlite:///{tmp_path}/attune.sqlite", ())
    store.migrate()
    await store.write(insert_row_job("slack:T1"))
    await asyncio.sleep(0.3)

    await store.write(insert_row_job("slack:T2"))

    assert "store.checkpoint_failed" in caplog.messages
    await store.close()


async def test_after_tidying_the_writer_waits_for_others_as_before(tmp_path: Path) -> None:
    """A checkpoint's own patience ends with it."""
    store = Store.open(f"sqlite:///{tmp_path}/attune.sqlite", ())
    store.migrate()
    await store.checkpoint()

    def patience(repos: Repositories) -> object:
        return repos._connection.exec_driver_sql("PRAGMA busy_timeout").scalar()

    assert await store.write(patience) == 30_000
    await store.close()
