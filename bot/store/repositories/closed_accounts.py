"""Since when the accounts of people are closed, as their product reported it."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection, select, update

from bot.conversation import Person
from bot.store.schema import people


class ClosedAccounts:
    """Repository of the days on which accounts were first reported as closed.

    A day is in the row of its person; a person without a row has none.
    """

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def save_day(self, person: Person, day: date | None) -> None:
        """Store since when the account of *person* is closed; ``None`` for an open one."""
        is_row = (people.c.workspace == person.workspace) & (people.c.id == person.id)
        self._connection.execute(update(people).where(is_row).values(closed_since=day))

    def limit_days(self, today: date) -> None:
        """Set every day after *today*, from a clock that was ahead, to *today*."""
        is_ahead = people.c.closed_since > today
        self._connection.execute(update(people).where(is_ahead).values(closed_since=today))

    def list_closed_by(self, day: date) -> tuple[Person, ...]:
        """Return the accounts that were closed on *day* or before, those of the longest first."""
        query = select(people.c.workspace, people.c.id).where(people.c.closed_since <= day)
        rows = self._connection.execute(
            query.order_by(people.c.closed_since, people.c.workspace, people.c.id)
        )
        return tuple(Person(row.workspace, row.id) for row in rows)

    def load_days(self, accounts: Collection[Person]) -> tuple[date | None, ...]:
        """Return since when each of *accounts* is closed, ``None`` if it is not known to be."""
        query = select(people.c.workspace, people.c.id, people.c.closed_since).where(
            people.c.workspace.in_({account.workspace for account in accounts}),
            people.c.id.in_({account.id for account in accounts}),
        )
        days = {
            Person(row.workspace, row.id): row.closed_since
            for row in self._connection.execute(query)
        }
        return tuple(days.get(account) for account in accounts)
