"""Until when each duty of the clock has looked, so that what fell due meanwhile is known."""

from datetime import datetime

from sqlalchemy import Connection, select

from bot.store.repositories.delivery_records import from_unix_seconds, to_unix_seconds
from bot.store.schema import watermarks
from bot.store.upsert import build_insert

_MAX_LAG_SECONDS = 600
"""Seconds by which what is kept may lag behind."""


class Watermarks:
    """How far each duty has looked; the same for every process on one database."""

    def __init__(self, connection: Connection) -> None:
        """Open the book on *connection*."""
        self._connection = connection

    def last_run(self, duty_name: str, default: datetime) -> datetime:
        """Until when duty *name* has looked; *otherwise* where it never did."""
        found = self._connection.scalar(
            select(watermarks.c.looked).where(watermarks.c.name == duty_name)
        )
        return default if found is None else from_unix_seconds(found)

    def advance(self, duty_name: str, now: datetime) -> None:
        """Keep that duty *name* has looked up to *now*, give or take ten minutes.

        A look each minute then writes nothing most of the time; a clock set back changes
        nothing either.
        """
        at = to_unix_seconds(now)
        statement = build_insert(self._connection, watermarks).values(name=duty_name, looked=at)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["name"],
                set_={"looked": at},
                where=watermarks.c.looked <= at - _MAX_LAG_SECONDS,
            )
        )
