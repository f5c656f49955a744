"""Repository of the table ``period_member``: the frozen list of each period.

A row is inserted when a period opens, or when a list changes in its first week, never because of a
filing. It remains after the close: the yearly exposure limit is computed from these rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import starmap

from sqlalchemy import Connection, bindparam, delete, exists, select

from bot.conversation import Person
from bot.domain.reachability import has_working_account
from bot.store.period import Period
from bot.store.repositories.column_codecs import team_unit_key
from bot.store.repositories.period_member_queries import (
    SELECT_FROZEN_ELSEWHERE,
    SELECT_LISTED,
    SELECT_MEMBERS,
    SELECT_REASONS,
)
from bot.store.schema import period_members
from bot.store.upsert import insert_missing_rows


@dataclass(frozen=True)
class ListedPerson:
    """A roster row: a person, declared by the set-up or joined by themselves."""

    person: Person
    is_declared: bool


class PeriodMembers:
    """Repository of the frozen lists of open and closed periods."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def insert_members(self, period: Period, persons: Iterable[Person]) -> int:
        """Insert the missing rows of *persons* in the list of *period*; return how many."""
        rows = [
            {
                **period.row_key,
                "workspace": person.workspace,
                "person": person.id,
                "epsilon": str(period.terms.epsilon),
            }
            for person in sorted(set(persons))
        ]
        return insert_missing_rows(self._connection, period_members, rows) if rows else 0

    def list_members(self, period: Period) -> tuple[Person, ...]:
        """Return the persons in the list of *period*, sorted by workspace and id."""
        return tuple(starmap(Person, self._connection.execute(SELECT_MEMBERS, period.row_key)))

    def load_unreachable_reasons(self, period: Period) -> dict[Person, str]:
        """Return a dict of the column ``unreachable`` by person in the list of *period*.

        The default is ``""``, also for a person without a row in ``person``.
        """
        rows = self._connection.execute(SELECT_REASONS, period.row_key)
        return {Person(workspace, person): reason for workspace, person, reason in rows}

    def list_countable(
        self, team_id: str, ledger: str, opens: date, units: Iterable[str]
    ) -> tuple[ListedPerson, ...]:
        """Return the roster rows of a team that can be in the list of a period from *opens*.

        Only people whose home team it is. Excluded are accounts that do not work, linked accounts,
        since their main account counts, and people in the list of a period of *ledger* that closes
        after *opens*, of a unit that is not in *units*.
        """
        listed = {
            Person(row.workspace, row.person): row.declared
            for row in self._connection.execute(SELECT_LISTED, {"team": team_id})
            if has_working_account(row.reason)
        }
        frozen = self._list_frozen_elsewhere(team_id, ledger, opens, units)
        return tuple(
            ListedPerson(person, is_declared)
            for person, is_declared in listed.items()
            if person not in frozen
        )

    def count_declared(self, team_id: str, ledger: str, opens: date, pool: str) -> int:
        """Count the declared people of :meth:`list_countable` for the own unit and the *pool*."""
        units = (team_unit_key(team_id), pool)
        listed = self.list_countable(team_id, ledger, opens, units)
        return sum(person.is_declared for person in listed)

    def _list_frozen_elsewhere(
        self, team_id: str, ledger: str, opens: date, units: Iterable[str]
    ) -> frozenset[Person]:
        """Return the people of a roster in a list of another unit that closes after *opens*."""
        parameters = {"team": team_id, "ledger": ledger, "opens": opens, "units": list(units)}
        rows = self._connection.execute(SELECT_FROZEN_ELSEWHERE, parameters)
        return frozenset(starmap(Person, rows))

    def has_rows(self, person: Person) -> bool:
        """Whether *person* has a row: in an open period, or one closed within 53 weeks."""
        parameters = {"workspace": person.workspace, "person_id": person.id}
        return bool(self._connection.scalar(_SELECT_HAS_ROWS, parameters))

    def delete_closed_before(self, day: date) -> int:
        """Delete the rows of periods with a closing day before *day*; return how many."""
        return self._connection.execute(_DELETE_CLOSED, {"first_day": day}).rowcount


_DELETE_CLOSED = delete(period_members).where(period_members.c.closes < bindparam("first_day"))
_SELECT_HAS_ROWS = select(
    exists().where(
        period_members.c.workspace == bindparam("workspace"),
        period_members.c.person == bindparam("person_id"),
    )
)
