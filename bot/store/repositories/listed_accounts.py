"""Accounts of the people of whom anything is stored, and which of them may be on no list."""

from sqlalchemy import (
    Connection,
    String,
    exists,
    func,
    null,
    or_,
    select,
    tuple_,
    type_coerce,
    union,
)

from bot.conversation import Person
from bot.domain.reachability import is_deactivated, merge_unreachable_reasons
from bot.store.schema import people, roles, rosters, teams, workspaces
from bot.store.upsert import upsert_row

_ACCOUNTS = union(
    *(
        select(table.c.workspace, table.c.person, teams.c.channel).join(
            teams, teams.c.id == table.c.team
        )
        for table in (rosters, roles)
    ),
    select(people.c.workspace, people.c.id, type_coerce(null(), String)),
).subquery()
"""Each account with a channel of each of its teams, and without one where it has a row."""

_IS_SUSPENDED = exists().where(
    workspaces.c.id == _ACCOUNTS.c.workspace, workspaces.c.suspended != ""
)


class ListedAccounts:
    """Repository of the accounts on lists, with a role or with a row, joined or not."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def list_accounts(self, after: Person | None, limit: int) -> tuple[tuple[Person, str], ...]:
        """Return the next *limit* people past *after*, reachable or not, by person.

        Each with the channel of a team of theirs, ``""`` without one. Those of a suspended
        workspace are left out.
        """
        key = (_ACCOUNTS.c.workspace, _ACCOUNTS.c.person)
        channel = func.coalesce(func.min(_ACCOUNTS.c.channel), "")
        query = select(*key, channel).where(~_IS_SUSPENDED)
        if after:
            query = query.where(tuple_(*key) > tuple_(after.workspace, after.id))
        query = query.group_by(*key).order_by(*key).limit(limit)
        return tuple(
            (Person(workspace, person_id), channel)
            for workspace, person_id, channel in self._connection.execute(query)
        )

    def mark_account(self, person: Person, reason: str) -> bool:
        """Record that the account of a person who did not join cannot be on a list.

        Returns ``True`` when it was not recorded. Nothing is stored about a person on no list,
        without a role and without a row, nor of another organisation's person on no list.
        """
        columns = (rosters.c.person, roles.c.person, people.c.id)
        is_known = or_(
            *(
                exists().where(column.table.c.workspace == person.workspace, column == person.id)
                for column in (columns if is_deactivated(reason) else columns[:1])
            )
        )
        is_row = (people.c.workspace == person.workspace) & (people.c.id == person.id)
        current = self._connection.scalar(select(people.c.unreachable).where(is_row)) or ""
        merged = merge_unreachable_reasons(current, reason)
        if merged == current or not self._connection.scalar(select(is_known)):
            return False
        row = {"workspace": person.workspace, "id": person.id, "unreachable": merged}
        upsert_row(self._connection, people, row, defaults={"joined": False})
        return True
