"""Until when each duty of the clock has looked, so that what fell due meanwhile is known."""

from datetime import datetime

from sqlalchemy import Connection, select

from bot.store.repositories.delivery_records import instant, seconds
from bot.store.schema import duties
from bot.store.upsert import insert

_SLACK = 600
"""Seconds by which what is kept may lag behind."""


class Duties:
    """How far each duty has looked; the same for every process on one database."""

    def __init__(self, connection: Connection) -> None:
        """Open the book on *connection*."""
        self._connection = connection

    def looked(self, name: str, otherwise: datetime) -> datetime:
        """Until when duty *name* has looked; *otherwise* where it never did."""
        found = self._connection.scalar(select(duties.c.looked).where(duties.c.name == name))
        return otherwise if found is None else instant(found)

    def look(self, name: str, now: datetime) -> None:
        """Keep that duty *name* has looked up to *now*, give or take ten minutes.

        A look each minute then writes nothing most of the time; a clock set back changes
        nothing either.
        """
        at = seconds(now)
        statement = insert(self._connection, duties).values(name=name, looked=at)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["name"],
                set_={"looked": at},
                where=duties.c.looked <= at - _SLACK,
            )
        )
