"""The mark of a pending vacuum: rows of closed periods whose bytes may still be in the files.

It is a row of the table of watermarks. On SQLite a WAL checkpoint removes the bytes, on PostgreSQL
``VACUUM``: see :mod:`bot.store.erasure`.
"""

import secrets

from sqlalchemy import Connection, delete, select

from bot.store.schema import watermarks
from bot.store.upsert import upsert_row

_MARK_NAME = "vacuum destroyed rows"
_IS_MARK = watermarks.c.name == _MARK_NAME


def mark_vacuum_pending(connection: Connection, *, in_all_tables: bool = False) -> None:
    """Upsert the mark in the transaction that deletes the rows of a closed period or of a purge.

    The value is random, so that :func:`clear_vacuum_mark` leaves the mark of a later close. It
    is odd once a purge has deleted rows *in_all_tables*, and not only in those of periods.
    """
    is_odd = in_all_tables or covers_all_tables(read_vacuum_mark(connection) or 0)
    value = 2 * secrets.randbelow(1 << 61) + is_odd
    upsert_row(connection, watermarks, {"name": _MARK_NAME, "looked": value})


def covers_all_tables(mark: int) -> bool:
    """Whether the rows that *mark* is about may have been in any table."""
    return mark % 2 == 1


def read_vacuum_mark(connection: Connection) -> int | None:
    """Return the mark of a close whose rows may still be in the files; ``None`` if none is."""
    mark: int | None = connection.scalar(select(watermarks.c.looked).where(_IS_MARK))
    return mark


def clear_vacuum_mark(connection: Connection, mark: int) -> None:
    """Delete the mark, unless a later close has replaced it."""
    connection.execute(delete(watermarks).where(_IS_MARK, watermarks.c.looked == mark))
