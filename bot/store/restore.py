"""Put a checked backup in the place of an SQLite database, which is moved aside."""

import errno
import glob
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import URL, Connection, NullPool, create_engine
from sqlalchemy.exc import DBAPIError

from bot.store import backup, database_identity, migrate
from bot.store.database_faults import DatabaseFault
from bot.store.exclusive_database import DatabaseInUseError, hold_database, is_open_elsewhere
from bot.store.keys.claim import KeyStoreClaim
from bot.store.keys.key_store import KeyStore, KeyStoreUnavailableError
from bot.store.repositories.column_codecs import from_unix_seconds
from bot.store.repositories.restored_deliveries import record_stop, settle_unknown_deliveries

_SIDE_FILES = ("-wal", "-shm", "-journal")
_HEADER = b"SQLite format 3\0"
_STAGED_SUFFIX = ".restoring"

_STOPPED_AFTER = timedelta(minutes=15)
"""Age of a claim's mark from which the bot that wrote it has stopped: more than one interval."""


class RestoreRefusal(StrEnum):
    """Why a backup is not put in place; each has a sentence for the operator."""

    WRITE_AHEAD_LOG = "write_ahead_log"
    ROLLBACK_JOURNAL = "rollback_journal"
    UNREADABLE = "unreadable"
    DAMAGED = "damaged"
    NEWER_SCHEMA = "newer_schema"
    FOREIGN_SCHEMA = "foreign_schema"
    MOVED = "moved"
    SAME_FILE = "same_file"
    FOREIGN_KEYS = "foreign_keys"
    IN_USE = "in_use"
    RUNS_ELSEWHERE = "runs_elsewhere"


class RestoreRefusedError(Exception):
    """Nothing was changed, for the reason in ``refusal``."""

    def __init__(self, refusal: RestoreRefusal) -> None:
        """Store the reason."""
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True)
class RestoreReport:
    """What a restore has done, or would do.

    ``made_at`` is the instant up to which the backup's database had lived, with a resolution of
    ten minutes; that of the file before the first mark. ``set_aside`` is the replaced database's
    file, ``None`` if there was none. ``unknown_count`` messages may have been sent already.
    """

    made_at: datetime
    set_aside: Path | None
    is_older_schema: bool
    unknown_count: int = 0


@dataclass(frozen=True)
class _Contents:
    """What the check of a backup found out besides its soundness."""

    made_at: datetime
    database_id: int | None
    is_older_schema: bool


def restore_database(
    database: Path, source: Path, key_store: KeyStore, now: datetime, *, is_dry_run: bool = False
) -> RestoreReport:
    """Replace the database by a copy of the backup *source*; with *is_dry_run* only check.

    The database is not deleted: its file gets another name beside the new one. The path names the
    one or the other at every moment. *key_store* is read and never changed. What the replaced
    database may have sent until *now* will not be sent again. Raises :class:`RestoreRefusedError`,
    and :class:`OSError` for a folder that cannot be written.
    """
    database = database.resolve()
    contents = _check_source(database, source)
    _check_claim(database, contents, key_store, now)
    aside = database.with_name(f"{database.name}.replaced-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    with _hold_replaced_database(database):
        if is_dry_run:
            replaced = aside if database.exists() else None
            return RestoreReport(contents.made_at, replaced, contents.is_older_schema)
        staged, unknown_count = _stage_copy(database, source, now)
    try:
        _require_closed(database)
        replaced = _replace(database, staged, aside)
    finally:
        staged.unlink(missing_ok=True)
    return RestoreReport(contents.made_at, replaced, contents.is_older_schema, unknown_count)


def _check_source(database: Path, source: Path) -> _Contents:
    """Check that the backup is sound and one that this release can start with."""
    if database.exists() and source.exists() and source.samefile(database):
        raise RestoreRefusedError(RestoreRefusal.SAME_FILE)
    report = backup.check_backup(source)
    if not report.is_complete:
        raise RestoreRefusedError(classify_incomplete_backup(source))
    if not report.is_readable:
        raise RestoreRefusedError(RestoreRefusal.UNREADABLE)
    if not report.is_intact:
        raise RestoreRefusedError(RestoreRefusal.DAMAGED)
    with _connect(source, "mode=ro&immutable=1") as connection:
        fault = migrate.find_schema_fault(connection)
        mark = database_identity.read_mark(connection)
        database_id = database_identity.read_database_id(connection)
    if fault is not None and fault is not DatabaseFault.OLDER_SCHEMA:
        raise RestoreRefusedError(_classify_schema_fault(fault))
    made_at = from_unix_seconds(mark) if mark else _read_file_time(source)
    return _Contents(made_at, database_id, fault is DatabaseFault.OLDER_SCHEMA)


def classify_incomplete_backup(source: Path) -> RestoreRefusal:
    """Return the refusal of an incomplete backup: its rollback journal, or its write-ahead log."""
    if backup.has_rollback_journal(source):
        return RestoreRefusal.ROLLBACK_JOURNAL
    return RestoreRefusal.WRITE_AHEAD_LOG


def _classify_schema_fault(fault: DatabaseFault) -> RestoreRefusal:
    """Return the refusal for a schema that this release cannot start with."""
    if fault is DatabaseFault.NEWER_SCHEMA:
        return RestoreRefusal.NEWER_SCHEMA
    if fault in {DatabaseFault.MOVED, DatabaseFault.MOVE_INCOMPLETE}:
        return RestoreRefusal.MOVED
    return RestoreRefusal.FOREIGN_SCHEMA


def _check_claim(database: Path, contents: _Contents, key_store: KeyStore, now: datetime) -> None:
    """Refuse a backup that the key store does not serve, or whose bot runs on another machine.

    A key store that cannot be read is reported by the next start; nothing is done with keys here.
    """
    try:
        claim = key_store.read_claim()
    except KeyStoreUnavailableError:
        return
    if claim is None or contents.database_id is None:
        return
    if claim.database_id != contents.database_id:
        raise RestoreRefusedError(RestoreRefusal.FOREIGN_KEYS)
    age = now - from_unix_seconds(claim.mark)
    if timedelta() <= age < _STOPPED_AFTER and not _is_claimed_by(database, claim):
        raise RestoreRefusedError(RestoreRefusal.RUNS_ELSEWHERE)


def _is_claimed_by(database: Path, claim: KeyStoreClaim) -> bool:
    """Whether the file at *database* is the instance that holds the claim."""
    if not database.exists():
        return False
    engine = create_engine(URL.create("sqlite", database=str(database)), poolclass=NullPool)
    with engine.connect() as connection:
        return database_identity.identify_instance(connection) == claim.instance


@contextmanager
def _hold_replaced_database(database: Path) -> Iterator[None]:
    """Exclude every other process from the existing database while the block runs.

    A damaged file cannot be held by SQLite: then no process may have it open at this moment. One
    without a header is not opened at all, since SQLite would delete its write-ahead log.
    """
    with ExitStack() as stack:
        _require_closed(database)
        if _has_header(database):
            try:
                stack.enter_context(hold_database(database))
            except DatabaseInUseError as error:
                raise RestoreRefusedError(RestoreRefusal.IN_USE) from error
            except DBAPIError:
                _require_closed(database)
        yield


def _has_header(database: Path) -> bool:
    """Whether the file exists and begins like one of SQLite's."""
    try:
        with database.open("rb") as file:
            return file.read(len(_HEADER)) == _HEADER
    except FileNotFoundError:
        return False


def _require_closed(database: Path) -> None:
    if is_open_elsewhere(database):
        raise RestoreRefusedError(RestoreRefusal.IN_USE)


def _stage_copy(database: Path, source: Path, now: datetime) -> tuple[Path, int]:
    """Copy the backup to a file beside the database, prepared for its next start.

    Return the file, and how many deliveries may have been sent since the backup. The copies of
    interrupted restores are deleted.
    """
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for abandoned in database.parent.glob(f".{glob.escape(database.name)}.*{_STAGED_SUFFIX}*"):
        abandoned.unlink()
    staged = database.with_name(f".{database.name}.{secrets.token_hex(8)}{_STAGED_SUFFIX}")
    try:
        backup.copy_database(source, staged, "mode=ro&immutable=1")
    except sqlite3.Error as error:  # such as a full disk
        raise OSError(errno.EIO, os.strerror(errno.EIO)) from error
    with _connect(staged, "mode=rw") as connection:
        unknown_count = settle_unknown_deliveries(connection, now)
        record_stop(connection, now)
        connection.commit()
    backup.synchronize_file(staged)
    return staged, unknown_count


def _replace(database: Path, staged: Path, aside: Path) -> Path | None:
    """Give the database's file the name *aside*, and its own name to the *staged* one.

    A write-ahead log that could not be copied into a damaged file goes with it: beside the new
    file it would be applied to that.
    """
    replaced = database.exists()
    if replaced:
        os.link(database, aside)
    for suffix in _SIDE_FILES:
        with suppress(FileNotFoundError):
            Path(f"{database}{suffix}").rename(f"{aside}{suffix}")
    staged.rename(database)
    backup.synchronize_file(database)
    return aside if replaced else None


@contextmanager
def _connect(path: Path, options: str) -> Iterator[Connection]:
    """Connect to an SQLite file that exists, with *options* of its address."""
    address = backup.build_address(path, options)
    engine = create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(address, uri=True), poolclass=NullPool
    )
    with engine.connect() as connection:
        yield connection


def _read_file_time(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
