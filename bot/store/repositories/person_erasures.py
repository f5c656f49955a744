"""The erasure of a person: their rows are deleted, but for what the data map says remains."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, delete, exists, or_, select
from sqlalchemy import update as update_rows

from bot.conversation import Person
from bot.domain.reachability import has_working_account
from bot.store.record_cache import RecordCache
from bot.store.repositories.named_persons import NamedPersons
from bot.store.repositories.team_slots import TeamSlots
from bot.store.schema import (
    chat_routes,
    close_notices,
    deliveries,
    linked_accounts,
    people,
    period_members,
    periods,
    roles,
    rosters,
)
from bot.store.upsert import upsert_row

_OWN_COLUMNS: tuple[Column[str], ...] = (
    people.c.id,
    deliveries.c.person,
    chat_routes.c.person,
    close_notices.c.person,
)
"""The columns with the person of rows that an erasure deletes."""

_IS_PERIOD_OPEN = exists().where(
    *(periods.c[name] == period_members.c[name] for name in ("ledger", "unit", "closes"))
)


class PersonErasures:
    """Repository that deletes what is stored about a person, in the caller's transaction.

    Debriefs are in sealed records: :class:`bot.store.repositories.withdrawals.Withdrawals` removes
    them. No key is a person's own, so none is destroyed. A repeated erasure changes nothing.
    """

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*, which contain the slots."""
        self._connection = connection
        self._slots = TeamSlots(connection, records)
        self._named_persons = NamedPersons(connection)

    def erase_present(self, accounts: Collection[Person]) -> None:
        """Erase a person who is still there: what the set-up declares stays the supervisor's.

        Their row of a role has no agreement any more, and with a role their messages are stopped.
        That an account cannot be on a list is stored for as long as it is on one.
        """
        marks = {account: self._load_mark(account) for account in accounts}
        for account in accounts:
            self._erase_own_rows(account)
            self._named_persons.erase_from_posts(account)
        is_joined = _matches_any(rosters, rosters.c.person, accounts) & ~rosters.c.declared
        self._connection.execute(delete(rosters).where(is_joined))
        self._erase_links_without_setup(accounts)
        for account, mark in marks.items():
            self._reset_setup_rows(account, mark)

    def erase_departed(self, accounts: Collection[Person]) -> None:
        """Erase a person who has left: lists, roles and links too, and their name in the history.

        The frozen lists of closed periods stay, as nobody may be in more tables of a year than are
        permitted, whoever returns.
        """
        for account in accounts:
            self._erase_own_rows(account)
            self._named_persons.erase(account)
        for table in (rosters, roles):
            is_theirs = _matches_any(table, table.c.person, accounts)
            self._connection.execute(delete(table).where(is_theirs))
        self._erase_links_without_setup(accounts)

    def _erase_own_rows(self, account: Person) -> None:
        self._slots.clear_slot(account)
        for column in _OWN_COLUMNS:
            is_theirs = _matches_any(column.table, column, [account])
            self._connection.execute(delete(column.table).where(is_theirs))

    def _erase_links_without_setup(self, accounts: Collection[Person]) -> None:
        """Take a person on no list off the lists of open periods, and one without a role unlinked.

        A person on a frozen list and on no team's list would be counted in a note to supervisors.
        """
        if self._has_rows(rosters, accounts):
            return
        is_member = _matches_any(period_members, period_members.c.person, accounts)
        self._connection.execute(delete(period_members).where(is_member, _IS_PERIOD_OPEN))
        if not self._has_rows(roles, accounts):
            is_linked = _matches_any(linked_accounts, linked_accounts.c.person, accounts)
            self._connection.execute(delete(linked_accounts).where(is_linked))

    def _reset_setup_rows(self, account: Person, mark: tuple[str, date | None]) -> None:
        """Reset what the person added to rows that the set-up declares, and store what it needs."""
        key_columns = {"workspace": account.workspace, "person": account.id}
        if self._has_rows(roles, [account]):
            is_role = _matches_any(roles, roles.c.person, [account])
            self._connection.execute(update_rows(roles).where(is_role).values(agreed=False))
            stopped = {"stopped": True, "day": None, "time": None}
            upsert_row(self._connection, close_notices, key_columns | stopped)
        reason, closed_since = mark
        if not has_working_account(reason) and self._has_rows(rosters, [account]):
            row = {"workspace": account.workspace, "id": account.id, "unreachable": reason}
            defaults = {"joined": False, "closed_since": closed_since}
            upsert_row(self._connection, people, row, defaults=defaults)

    def _load_mark(self, account: Person) -> tuple[str, date | None]:
        """Return why the person is unreachable, ``""`` if not, and since when an account closed."""
        query = select(people.c.unreachable, people.c.closed_since)
        row = self._connection.execute(
            query.where(_matches_any(people, people.c.id, [account]))
        ).one_or_none()
        return (row.unreachable, row.closed_since) if row else ("", None)

    def _has_rows(self, table: Table, accounts: Collection[Person]) -> bool:
        is_theirs = _matches_any(table, table.c.person, accounts)
        return bool(self._connection.scalar(select(exists().where(is_theirs))))


def _matches_any(
    table: Table, column: Column[str], accounts: Collection[Person]
) -> ColumnElement[bool]:
    """Match the rows of *table* whose *column* and workspace are those of one of *accounts*."""
    return or_(
        *(
            and_(table.c.workspace == account.workspace, column == account.id)
            for account in accounts
        )
    )
