"""Open periods in which a restore of the database has undone what was filed."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, update

from bot.store.repositories.column_codecs import to_unix_seconds
from bot.store.schema import periods


class UndonePeriods:
    """Repository of the dates since which filings are undone, one for each open period."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def mark_undone(self, since_seconds: int, now: datetime) -> int:
        """Record that what was filed since *since_seconds* is undone in every open period.

        An earlier date stays. Returns how many periods have changed.
        """
        is_later = (periods.c.undone_since == 0) | (periods.c.undone_since > since_seconds)
        change = update(periods).where(_is_open(now), is_later)
        return self._connection.execute(change.values(undone_since=since_seconds)).rowcount


def _is_open(now: datetime) -> ColumnElement[bool]:
    return periods.c.closes_at > to_unix_seconds(now)
