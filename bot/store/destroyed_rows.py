"""The obligation to remove what closed periods left in the database's files; see ``erasure``."""

import secrets

from sqlalchemy import Connection, delete, select

from bot.store.schema import watermarks
from bot.store.upsert import upsert_row

_MARK_NAME = "vacuum destroyed rows"
_IS_MARK = watermarks.c.name == _MARK_NAME


def mark_rows_destroyed(connection: Connection, *, in_all_tables: bool = False) -> None:
    """Record in the transaction of a close that its rows are still to be removed from the files.

    The value is random, so that :func:`clear_destroyed_mark` leaves the mark of a later close. It
    is odd once a purge has deleted rows *in_all_tables*, and not only in those of periods.
    """
    stays_odd = in_all_tables or is_in_all_tables(read_destroyed_mark(connection) or 0)
    value = 2 * secrets.randbelow(1 << 61) + stays_odd
    upsert_row(connection, watermarks, {"name": _MARK_NAME, "looked": value})


def is_in_all_tables(mark: int) -> bool:
    """Whether the rows that *mark* is about may have been in any table."""
    return mark % 2 == 1


def read_destroyed_mark(connection: Connection) -> int | None:
    """Return the mark of a close whose rows may still be in the files; ``None`` if none is."""
    mark: int | None = connection.scalar(select(watermarks.c.looked).where(_IS_MARK))
    return mark


def clear_destroyed_mark(connection: Connection, mark: int) -> None:
    """Delete the mark, unless a later close has replaced it."""
    connection.execute(delete(watermarks).where(_IS_MARK, watermarks.c.looked == mark))
