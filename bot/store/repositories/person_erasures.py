"""The erasure of a person: their rows are deleted, but for what the data map says remains."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, delete, exists, or_, select
from sqlalchemy import update as update_rows

from bot.conversation import Person
from bot.domain.reachability import has_working_account
from bot.store.record_cache import RecordCache
from bot.store.repositories.column_codecs import to_unix_seconds
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

_IS_IN_PERIOD = and_(
    *(periods.c[name] == period_members.c[name] for name in ("ledger", "unit", "closes"))
)

_IS_UNCLOSED = exists().where(_IS_IN_PERIOD)
"""The period of a row of a frozen list has no table yet, also where it has ended."""


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
        That an account cannot be on a list is stored for as long as it is on one. Frozen lists
        stay, as without a row a period could be withheld for having too few people; nobody is
        told, so no note counts who is on no team's list by the erasure.
        """
        marks = {account: self._load_mark(account) for account in accounts}
        for account in accounts:
            self._erase_own_rows(account)
            self._named_persons.erase_from_posts(account)
        is_joined = _matches_any(rosters, rosters.c.person, accounts) & ~rosters.c.declared
        joined_count = self._connection.execute(delete(rosters).where(is_joined)).rowcount
        if joined_count and not self._has_rows(rosters, accounts):
            self._leave_out_of_notes(accounts)
        self._erase_unneeded_links(accounts)
        for account in accounts:
            self._reset_role_rows(account)
        self._restore_marks(marks)

    def erase_departed(
        self, accounts: Collection[Person], now: datetime, *, is_key_lost: bool
    ) -> None:
        """Erase a person who has left: lists, roles and links too, and their name in the history.

        The frozen lists of ended periods stay, as nobody may be in more tables of a year than are
        permitted, whoever returns. Those of open ones stay where *is_key_lost*: what was filed
        could not be deleted, and is published if the key is found. From the others the person
        goes, as who has left does not count for the size of a table.
        """
        marks = {account: self._load_mark(account) for account in accounts}
        for account in accounts:
            self._erase_own_rows(account)
            self._named_persons.erase(account)
        for table in (rosters, roles):
            is_theirs = _matches_any(table, table.c.person, accounts)
            self._connection.execute(delete(table).where(is_theirs))
        if not is_key_lost:
            is_member = _matches_any(period_members, period_members.c.person, accounts)
            is_open = exists().where(_IS_IN_PERIOD, periods.c.closes_at > to_unix_seconds(now))
            self._connection.execute(delete(period_members).where(is_member, is_open))
        self._leave_out_of_notes(accounts)
        self._erase_unneeded_links(accounts)
        self._restore_marks(marks)

    def _erase_own_rows(self, account: Person) -> None:
        self._slots.clear_slot(account)
        for column in _OWN_COLUMNS:
            is_theirs = _matches_any(column.table, column, [account])
            self._connection.execute(delete(column.table).where(is_theirs))

    def _leave_out_of_notes(self, accounts: Collection[Person]) -> None:
        """Mark the person's rows of periods that are not closed: no note counts them."""
        is_member = _matches_any(period_members, period_members.c.person, accounts)
        change = update_rows(period_members).where(is_member, _IS_UNCLOSED)
        self._connection.execute(change.values(erased=True))

    def _erase_unneeded_links(self, accounts: Collection[Person]) -> None:
        """Unlink the accounts of a person without a role and on no list, present or frozen.

        By the links the tables of all accounts count against one yearly bound.
        """
        if not any(self._has_rows(table, accounts) for table in (rosters, roles, period_members)):
            is_linked = _matches_any(linked_accounts, linked_accounts.c.person, accounts)
            self._connection.execute(delete(linked_accounts).where(is_linked))

    def _reset_role_rows(self, account: Person) -> None:
        """Take back the person's agreement, and stop their messages, if they have a role."""
        if self._has_rows(roles, [account]):
            is_role = _matches_any(roles, roles.c.person, [account])
            self._connection.execute(update_rows(roles).where(is_role).values(agreed=False))
            row = {"workspace": account.workspace, "person": account.id, "stopped": True}
            upsert_row(self._connection, close_notices, row | {"day": None, "time": None})

    def _restore_marks(self, marks: Mapping[Person, tuple[str, date | None]]) -> None:
        """Store again which accounts do not count for the size of a team or a table."""
        for account, (reason, closed_since) in marks.items():
            is_member = _matches_any(period_members, period_members.c.person, [account])
            is_counted = self._has_rows(rosters, [account]) or self._connection.scalar(
                select(exists().where(is_member, _IS_UNCLOSED))
            )
            if is_counted and not has_working_account(reason):
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
