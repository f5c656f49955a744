"""Erasure of rows that a migration removed: their bytes in free pages and in SQLite's log."""

import logging
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Engine, column, delete, insert, select, table, text

from bot.logs import log_error
from bot.store.engines import Engines, create_lease_engine
from bot.store.group_commit import checkpoint_wal
from bot.store.pending_vacuum import covers_all_tables
from bot.store.schema import feeds, ledger_records, metadata, periods

logger = logging.getLogger("attune.store")

_CHECKPOINT_TIMEOUT_SECONDS = 5

_PERIOD_TABLES = (ledger_records, feeds, periods)
"""The tables whose rows a close deletes."""

_markers = table("duty", column("name"), column("looked"))
_MARKER_NAME = "erase removed rows"
_IS_MARKER = _markers.c.name == _MARKER_NAME


def mark_rewrite_pending(connection: Connection) -> None:
    """Mark in the transaction of a migration that deletes rows that a file rewrite is pending.

    Several migrations in one transaction may do so.
    """
    connection.execute(delete(_markers).where(_IS_MARKER))
    connection.execute(insert(_markers), {"name": _MARKER_NAME, "looked": 0})


def erase_removed_rows(engine: Engine) -> None:
    """Erase what removed rows left in the database's files, if any is left; idempotent.

    SQLite rewrites the file and truncates its write-ahead log. PostgreSQL has deleted the files
    of the dropped tables with the commit, and rewrites the table that lost a column. Where
    another process prevents it, that is logged and the next start tries again.
    """
    with engine.begin() as connection:
        if connection.scalar(select(_markers.c.looked).where(_IS_MARKER)) is None:
            return
    try:
        is_erased = _rewrite_file(engine)
    except Exception as error:  # noqa: BLE001 - each driver has its own; the next start retries
        log_error(logger, "store.erasure_failed", error)
        return
    if is_erased:
        with engine.begin() as connection:
            connection.execute(delete(_markers).where(_IS_MARKER))


def vacuum_destroyed_rows(engines: Engines, mark: int = 0) -> bool:
    """Vacuum the tables whose rows a close deletes, in a PostgreSQL session of its own.

    All tables where the *mark* of :mod:`bot.store.pending_vacuum` is that of a purge. It takes no
    lock that a reader or writer waits for. Failure, such as a missing privilege, is logged, and
    ``False`` is returned. SQLite overwrites deleted rows at once.
    """
    if engines.is_sqlite:
        return True
    engine = create_lease_engine(engines)
    try:
        with engine.connect() as connection:
            for destroyed in metadata.sorted_tables if covers_all_tables(mark) else _PERIOD_TABLES:
                connection.execute(text(f"VACUUM {destroyed.name}"))
    except Exception as error:  # noqa: BLE001 - the period is closed all the same
        log_error(logger, "store.vacuum_failed", error)
        return False
    else:
        return True
    finally:
        engine.dispose()


def _rewrite_file(engine: Engine) -> bool:
    if engine.dialect.name != "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM FULL person"))
        return True
    with closing(engine.raw_connection()) as raw, closing(raw.cursor()) as driver_cursor:
        cursor: Any = driver_cursor
        cursor.execute("VACUUM")
    return checkpoint_wal(engine, _CHECKPOINT_TIMEOUT_SECONDS)
