"""Repository of the column ``undone_since`` of ``period``: debriefs that a restore has undone."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, update

from bot.store.repositories.column_codecs import to_unix_seconds
from bot.store.schema import periods


class UndonePeriods:
    """Repository of the time in Unix seconds since which filings are undone, by open period."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def mark_undone(self, since_seconds: int, now: datetime) -> int:
        """UPDATE every period that is open at *now* to *since_seconds*; return how many rows.

        An earlier time remains, so that a repeat changes no row.
        """
        is_later = (periods.c.undone_since == 0) | (periods.c.undone_since > since_seconds)
        change = update(periods).where(_is_open(now), is_later)
        return self._connection.execute(change.values(undone_since=since_seconds)).rowcount


def _is_open(now: datetime) -> ColumnElement[bool]:
    return periods.c.closes_at > to_unix_seconds(now)
