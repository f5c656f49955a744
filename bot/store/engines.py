"""Opening a database so that what was acknowledged stays, and what was destroyed is gone."""

import os
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError

MAX_READERS = 2
"""How many reads may be under way at once."""

_LOCK_TIMEOUT_SECONDS = 30
"""Seconds that a process waits for another that is writing, such as an operator's verb."""

_SQLITE_PRAGMAS = {
    "busy_timeout": _LOCK_TIMEOUT_SECONDS * 1000,
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a commit is on disk before anybody hears of it
    "secure_delete": 1,  # what is deleted is overwritten
    "temp_store": 2,  # MEMORY: what a statement sets aside never reaches the disk
}

# One writer at a time whatever the process, as on SQLite: nothing interleaves and nothing
# deadlocks. The key spells "attune". A writer that stops answering is cut off by the server.
_POSTGRESQL_BEGIN_SQL = f"""
SET LOCAL lock_timeout = '{_LOCK_TIMEOUT_SECONDS}s';
SET LOCAL idle_in_transaction_session_timeout = '{_LOCK_TIMEOUT_SECONDS}s';
SET LOCAL synchronous_commit = on;
SELECT pg_advisory_xact_lock({int.from_bytes(b"attune")})
"""


class Engines(NamedTuple):
    """One engine whose transactions may write, and one whose transactions only read."""

    writer: Engine
    reader: Engine

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is one file of ours."""
        return self.writer.dialect.name == "sqlite"

    def dispose(self) -> None:
        """Close what is open."""
        self.writer.dispose()
        self.reader.dispose()


def open_engines(url: str) -> Engines:
    """Open the database at *url* for writing and for reading.

    An SQLite file that is missing is created, readable by its owner alone. PostgreSQL is
    not asked before somebody reads or writes, so that a bot starts while it is away.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    engines = Engines(
        create_engine(
            parsed,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=1,
            connect_args=_POSTGRESQL_CONNECT_ARGS,
        ),
        create_engine(
            parsed,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=MAX_READERS,
            connect_args=_POSTGRESQL_CONNECT_ARGS,
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
        ),
    )
    event.listen(engines.writer, "begin", _acquire_writer_lock)
    for engine in engines:
        event.listen(engine, "handle_error", _redact_driver_error)
    return engines


def create_lease_engine(engines: Engines) -> Engine:
    """An engine for sessions that last, on the same PostgreSQL; nothing is ever begun there."""
    engine = create_engine(
        engines.writer.url,
        hide_parameters=True,
        poolclass=NullPool,
        connect_args=_POSTGRESQL_CONNECT_ARGS,
        isolation_level="AUTOCOMMIT",
    )
    event.listen(engine, "handle_error", _redact_driver_error)
    return engine


_POSTGRESQL_CONNECT_ARGS = {"connect_timeout": 5, "keepalives_idle": 30}


def _open_sqlite(url: URL) -> Engines:
    if not url.database or url.database == ":memory:":
        raise ValueError("the database has to be a file, or nothing would be kept")
    _create_private_file(Path(url.database))
    engines = Engines(
        create_engine(url, hide_parameters=True, pool_size=1),
        create_engine(url, hide_parameters=True, pool_size=MAX_READERS),
    )
    event.listen(engines.writer, "connect", _configure_writer_connection)
    event.listen(engines.writer, "begin", _begin_immediate)
    event.listen(engines.reader, "connect", _configure_reader_connection)
    event.listen(engines.reader, "begin", _begin_deferred)
    with engines.writer.connect():  # a file that cannot be used is found out at once
        return engines


def _create_private_file(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        # Left alone: closing any handle on it would drop the locks that SQLite holds here.
        return


def _configure_writer_connection(connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3's own
    connection.isolation_level = None  # the driver's own transactions commit at savepoints
    for name, value in _SQLITE_PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={value}")
        answer = connection.execute(f"PRAGMA {name}").fetchone()
        if answer != (value,):
            raise RuntimeError(f"this SQLite does not keep {name} at {value}")


def _configure_reader_connection(connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3's own
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={_LOCK_TIMEOUT_SECONDS * 1000}")
    connection.execute("PRAGMA temp_store=MEMORY")
    connection.execute("PRAGMA query_only=ON")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _acquire_writer_lock(connection: Connection) -> None:
    connection.exec_driver_sql(_POSTGRESQL_BEGIN_SQL)


def _redact_driver_error(exception_context: ExceptionContext) -> None:
    """Keep of PostgreSQL's error its kind and code: its sentence repeats the values of a row."""
    code = getattr(exception_context.original_exception, "sqlstate", None)
    told = f"{type(exception_context.original_exception).__name__} {code or ''}".rstrip()
    exception_context.original_exception.args = (told,)
    if isinstance(exception_context.sqlalchemy_exception, DBAPIError):
        exception_context.sqlalchemy_exception.args = (told,)
