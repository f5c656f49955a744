"""Exclusive use of an SQLite database: no other process has it open, and none can open it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from bot.store.database_faults import DatabaseFault, classify_database_error

_LOCK_TIMEOUT_SECONDS = 2
"""Seconds to wait for the lock of a command that is about to end."""

_SHM_LOCK_OFFSET = 128
"""Byte of the file ``-shm`` that every open connection in WAL mode has locked: ``UNIX_SHM_DMS`` of
SQLite's ``os_unix.c``.
"""


class DatabaseInUseError(Exception):
    """Another process, such as the bot, has the database open."""


@contextmanager
def hold_database(path: Path) -> Iterator[Engine]:
    """Open the existing database at *path* for this process alone, until the block ends.

    Its write-ahead log is copied into the file and truncated at the end. Raises
    :class:`DatabaseInUseError`, and the driver's error for a file that is no database.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(path)), poolclass=StaticPool, hide_parameters=True
    )
    event.listen(engine, "connect", _configure_connection)
    event.listen(engine, "begin", _begin_exclusive)
    try:
        _acquire_lock(engine)
        yield engine
    finally:
        engine.dispose()


def _acquire_lock(engine: Engine) -> None:
    """Lock the file by a first transaction, which every later one of the connection shares."""
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
    except DBAPIError as error:
        if classify_database_error(error) is DatabaseFault.LOCKED:
            raise DatabaseInUseError from error
        raise


def is_open_elsewhere(path: Path) -> bool:
    """Whether another process has the database at *path* open, whatever its file contains.

    Only for a process that has no connection to it: closing the file drops its locks.
    """
    try:
        descriptor = os.open(f"{path}-shm", os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _SHM_LOCK_OFFSET)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def _configure_connection(connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3's own
    connection.isolation_level = None
    pragmas = {
        "busy_timeout": _LOCK_TIMEOUT_SECONDS * 1000,
        "locking_mode": "exclusive",  # before the first access: other connections are refused
        "synchronous": 2,
        "secure_delete": 1,
        "temp_store": 2,
    }
    for name, value in pragmas.items():
        connection.execute(f"PRAGMA {name}={value}")


def _begin_exclusive(connection: Connection) -> None:
    """Begin with the strongest lock: a file without a write-ahead log admits readers otherwise."""
    connection.exec_driver_sql("BEGIN EXCLUSIVE")
