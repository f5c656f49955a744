"""Accounts of the people of whom anything is stored, and which of them may be on no list."""

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
"""The columns with the people of lists, of roles and of rows of their own."""


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
        """Record that the account of a person who did not join cannot be on a list.

        Returns ``True`` when it was not recorded. Nothing is stored about a person on no list,
        without a role and without a row, nor of another organisation's person on no list.
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
    """Select the next people of all columns, each with a channel of theirs, ``""`` without one."""
    queries = (_build_account_query(column, is_first=is_first) for column in _PERSON_COLUMNS)
    accounts = union_all(*(select(query.subquery()) for query in queries)).subquery()
    key = (accounts.c.workspace, accounts.c.person)
    channel = func.coalesce(func.min(accounts.c.channel), "")
    return select(*key, channel).group_by(*key).order_by(*key).limit(bindparam("row_limit"))


def _build_account_query(column: Column[str], *, is_first: bool) -> Select[Any]:
    """Select the next people of *column* past the last one, with a channel of theirs, if any.

    Each of the three queries is limited, so that a listing in batches reads every row once.
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
