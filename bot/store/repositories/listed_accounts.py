"""Accounts of the people on teams' lists, and which of them may be on none."""

from sqlalchemy import Connection, exists, func, select, tuple_

from bot.conversation import Person
from bot.domain.reachability import merge_unreachable_reasons
from bot.store.schema import people, rosters, teams, workspaces
from bot.store.upsert import upsert_row

_IS_LIST_SUSPENDED = exists().where(
    workspaces.c.id == rosters.c.workspace, workspaces.c.suspended != ""
)


class ListedAccounts:
    """Repository of the accounts on lists, whether or not their people joined."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def list_accounts(self, after: Person | None, limit: int) -> tuple[tuple[Person, str], ...]:
        """Return the next *limit* people on a list past *after*, reachable or not, by person.

        Each with the channel of a team on whose list they are. Those of a suspended workspace are
        left out.
        """
        query = select(rosters.c.workspace, rosters.c.person, func.min(teams.c.channel))
        query = query.join(teams, teams.c.id == rosters.c.team).where(~_IS_LIST_SUSPENDED)
        if after:
            query = query.where(
                tuple_(rosters.c.workspace, rosters.c.person) > tuple_(after.workspace, after.id)
            )
        query = query.group_by(rosters.c.workspace, rosters.c.person)
        query = query.order_by(rosters.c.workspace, rosters.c.person).limit(limit)
        return tuple(
            (Person(workspace, person_id), channel)
            for workspace, person_id, channel in self._connection.execute(query)
        )

    def mark_account(self, person: Person, reason: str) -> bool:
        """Record that the account of a person who is on a list, and did not join, cannot be.

        Returns ``True`` when it was not recorded. Nothing is stored about a person on no list.
        """
        is_listed = exists().where(
            rosters.c.workspace == person.workspace, rosters.c.person == person.id
        )
        is_row = (people.c.workspace == person.workspace) & (people.c.id == person.id)
        current = self._connection.scalar(select(people.c.unreachable).where(is_row)) or ""
        merged = merge_unreachable_reasons(current, reason)
        if merged == current or not self._connection.scalar(select(is_listed)):
            return False
        row = {"workspace": person.workspace, "id": person.id, "unreachable": merged}
        upsert_row(self._connection, people, row, defaults={"joined": False})
        return True
