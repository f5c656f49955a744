"""A checked backup replaces the database, which gets another name; nothing else changes."""

import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from stat import S_IMODE

import pytest

from bot.store.backup import back_up_database
from bot.store.exclusive_database import hold_database
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.restore import (
    RestoreRefusal,
    RestoreRefusedError,
    RestoreReport,
    restore_database,
)
from bot.store.store import Store
from tests.database_files import copy_empty_database
from tests.key_folders import open_test_store
from tests.store.conftest import PEPPERS
from tests.store.sample_counts import NOW, build_clinicians, build_team, file_debriefs, open_periods
from tests.store.sample_jobs import insert_row_job, list_row_names

LATER = NOW + timedelta(days=2)
NORTH = build_team("north")

NEWER_SCHEMA = """
UPDATE alembic_version SET version_num = '9999';
UPDATE duty SET looked = 9999 WHERE name = 'oldest_supported_revision';
"""
"""Statements that let a database be one of a release on whose schema this one does not run."""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The path of a migrated database file without rows."""
    copy_empty_database(tmp_path / "live")
    return tmp_path / "live" / "attune.sqlite"


@pytest.fixture
def key_store(database: Path) -> FolderKeyStore:
    """The key folder that belongs to the database."""
    return FolderKeyStore(database.with_suffix(".keys"))


@pytest.fixture
async def backup(database: Path, tmp_path: Path) -> Path:
    """A backup with open periods in which two people filed, made before one more row."""
    store = open_test_store(f"sqlite:///{database}", PEPPERS)
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, *build_clinicians("north", 2))
    await store.handle_rollback_and_advance_marks(NOW)
    back_up_database(f"sqlite:///{database}", tmp_path / "backup")
    await store.across_workspaces.write(insert_row_job("slack:LATER"))
    await store.close()
    return tmp_path / "backup"


@pytest.fixture
async def running_store(database: Path, backup: Path) -> AsyncIterator[Store]:
    """A bot's store that is open."""
    store = open_test_store(f"sqlite:///{database}", PEPPERS)
    await store.across_workspaces.write(insert_row_job("slack:RUNNING"))
    yield store
    await store.close()


def read_names(path: Path) -> list[str]:
    """Return the names that jobs inserted into the database at *path*."""
    store = open_test_store(f"sqlite:///{path}", PEPPERS)
    names = store.read_sync(list_row_names)
    store.close_sync()
    return names


def refuse(database: Path, source: Path, key_store: FolderKeyStore) -> RestoreRefusal:
    """Return why the restore is refused, which leaves every file of the folder as it was."""
    contents = {path: path.read_bytes() for path in database.parent.glob("*.sqlite")}
    with pytest.raises(RestoreRefusedError) as error:
        restore_database(database, source, key_store, LATER)
    assert {path: path.read_bytes() for path in database.parent.glob("*.sqlite*")} == contents
    return error.value.refusal


def test_database_is_replaced_and_moved_aside(
    database: Path, backup: Path, key_store: FolderKeyStore
) -> None:
    """The database is the backup's, private, and the replaced one is complete beside it."""
    report = restore_database(database, backup, key_store, LATER)

    aside = database.with_name("attune.sqlite.replaced-20261126T150000Z")
    assert report == RestoreReport(NOW, aside, is_older_schema=False)
    assert read_names(database) == []
    assert read_names(aside) == ["slack:LATER"]
    assert S_IMODE(database.stat().st_mode) == 0o600
    assert not list(database.parent.glob("*.restoring*"))


def test_missing_database_is_put_in_place(
    backup: Path, tmp_path: Path, key_store: FolderKeyStore
) -> None:
    """On a new machine there is nothing to move aside, and the folder is created."""
    path = tmp_path / "new" / "attune.sqlite"

    report = restore_database(path, backup, key_store, LATER)

    assert report.set_aside is None
    assert read_names(path) == []


def test_dry_run_changes_nothing(database: Path, backup: Path, key_store: FolderKeyStore) -> None:
    """With `--dry-run` the same is checked and reported, and every file stays."""
    names = sorted(path.name for path in database.parent.iterdir())

    report = restore_database(database, backup, key_store, LATER, is_dry_run=True)

    assert report.made_at == NOW
    assert report.set_aside is not None
    assert sorted(path.name for path in database.parent.iterdir()) == names
    assert read_names(database) == ["slack:LATER"]


def test_keys_are_not_touched(database: Path, backup: Path, key_store: FolderKeyStore) -> None:
    """Every file of the key folder has the same bytes after a restore."""
    contents = {path.name: path.read_bytes() for path in key_store.folder.iterdir()}

    restore_database(database, backup, key_store, LATER)

    assert contents
    assert {path.name: path.read_bytes() for path in key_store.folder.iterdir()} == contents


def test_running_bot_is_not_replaced(
    running_store: Store, database: Path, backup: Path, key_store: FolderKeyStore
) -> None:
    """While a process has the database open, the restore is refused."""
    with pytest.raises(RestoreRefusedError) as error:
        restore_database(database, backup, key_store, LATER)

    assert error.value.refusal is RestoreRefusal.IN_USE
    assert "slack:RUNNING" in running_store.read_sync(list_row_names)


def test_bot_on_another_machine_is_not_replaced(
    backup: Path, tmp_path: Path, key_store: FolderKeyStore
) -> None:
    """A claim of another file, whose mark is minutes old, is a bot that runs elsewhere."""
    path = tmp_path / "new" / "attune.sqlite"

    with pytest.raises(RestoreRefusedError) as error:
        restore_database(path, backup, key_store, NOW + timedelta(minutes=14))

    assert error.value.refusal is RestoreRefusal.RUNS_ELSEWHERE
    assert not path.exists()


def test_bot_that_was_just_stopped_is_replaced(
    database: Path, backup: Path, key_store: FolderKeyStore
) -> None:
    """The same claim is no obstacle in the place of the database that holds it."""
    report = restore_database(database, backup, key_store, NOW + timedelta(minutes=1))

    assert report.set_aside is not None


@pytest.mark.parametrize(
    ("damage", "refusal"),
    [
        (b"no database", RestoreRefusal.UNREADABLE),
        (None, RestoreRefusal.UNREADABLE),
        (b"", RestoreRefusal.UNREADABLE),
    ],
)
def test_unreadable_backup_is_refused(
    database: Path,
    backup: Path,
    key_store: FolderKeyStore,
    damage: bytes | None,
    refusal: RestoreRefusal,
) -> None:
    """A text, an empty file and a missing one are no backups."""
    if damage is None:
        backup.unlink()
    else:
        backup.write_bytes(damage)

    assert refuse(database, backup, key_store) is refusal


def test_damaged_backup_is_refused(database: Path, backup: Path, key_store: FolderKeyStore) -> None:
    """A backup with pages that belong to nothing is refused."""
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("DELETE FROM sqlite_master WHERE name = 'roster_person'")
        connection.commit()

    assert refuse(database, backup, key_store) is RestoreRefusal.DAMAGED


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        (NEWER_SCHEMA, RestoreRefusal.NEWER_SCHEMA),
        ("UPDATE alembic_version SET version_num = 'other'", RestoreRefusal.FOREIGN_SCHEMA),
        ("UPDATE duty SET looked = 7 WHERE name = 'database_id'", RestoreRefusal.FOREIGN_KEYS),
        ("CREATE TABLE database_move (name TEXT, count INTEGER)", RestoreRefusal.MOVED),
    ],
)
def test_backup_that_cannot_serve_here_is_refused(
    database: Path, backup: Path, key_store: FolderKeyStore, statement: str, refusal: RestoreRefusal
) -> None:
    """A newer release's, another program's, another installation's and a moved one's."""
    with closing(sqlite3.connect(backup)) as connection:
        connection.executescript(statement)

    assert refuse(database, backup, key_store) is refusal


def test_database_itself_is_no_backup(database: Path, key_store: FolderKeyStore) -> None:
    """The database's own file is refused under any name."""
    database.with_name("link").symlink_to(database)

    assert refuse(database, database.with_name("link"), key_store) is RestoreRefusal.SAME_FILE


def test_backup_with_a_write_ahead_log_is_refused(
    database: Path, backup: Path, key_store: FolderKeyStore
) -> None:
    """What is only in a log beside the backup would be lost, and what a journal undoes restored."""
    Path(f"{backup}-wal").write_bytes(b"what was committed last")

    assert refuse(database, backup, key_store) is RestoreRefusal.WRITE_AHEAD_LOG
    Path(f"{backup}-wal").rename(f"{backup}-journal")
    assert refuse(database, backup, key_store) is RestoreRefusal.ROLLBACK_JOURNAL


def test_older_schema_is_put_in_place_unchanged(
    database: Path, backup: Path, key_store: FolderKeyStore
) -> None:
    """An older revision is reported, and the next start migrates it."""
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0018'")
        connection.commit()

    report = restore_database(database, backup, key_store, LATER)

    assert report.is_older_schema


def test_damaged_database_is_replaced(
    database: Path, backup: Path, key_store: FolderKeyStore
) -> None:
    """A database that SQLite cannot open is moved aside with its write-ahead log."""
    database.write_bytes(b"no database any more")
    Path(f"{database}-wal").write_bytes(b"what was committed last")

    report = restore_database(database, backup, key_store, LATER)

    assert report.set_aside is not None
    assert report.set_aside.read_bytes() == b"no database any more"
    assert Path(f"{report.set_aside}-wal").read_bytes() == b"what was committed last"
    assert read_names(database) == []


def test_second_restore_deletes_what_an_interrupted_one_left(
    database: Path, backup: Path, key_store: FolderKeyStore
) -> None:
    """The staged copy of a run that was killed does not stay."""
    abandoned = database.with_name(".attune.sqlite.0123.restoring")
    shutil.copyfile(backup, abandoned)

    restore_database(database, backup, key_store, LATER)

    assert not abandoned.exists()


@pytest.mark.parametrize("journal_mode", ["wal", "delete"])
def test_held_database_cannot_be_opened(database: Path, journal_mode: str) -> None:
    """No other connection reads a database while it is held, and all do afterwards."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"PRAGMA journal_mode={journal_mode}")
    with (
        hold_database(database),
        closing(sqlite3.connect(database, timeout=0)) as connection,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        connection.execute("SELECT count(*) FROM duty")

    with closing(sqlite3.connect(database, timeout=0)) as connection:
        assert connection.execute("SELECT count(*) FROM duty").fetchone()
