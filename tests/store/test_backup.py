"""Backups of an SQLite database are complete while the bot writes, and can be checked."""

import asyncio
import shutil
from pathlib import Path
from stat import S_IMODE

import pytest

from bot.conversation import Person
from bot.store.backup import BackupFailedError, BackupReport, back_up_database, check_backup
from bot.store.keys.key_id import PeriodKeyId
from bot.store.store import Store
from tests.database_files import copy_empty_database
from tests.key_folders import open_test_store
from tests.store.sample_counts import build_team, close_due_periods, open_periods
from tests.store.sample_jobs import insert_row_job, list_row_names


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a migrated database without rows."""
    copy_empty_database(tmp_path / "data")
    return f"sqlite:///{tmp_path}/data/attune.sqlite"


def open_store(url: str) -> Store:
    """Open the store at *url*."""
    return open_test_store(url, (b"p" * 32,))


async def test_backup_contains_what_is_in_the_write_ahead_log(url: str, tmp_path: Path) -> None:
    """A row that was committed but is in the write-ahead log only is in the backup."""
    store = open_store(url)
    await store.across_workspaces.write(insert_row_job("slack:T1"))

    back_up_database(url, tmp_path / "backup")
    await store.close()

    restored = open_store(f"sqlite:///{tmp_path}/backup")
    assert await restored.across_workspaces.read(list_row_names) == ["slack:T1"]
    await restored.close()


async def test_copied_live_file_is_reported(url: str, tmp_path: Path) -> None:
    """A copy of the file alone, without its write-ahead log, is not taken for a backup."""
    fresh_url = f"sqlite:///{tmp_path}/fresh/attune.sqlite"
    store = open_store(fresh_url)
    store.migrate()
    shutil.copyfile(tmp_path / "fresh" / "attune.sqlite", tmp_path / "copy")
    back_up_database(fresh_url, tmp_path / "backup")
    await store.close()

    assert not check_backup(tmp_path / "copy").is_readable
    assert check_backup(tmp_path / "backup").is_current


async def test_copied_write_ahead_log_is_reported(url: str, tmp_path: Path) -> None:
    """A live file that was copied with its log is not complete, under any name."""
    store = open_store(url)
    await store.across_workspaces.write(insert_row_job("slack:T1"))
    for suffix in ("", "-wal"):
        shutil.copyfile(tmp_path / "data" / f"attune.sqlite{suffix}", tmp_path / f"copy{suffix}")
    (tmp_path / "link").symlink_to(tmp_path / "copy")
    await store.close()

    for name in ("copy", "link"):
        assert not check_backup(tmp_path / name).is_complete


def test_empty_write_ahead_log_is_no_obstacle(url: str, tmp_path: Path) -> None:
    """A log without content takes nothing from the backup."""
    back_up_database(url, tmp_path / "backup")
    (tmp_path / "backup-wal").touch()

    report = check_backup(tmp_path / "backup")

    assert report.is_complete
    assert report.is_intact


@pytest.mark.parametrize(
    ("journal", "is_complete"), [(b"\xd9\xd5\x05", False), (b"\0" * 512, True), (b"", True)]
)
def test_journal_of_an_interrupted_change_is_reported(
    url: str, tmp_path: Path, journal: bytes, *, is_complete: bool
) -> None:
    """One without content, or with zeros at its head, belongs to a change that was completed."""
    back_up_database(url, tmp_path / "backup")
    (tmp_path / "backup-journal").write_bytes(journal)

    assert check_backup(tmp_path / "backup").is_complete == is_complete


async def test_backup_during_writes_is_one_committed_state(url: str, tmp_path: Path) -> None:
    """A backup made while rows are written is intact, and has the rows acknowledged before it."""
    store = open_store(url)
    await store.across_workspaces.write(insert_row_job("before"))
    writes = [
        asyncio.create_task(store.across_workspaces.write(insert_row_job(f"during {number}")))
        for number in range(50)
    ]

    await asyncio.to_thread(back_up_database, url, tmp_path / "backup")
    await asyncio.gather(*writes)
    await store.close()

    assert check_backup(tmp_path / "backup").is_intact
    restored = open_store(f"sqlite:///{tmp_path}/backup")
    assert "before" in await restored.across_workspaces.read(list_row_names)
    await restored.close()


async def test_report_counts_what_the_backup_contains(url: str, tmp_path: Path) -> None:
    """The report has the numbers of people, teams, published tables and open periods."""
    store = open_store(url)
    await open_periods(store, (build_team("north"), 9))
    await close_due_periods(store)
    await open_periods(store, (build_team("south"), 9))
    await store.across_workspaces.write(
        lambda repos: repos.people.join_team(Person("slack:T1", "U1"), "north")
    )
    await store.close()

    back_up_database(url, tmp_path / "backup")

    report = check_backup(tmp_path / "backup")
    assert (report.is_readable, report.is_intact, report.is_current) == (True, True, True)
    assert {name: report.counts[name] for name in ("people", "teams", "tables")} == {
        "people": 1,
        "teams": 2,
        "tables": 2,
    }
    assert report.counts["periods"] > 0


def test_backup_contains_no_key(url: str, tmp_path: Path) -> None:
    """The backup is one private file, and no byte of a key is in it."""
    store = open_store(url)
    key = store.key_store.get_or_create(PeriodKeyId("slack:T1", 100))
    store.close_sync()

    back_up_database(url, tmp_path / "backup")

    assert key not in (tmp_path / "backup").read_bytes()
    assert S_IMODE((tmp_path / "backup").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "data"]


def test_existing_file_is_not_overwritten(url: str, tmp_path: Path) -> None:
    """A file that exists is left as it is."""
    (tmp_path / "backup").write_text("an older backup")

    with pytest.raises(BackupFailedError):
        back_up_database(url, tmp_path / "backup")
    assert (tmp_path / "backup").read_text() == "an older backup"


def test_missing_database_leaves_no_file(tmp_path: Path) -> None:
    """Without a database nothing is written, and no empty backup remains."""
    with pytest.raises(BackupFailedError):
        back_up_database(f"sqlite:///{tmp_path}/missing/attune.sqlite", tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []


def test_damaged_backup_is_reported(url: str, tmp_path: Path) -> None:
    """A backup with an overwritten page fails the check."""
    back_up_database(url, tmp_path / "backup")
    content = bytearray((tmp_path / "backup").read_bytes())
    content[-4096:] = b"\xff" * 4096
    (tmp_path / "backup").write_bytes(content)

    report = check_backup(tmp_path / "backup")
    assert not (report.is_readable and report.is_intact)


@pytest.mark.parametrize("content", [None, b"", b"not a database" * 100])
def test_other_file_is_not_readable(tmp_path: Path, content: bytes | None) -> None:
    """A missing, an empty and another file are no backups, and none is created."""
    if content is not None:
        (tmp_path / "file").write_bytes(content)

    assert check_backup(tmp_path / "file") == BackupReport(is_readable=False)
    assert (tmp_path / "file").exists() is (content is not None)
