"""Database engines configured for durable commits and for physical deletion of deleted rows."""

import errno
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine, NullPool, PoolProxiedConnection, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError

from bot.store.database_faults import (
    DatabaseFault,
    UnusableDatabaseError,
    identify_connect_fault,
)
from bot.store.file_identity import DatabaseFile
from bot.store.statement_cache import STATEMENTS

MAX_READERS = 2
"""Size of the reader pool: read transactions that run concurrently."""

_LOCK_TIMEOUT_SECONDS = 30
"""Seconds to wait for the writer lock of another process, such as an operator's command."""

SQLITE_PRAGMAS: Mapping[str, str | int] = {
    "busy_timeout": _LOCK_TIMEOUT_SECONDS * 1000,
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a commit is on disk before it is acknowledged
    "secure_delete": 1,  # deleted content is overwritten with zeros
    "temp_store": 2,  # MEMORY: temporary tables and sort buffers never reach the disk
}

# A transaction-level advisory lock serializes the writers of all processes, as SQLite does:
# no interleaving and no deadlock. The lock's key spells "attune". The server terminates a
# writer that stays idle in its transaction.
_POSTGRESQL_BEGIN_SQL = f"""
SET LOCAL lock_timeout = '{_LOCK_TIMEOUT_SECONDS}s';
SET LOCAL idle_in_transaction_session_timeout = '{_LOCK_TIMEOUT_SECONDS}s';
SET LOCAL synchronous_commit = on;
SELECT pg_advisory_xact_lock({int.from_bytes(b"attune")})
"""


class Engines(NamedTuple):
    """A pair of engines: one for transactions that may write, one for read-only transactions."""

    writer: Engine
    reader: Engine

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a local SQLite file."""
        return self.writer.dialect.name == "sqlite"

    def dispose(self) -> None:
        """Close the connection pools."""
        self.writer.dispose()
        self.reader.dispose()


def open_engines(url: str, *, sqlite_pragmas: Mapping[str, str | int] = SQLITE_PRAGMAS) -> Engines:
    """Create the engines for the database at *url*.

    A missing SQLite file is created, readable by its owner alone. No PostgreSQL connection
    is opened before the first transaction, so that a bot starts while the server is down. Raises
    :class:`bot.store.database_faults.UnusableDatabaseError` for a file that cannot be created.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed, sqlite_pragmas)
    return _open_postgresql(parsed)


def _open_postgresql(url: URL) -> Engines:
    engines = Engines(
        _create_engine(
            url,
            pool_pre_ping=True,
            pool_size=1,
            connect_args=_POSTGRESQL_CONNECT_ARGS,
        ),
        _create_engine(
            url,
            pool_pre_ping=True,
            pool_size=MAX_READERS,
            connect_args=_POSTGRESQL_CONNECT_ARGS,
            isolation_level="REPEATABLE READ",
        ),
    )
    writer, _ = _get_dialects(engines)
    writer.do_begin = _acquire_writer_lock
    for engine in engines:
        event.listen(engine, "connect", _disable_jit)
        event.listen(engine, "handle_error", _redact_driver_error)
    event.listen(engines.reader, "connect", _refuse_writes)
    return engines


def _get_dialects(engines: Engines) -> tuple[Any, Any]:
    """Return the dialects, whose methods begin and commit the transactions of their engines.

    Events of an engine would serve as well, but SQLAlchemy looks for listeners four times in each
    statement of an engine that has one, which takes a fifth of the statement's time.
    """
    return engines.writer.dialect, engines.reader.dialect


def _create_engine(url: URL, **options: Any) -> Engine:  # noqa: ANN401 - SQLAlchemy's own options
    """Create an engine whose errors contain no parameters, and whose statements are shared."""
    engine = create_engine(url, hide_parameters=True, **options)
    engine.update_execution_options(compiled_cache=STATEMENTS)
    return engine


def create_lease_engine(engines: Engines) -> Engine:
    """Create an autocommit engine without a pool, for long sessions on the same PostgreSQL."""
    engine = _create_engine(
        engines.writer.url,
        poolclass=NullPool,
        connect_args=_POSTGRESQL_CONNECT_ARGS,
        isolation_level="AUTOCOMMIT",
    )
    event.listen(engine, "handle_error", _redact_driver_error)
    return engine


def create_key_engine(url: str) -> Engine:
    """Create an autocommit engine for the PostgreSQL database of a key store.

    It takes no writer lock, since a writer of the main database reads keys in its transaction.
    A commit is on the server's disk before it is acknowledged. No connection is opened yet.
    """
    engine = _create_engine(
        make_url(url),
        pool_pre_ping=True,
        pool_size=1 + MAX_READERS,
        connect_args=_POSTGRESQL_CONNECT_ARGS,
        isolation_level="AUTOCOMMIT",
    )
    event.listen(engine, "connect", _require_synchronous_commit)
    event.listen(engine, "handle_error", _redact_driver_error)
    return engine


_POSTGRESQL_CONNECT_ARGS = {"connect_timeout": 5, "keepalives_idle": 30}


def _open_sqlite(url: URL, pragmas: Mapping[str, str | int]) -> Engines:
    if not url.database or url.database == ":memory:":
        raise ValueError("the SQLite database must be a file: memory does not outlive the process")
    path = Path(url.database)
    _create_private_file(path)
    database_file = DatabaseFile(path)
    engines = Engines(
        _create_engine(url, pool_size=1),
        _create_engine(url, pool_size=MAX_READERS + 1),  # the event loop's thread reads too
    )
    for engine in engines:
        event.listen(engine, "do_connect", lambda *_: database_file.raise_if_moved())
    event.listen(
        engines.writer,
        "connect",
        lambda connection, _record: _configure_writer_connection(connection, pragmas),
    )
    event.listen(engines.reader, "connect", _configure_reader_connection)
    writer, reader = _get_dialects(engines)
    writer.do_begin = partial(
        _begin_unless_moved, database_file=database_file, statement="BEGIN IMMEDIATE"
    )
    writer.do_commit = partial(_commit_unless_moved, database_file=database_file)
    reader.do_begin = partial(_begin_unless_moved, database_file=database_file, statement="BEGIN")
    with engines.writer.connect():  # an unusable file raises here, at startup
        return engines


def _create_private_file(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        # An existing file is not opened: closing a descriptor drops this process's POSIX locks.
        if path.is_file():
            return
        fault = _identify_file_fault(path, error)
        raise UnusableDatabaseError(fault, type(error).__name__) from error


def _identify_file_fault(path: Path, error: OSError) -> DatabaseFault:
    """Return why the missing file at *path* could not be created."""
    if path.is_dir():
        return DatabaseFault.IS_FOLDER
    is_full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    return DatabaseFault.FULL if is_full else DatabaseFault.FOLDER_UNUSABLE


def _configure_writer_connection(
    connection: Any,  # noqa: ANN401 - sqlite3's own
    pragmas: Mapping[str, str | int],
) -> None:
    connection.isolation_level = None  # the driver's implicit transactions commit at savepoints
    for name, value in pragmas.items():
        connection.execute(f"PRAGMA {name}={value}")
        effective_row = connection.execute(f"PRAGMA {name}").fetchone()
        if effective_row != (value,):
            detail = f"this SQLite build ignores PRAGMA {name}={value}"
            raise UnusableDatabaseError(DatabaseFault.NO_WAL, detail)


def _configure_reader_connection(connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3's own
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={_LOCK_TIMEOUT_SECONDS * 1000}")
    connection.execute("PRAGMA temp_store=MEMORY")
    connection.execute("PRAGMA query_only=ON")


def _begin_unless_moved(
    connection: PoolProxiedConnection, database_file: DatabaseFile, statement: str
) -> None:
    database_file.raise_if_moved()
    driver: Any = connection.driver_connection
    driver.execute(statement)


def _commit_unless_moved(connection: PoolProxiedConnection, database_file: DatabaseFile) -> None:
    database_file.raise_if_moved()
    connection.commit()


def _acquire_writer_lock(connection: PoolProxiedConnection) -> None:
    driver: Any = connection.driver_connection
    driver.execute(_POSTGRESQL_BEGIN_SQL)


def _disable_jit(connection: Any, _record: object) -> None:  # noqa: ANN401 - psycopg's own
    """Let the server interpret each plan: row security makes plans of a row look expensive.

    To compile one takes a third of a second, a thousand times as long as to run it.
    """
    connection.execute("SET jit = off")
    connection.commit()


def _refuse_writes(connection: Any, _record: object) -> None:  # noqa: ANN401 - psycopg's own
    """Let each transaction of a connection be read-only; an option of its engine is a listener."""
    connection.read_only = True


def _require_synchronous_commit(connection: Any, _record: object) -> None:  # noqa: ANN401 - psycopg's own
    connection.execute("SET synchronous_commit = on")


def _redact_driver_error(exception_context: ExceptionContext) -> None:
    """Reduce PostgreSQL's error to its class and SQLSTATE: its message repeats a row's values.

    A failed connection has no SQLSTATE; its message is reduced to the fault that it shows.
    """
    code = getattr(exception_context.original_exception, "sqlstate", None)
    if code is None and exception_context.connection is None:
        code = identify_connect_fault(str(exception_context.original_exception)).value
    summary = f"{type(exception_context.original_exception).__name__} {code or ''}".rstrip()
    exception_context.original_exception.args = (summary,)
    if isinstance(exception_context.sqlalchemy_exception, DBAPIError):
        exception_context.sqlalchemy_exception.args = (summary,)
