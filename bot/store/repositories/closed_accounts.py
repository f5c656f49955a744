"""Repository of the column ``closed_since`` of ``person``: when an account was found closed."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection, select, update

from bot.conversation import Person
from bot.store.schema import people


class ClosedAccounts:
    """Repository of the dates (UTC) on which accounts were first reported as closed.

    Nothing is inserted: a person without a row has no date.
    """

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def save_day(self, person: Person, day: date | None) -> None:
        """UPDATE the date of *person*, ``None`` for an open account; without a row, do nothing."""
        is_row = (people.c.workspace == person.workspace) & (people.c.id == person.id)
        self._connection.execute(update(people).where(is_row).values(closed_since=day))

    def clamp_future_days(self, today: date) -> None:
        """UPDATE every date after *today*, from a clock that was ahead, to *today*."""
        is_ahead = people.c.closed_since > today
        self._connection.execute(update(people).where(is_ahead).values(closed_since=today))

    def list_closed_by(self, day: date) -> tuple[Person, ...]:
        """Return the accounts with a date up to *day*, sorted by date."""
        query = select(people.c.workspace, people.c.id).where(people.c.closed_since <= day)
        rows = self._connection.execute(
            query.order_by(people.c.closed_since, people.c.workspace, people.c.id)
        )
        return tuple(Person(row.workspace, row.id) for row in rows)

    def load_days(self, accounts: Collection[Person]) -> tuple[date | None, ...]:
        """Return the date of each of *accounts*, in their order; ``None`` without one or a row."""
        query = select(people.c.workspace, people.c.id, people.c.closed_since).where(
            people.c.workspace.in_({account.workspace for account in accounts}),
            people.c.id.in_({account.id for account in accounts}),
        )
        days = {
            Person(row.workspace, row.id): row.closed_since
            for row in self._connection.execute(query)
        }
        return tuple(days.get(account) for account in accounts)
