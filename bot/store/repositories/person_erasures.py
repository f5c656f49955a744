"""Erasure of a person: delete their rows, except those that the data map declares as retained."""

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
"""Id columns of the tables from which an erasure deletes the person's rows."""

_IS_IN_PERIOD = and_(
    *(periods.c[name] == period_members.c[name] for name in ("ledger", "unit", "closes"))
)

_IS_UNCLOSED = exists().where(_IS_IN_PERIOD)
"""Condition that the period of a ``period_member`` row is not closed, whether or not it ended."""


class PersonErasures:
    """Repository that deletes a person's rows, in the caller's transaction; idempotent.

    Debriefs in encrypted records are deleted by
    :class:`bot.store.repositories.withdrawals.Withdrawals`. No encryption key belongs to one
    person, so none is destroyed.
    """

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*, which contain the slots."""
        self._connection = connection
        self._slots = TeamSlots(connection, records)
        self._named_persons = NamedPersons(connection)

    def erase_present(self, accounts: Collection[Person]) -> None:
        """Delete the rows of a person who is still a member; declared roster rows remain.

        Role rows remain, with ``agreed`` cleared, and their close notices are stopped. The reason
        why an account does not work is stored again while it is on a list. Rows of frozen lists
        remain, since a period with too few people is withheld; they are marked as ``erased`` if
        the person has no roster row any more, so that no note counts them.
        """
        unreachable_states = {
            account: self._load_unreachable_state(account) for account in accounts
        }
        for account in accounts:
            self._erase_own_rows(account)
            self._named_persons.erase_from_posts(account)
        is_joined = _matches_any(rosters, rosters.c.person, accounts) & ~rosters.c.declared
        joined_count = self._connection.execute(delete(rosters).where(is_joined)).rowcount
        if joined_count and not self._has_rows(rosters, accounts):
            self._exclude_from_notes(accounts)
        self._erase_unneeded_links(accounts)
        for account in accounts:
            self._reset_role_rows(account)
        self._restore_unreachable_states(unreachable_states)

    def erase_departed(
        self, accounts: Collection[Person], now: datetime, *, is_key_lost: bool
    ) -> None:
        """Delete the rows of a person who has left: also lists, roles, links and trail entries.

        In the audit trail and undo copies the id is replaced or the row deleted. Frozen list rows
        of ended periods remain, since the yearly exposure limit must count them if the person
        returns. Those of open periods are deleted, so that the person does not count for the size
        of a table; except with *is_key_lost*, where the debriefs could not be deleted and would be
        published if the key is restored.
        """
        unreachable_states = {
            account: self._load_unreachable_state(account) for account in accounts
        }
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
        self._exclude_from_notes(accounts)
        self._erase_unneeded_links(accounts)
        self._restore_unreachable_states(unreachable_states)

    def _erase_own_rows(self, account: Person) -> None:
        self._slots.clear_slot(account)
        for column in _OWN_COLUMNS:
            is_theirs = _matches_any(column.table, column, [account])
            self._connection.execute(delete(column.table).where(is_theirs))

    def _exclude_from_notes(self, accounts: Collection[Person]) -> None:
        """Set ``erased`` in the rows of periods that are not closed: no note counts them."""
        is_member = _matches_any(period_members, period_members.c.person, accounts)
        change = update_rows(period_members).where(is_member, _IS_UNCLOSED)
        self._connection.execute(change.values(erased=True))

    def _erase_unneeded_links(self, accounts: Collection[Person]) -> None:
        """Delete the links of a person without a row in ``roster``, ``role`` or ``period_member``.

        With such a row the links remain: the exposure of all accounts counts against one limit.
        """
        if not any(self._has_rows(table, accounts) for table in (rosters, roles, period_members)):
            is_linked = _matches_any(linked_accounts, linked_accounts.c.person, accounts)
            self._connection.execute(delete(linked_accounts).where(is_linked))

    def _reset_role_rows(self, account: Person) -> None:
        """Clear ``agreed``, and upsert a stopped close notice, if the account has a role row."""
        if self._has_rows(roles, [account]):
            is_role = _matches_any(roles, roles.c.person, [account])
            self._connection.execute(update_rows(roles).where(is_role).values(agreed=False))
            row = {"workspace": account.workspace, "person": account.id, "stopped": True}
            upsert_row(self._connection, close_notices, row | {"day": None, "time": None})

    def _restore_unreachable_states(
        self, unreachable_states: Mapping[Person, tuple[str, date | None]]
    ) -> None:
        """Upsert ``unreachable`` and ``closed_since`` of accounts that do not work, if on a list.

        Such an account must not count for the size of a team or a table.
        """
        for account, (reason, closed_since) in unreachable_states.items():
            is_member = _matches_any(period_members, period_members.c.person, [account])
            is_counted = self._has_rows(rosters, [account]) or self._connection.scalar(
                select(exists().where(is_member, _IS_UNCLOSED))
            )
            if is_counted and not has_working_account(reason):
                row = {"workspace": account.workspace, "id": account.id, "unreachable": reason}
                defaults = {"joined": False, "closed_since": closed_since}
                upsert_row(self._connection, people, row, defaults=defaults)

    def _load_unreachable_state(self, account: Person) -> tuple[str, date | None]:
        """Return the columns ``unreachable`` and ``closed_since``; ``("", None)`` without a row."""
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
    """Return the SQL condition that workspace and *column* are those of one of *accounts*."""
    return or_(
        *(
            and_(table.c.workspace == account.workspace, column == account.id)
            for account in accounts
        )
    )
