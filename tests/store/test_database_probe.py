"""Whether a process can read and write its database, by real files and servers."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.health import DatabaseState
from bot.store.store import Store
from bot.store.write_probe import can_write
from tests.database_files import copy_empty_database
from tests.key_folders import open_test_store

NOW = datetime(2026, 6, 29, 13, 0, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database file with every table."""
    copy_empty_database(tmp_path)
    return tmp_path / "attune.sqlite"


def test_database_of_this_release_is_readable(store: Store) -> None:
    """On SQLite and on PostgreSQL."""
    assert store.database_probe.read_state() is DatabaseState.READABLE


async def test_database_that_can_be_written_is_writable(store: Store) -> None:
    """On SQLite and on PostgreSQL, and however often it is tried."""
    assert await can_write(store, NOW)
    assert await can_write(store, NOW)


def test_database_without_tables_is_outdated(database: str) -> None:
    """Before the migration no request can be served."""
    store = open_test_store(database, ())

    assert store.database_probe.read_state() is DatabaseState.OUTDATED
    store.close_sync()


def test_deleted_file_is_found_though_it_can_be_read(file: Path) -> None:
    """An open descriptor outlives the name of its file."""
    store = open_test_store(f"sqlite:///{file}", ())
    assert store.database_probe.read_state() is DatabaseState.READABLE

    file.unlink()

    assert store.database_probe.read_state() is DatabaseState.DELETED
    store.close_sync()


def test_replaced_file_is_found_although_it_is_equal(file: Path, tmp_path: Path) -> None:
    """A restored copy in the place of the file is not the file that is open."""
    store = open_test_store(f"sqlite:///{file}", ())
    copy = tmp_path / "copy.sqlite"
    shutil.copyfile(file, copy)

    copy.replace(file)

    assert store.database_probe.read_state() is DatabaseState.REPLACED
    store.close_sync()


def test_deleted_folder_is_a_deleted_file(tmp_path: Path) -> None:
    """An unmounted volume leaves no file either."""
    folder = tmp_path / "volume"
    copy_empty_database(folder)
    store = open_test_store(f"sqlite:///{folder}/attune.sqlite", ())

    folder.rename(tmp_path / "away")

    assert store.database_probe.read_state() is DatabaseState.DELETED
    store.close_sync()


def test_damaged_file_is_unreadable(file: Path) -> None:
    """What is no database any more cannot be read."""
    store = open_test_store(f"sqlite:///{file}", ())
    with file.open("r+b") as database:
        database.write(b"\0" * file.stat().st_size)

    assert store.database_probe.read_state() is DatabaseState.UNREADABLE
    store.close_sync()


async def test_locked_database_is_not_writable_beyond_patience(file: Path) -> None:
    """Another process that holds the lock keeps every form waiting."""
    store = open_test_store(f"sqlite:///{file}", ())
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert not await can_write(store, NOW, timeout_seconds=0.2)
        assert store.database_probe.read_state() is DatabaseState.READABLE
        other.execute("ROLLBACK")

    assert await can_write(store, NOW)
    await store.close()


@pytest.mark.postgresql
async def test_read_only_server_is_not_writable(postgres_url: str) -> None:
    """A standby, or a server in recovery, is read and refuses to be written."""
    store = open_test_store(postgres_url, ())
    store.migrate()
    with store._engines.writer.begin() as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar()
        connection.exec_driver_sql(
            f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'
        )
    store._engines.dispose()

    assert store.database_probe.read_state() is DatabaseState.READABLE
    assert not await can_write(store, NOW)
    await store.close()
