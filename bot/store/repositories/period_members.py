"""Frozen lists: who was on a unit's list when its period opened, or was added in its first week.

A row is written by the opening of a period or by a change of a list, never because of a filing,
and stays after the close: how many tables a person can be in is computed from these rows.
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
    """A person on a team's list; declared by its set-up, else joined by themselves."""

    person: Person
    is_declared: bool


class PeriodMembers:
    """Repository of the frozen lists of open and closed periods."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def insert_members(self, period: Period, persons: Iterable[Person]) -> int:
        """Add *persons* to the frozen list of *period*; return how many were not on it."""
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
        """Return the people on the frozen list of *period*, in order."""
        return tuple(starmap(Person, self._connection.execute(SELECT_MEMBERS, period.row_key)))

    def load_unreachable_reasons(self, period: Period) -> dict[Person, str]:
        """Return why each person on the frozen list is unreachable, ``""`` for those who are not.

        A person of whom nothing is stored has never been found to be unreachable.
        """
        rows = self._connection.execute(SELECT_REASONS, period.row_key)
        return {Person(workspace, person): reason for workspace, person, reason in rows}

    def list_countable(
        self, team_id: str, ledger: str, opens: date, units: Iterable[str]
    ) -> tuple[ListedPerson, ...]:
        """Return the people of a team who can be on the list of a period from *opens*.

        Those on the team's list whose home team it is, except accounts that do not work, linked
        accounts, whose main account is counted, and people whom *ledger* counts until later in a
        unit not of *units*.
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
        """Count the declared people who can be counted in the team's own unit or in its *pool*."""
        units = (team_unit_key(team_id), pool)
        listed = self.list_countable(team_id, ledger, opens, units)
        return sum(person.is_declared for person in listed)

    def _list_frozen_elsewhere(
        self, team_id: str, ledger: str, opens: date, units: Iterable[str]
    ) -> frozenset[Person]:
        """Return who of a team's list is on another unit's list in a period past *opens*."""
        parameters = {"team": team_id, "ledger": ledger, "opens": opens, "units": list(units)}
        rows = self._connection.execute(SELECT_FROZEN_ELSEWHERE, parameters)
        return frozenset(starmap(Person, rows))

    def has_rows(self, person: Person) -> bool:
        """Whether *person* is on a list of an open period, or was on one of the last 53 weeks."""
        parameters = {"workspace": person.workspace, "person_id": person.id}
        return bool(self._connection.scalar(_SELECT_HAS_ROWS, parameters))

    def delete_closed_before(self, day: date) -> int:
        """Delete the lists of periods that closed before *day*; return the number of rows."""
        return self._connection.execute(_DELETE_CLOSED, {"first_day": day}).rowcount


_DELETE_CLOSED = delete(period_members).where(period_members.c.closes < bindparam("first_day"))
_SELECT_HAS_ROWS = select(
    exists().where(
        period_members.c.workspace == bindparam("workspace"),
        period_members.c.person == bindparam("person_id"),
    )
)
