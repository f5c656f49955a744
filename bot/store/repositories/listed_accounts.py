"""List the accounts in ``roster``, ``role`` and ``person``, and mark those that do not work."""

from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Select,
    String,
    bindparam,
    cast,
    exists,
    func,
    null,
    or_,
    select,
    tuple_,
    union_all,
)

from bot.conversation import Person
from bot.domain.reachability import is_deactivated, merge_unreachable_reasons
from bot.store.schema import people, roles, rosters, teams, workspaces
from bot.store.upsert import upsert_row

_PERSON_COLUMNS = (rosters.c.person, roles.c.person, people.c.id)
"""Id columns of the three tables; the other part of the key is ``workspace``."""


class ListedAccounts:
    """Repository of accounts with a row in one of the three tables, joined or not."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def list_accounts(self, after: Person | None, limit: int) -> tuple[tuple[Person, str], ...]:
        """Return the next *limit* people after the key *after*, sorted: keyset pagination.

        Each is a pair with the channel of one of their teams, ``""`` without one. People of a
        suspended workspace are excluded, unreachable ones are not.
        """
        query = _SELECT_FIRST_ACCOUNTS
        parameters: dict[str, int | str] = {"row_limit": limit}
        if after:
            query = _SELECT_NEXT_ACCOUNTS
            parameters |= {"last_workspace": after.workspace, "last_person": after.id}
        return tuple(
            (Person(workspace, person_id), channel)
            for workspace, person_id, channel in self._connection.execute(query, parameters)
        )

    def mark_account(self, person: Person, reason: str) -> bool:
        """Upsert ``unreachable`` for a person who has not joined and cannot be on a list.

        Returns ``True`` if the column changed. Nothing is written about a person without a row in
        the three tables, or, unless *reason* is a deactivation, without a roster row.
        """
        is_known = or_(
            *(
                exists().where(column.table.c.workspace == person.workspace, column == person.id)
                for column in (_PERSON_COLUMNS if is_deactivated(reason) else _PERSON_COLUMNS[:1])
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


def _build_accounts_query(*, is_first: bool) -> Select[Any]:
    """Return a UNION ALL of the three queries, grouped by person, with a channel or ``""``."""
    queries = (_build_account_query(column, is_first=is_first) for column in _PERSON_COLUMNS)
    accounts = union_all(*(select(query.subquery()) for query in queries)).subquery()
    key = (accounts.c.workspace, accounts.c.person)
    channel = func.coalesce(func.min(accounts.c.channel), "")
    return select(*key, channel).group_by(*key).order_by(*key).limit(bindparam("row_limit"))


def _build_account_query(column: Column[str], *, is_first: bool) -> Select[Any]:
    """Return the query of the next people of *column* after the cursor, with a channel, if any.

    Each of the three queries has a LIMIT of its own, so that the pages together read a row once.
    """
    workspace = column.table.c.workspace
    is_suspended = exists().where(workspaces.c.id == workspace, workspaces.c.suspended != "")
    has_team = "team" in column.table.c
    channel = func.min(teams.c.channel) if has_team else cast(null(), String)
    query = select(workspace, column.label("person"), channel.label("channel"))
    query = query.where(~is_suspended)
    if has_team:
        query = query.join(teams, teams.c.id == column.table.c.team).group_by(workspace, column)
    if not is_first:
        last_key = tuple_(
            bindparam("last_workspace", type_=String), bindparam("last_person", type_=String)
        )
        query = query.where(tuple_(workspace, column) > last_key)
    return query.order_by(workspace, column).limit(bindparam("row_limit"))


_SELECT_FIRST_ACCOUNTS = _build_accounts_query(is_first=True)
_SELECT_NEXT_ACCOUNTS = _build_accounts_query(is_first=False)
