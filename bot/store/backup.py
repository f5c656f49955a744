"""Copies of an SQLite database: make one while the bot runs, and check one before it is needed."""

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.engine import make_url

from bot.store.migrate import latest_revisions

_COUNTED_TABLES = {"people": "person", "teams": "team", "tables": "release", "periods": "period"}
"""What the report counts, and the table with one row for each."""


class BackupFailedError(Exception):
    """The backup was not written: the source or the target cannot be used."""


@dataclass(frozen=True)
class BackupReport:
    """Result of the check of a backup.

    ``is_readable``: it is a database; ``is_intact``: SQLite's integrity check found no damage;
    ``is_current``: its schema is this release's (an older one is migrated at the start).
    ``is_complete``: no log or journal lies beside it, which this check does not read; where it is
    false, nothing else was checked.
    ``counts`` has the number of people, teams, published tables and open periods.
    """

    is_readable: bool
    is_intact: bool = False
    is_current: bool = False
    is_complete: bool = True
    revision: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)


def back_up_database(url: str, target: Path) -> None:
    """Write a complete copy of the SQLite database at *url* to the new file *target*.

    The bot may run meanwhile: SQLite's online backup copies one committed state, the
    write-ahead log included, which a copy of the file alone lacks. The copy is a single file of
    mode 0600, on the disk when this function returns. A change of the database that was interrupted
    is undone there first. Raises :class:`BackupFailedError` if the target exists or cannot be
    written, or the database is missing.
    """
    source = Path(make_url(url).database or "")
    try:
        copy_database(source, target, "mode=rw" if has_rollback_journal(source) else "mode=ro")
    except (sqlite3.Error, OSError) as error:
        raise BackupFailedError from error


def copy_database(source: Path, target: Path, options: str = "mode=ro") -> None:
    """Copy the SQLite file *source*, opened with *options*, to the new file *target*.

    Raises the driver's error and :class:`OSError`; then the target is not there.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with _connect(source, options) as original, _connect(target, "mode=rw") as copy:
            original.backup(copy)
            copy.execute("PRAGMA journal_mode=delete")
        synchronize_file(target)
    except (sqlite3.Error, OSError):
        target.unlink()
        raise


def check_backup(path: Path) -> BackupReport:
    """Check the backup at *path* without changing it; a missing file is not readable."""
    if has_write_ahead_log(path) or has_rollback_journal(path):
        return BackupReport(is_readable=False, is_complete=False)
    try:
        with _connect(path, "mode=ro&immutable=1") as connection:
            (integrity,) = connection.execute("PRAGMA integrity_check").fetchone()
            revision_rows = connection.execute("select version_num from alembic_version")
            revisions = {row[0] for row in revision_rows}
            counts = {
                name: connection.execute(f'select count(*) from "{table}"').fetchone()[0]  # noqa: S608 - fixed names
                for name, table in _COUNTED_TABLES.items()
            }
    except sqlite3.Error:
        return BackupReport(is_readable=False)
    return BackupReport(
        is_readable=True,
        is_intact=integrity == "ok",
        is_current=revisions == latest_revisions(),
        revision=", ".join(sorted(revisions)),
        counts=counts,
    )


def has_write_ahead_log(path: Path) -> bool:
    """Whether a write-ahead log with content lies beside the file at *path*, or what it links to.

    It has what was committed last, and only a connection that may lock the file reads it.
    """
    try:
        return Path(f"{path.resolve()}-wal").stat().st_size > 0
    except FileNotFoundError:
        return False


def has_rollback_journal(path: Path) -> bool:
    """Whether a journal that undoes an interrupted change lies beside the file at *path*.

    Its first byte is zero, or it is empty, where the change was completed. Only a connection that
    may write the file applies it.
    """
    try:
        with Path(f"{path.resolve()}-journal").open("rb") as journal:
            return journal.read(1) not in {b"", b"\0"}
    except FileNotFoundError:
        return False


def build_address(path: Path, options: str) -> str:
    """Return the address of an SQLite file with *options*, such as ``mode=ro``."""
    return f"file:{quote(str(path.absolute()))}?{options}"


def _connect(path: Path, options: str) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(build_address(path, options), uri=True, timeout=30))


def synchronize_file(path: Path) -> None:
    """Write the file and its folder entry to the disk."""
    for synchronized, flags in ((path, os.O_RDONLY), (path.parent, os.O_RDONLY | os.O_DIRECTORY)):
        descriptor = os.open(synchronized, flags)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
