"""Replace the main account of linked accounts, during the purge of its workspace.

Tokens and frozen lists in the teams of other workspaces refer to the main account. Without a
replacement these debriefs could not be withdrawn, and the yearly exposure limit would not count
these rows.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, not_, select, update

from bot.conversation import Person
from bot.domain.counts import pseudonyms, slots
from bot.store import workspace_keys, workspace_rows
from bot.store.keys.key_store import KeyStoreUnavailableError
from bot.store.record_cache import RecordCache
from bot.store.repositories.linked_accounts import LinkedAccounts
from bot.store.repositories.periods import Periods
from bot.store.schema import linked_accounts, period_members
from bot.store.upsert import insert_missing_rows


class MainAccounts:
    """Replaces main accounts by linked accounts in links, frozen lists and records; idempotent."""

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._records = records.ledger_records
        self._links = LinkedAccounts(connection)
        self._periods = Periods(connection, records)

    def replace_mains(self, workspace: str, limit: int, now: datetime) -> int:
        """Replace a batch of at most *limit* main accounts of *workspace*; return how many.

        Returns 0 when none is left, and if the workspace is not being purged. The successor is the
        first linked account, sorted, of another workspace; a person without one is skipped. Raises
        :class:`bot.store.keys.key_store.KeyStoreUnavailableError`, which rolls back the batch.
        """
        if not workspace_keys.is_purging(self._connection, workspace):
            return 0
        accounts_by_main: dict[Person, list[Person]] = {}
        for account, main in sorted(self._links.list_links().items()):
            if main.workspace == workspace != account.workspace:
                accounts_by_main.setdefault(main, []).append(account)
        replaced = list(accounts_by_main.items())[:limit]
        for main, accounts in replaced:
            self._move_debriefs(main, accounts, now)
            self._move_memberships(main, accounts[0])
            self._relink(main, accounts)
        return len(replaced)

    def _move_debriefs(self, main: Person, accounts: Iterable[Person], now: datetime) -> None:
        """Move the debriefs under *main*'s token to that of the first account, in open records.

        If that account has debriefs of its own, from before it was linked, those of *main* are
        deleted: together they could exceed the cap. The records of all open periods in the
        workspaces of *accounts* are rewritten, whether or not they changed.
        """
        successor, *_ = accounts
        workspaces = {account.workspace for account in accounts}
        periods = self._periods.list_open_in_workspaces(workspaces, now)
        records = self._records.load_records(periods)
        if self._records.is_key_store_unavailable:
            raise KeyStoreUnavailableError("the keys of open periods cannot be read now")
        for period, open_record in records.items():
            old_token, new_token = (
                pseudonyms.derive_contributor_token(open_record.token_key, person)
                for person in (main, successor)
            )
            record = slots.hand_over_debriefs(open_record.record, old_token, new_token)
            self._records.replace_record(period, record)

    def _move_memberships(self, main: Person, successor: Person) -> None:
        """Replace *main* by *successor* in the frozen lists of other workspaces' units.

        A row that exists for *successor* already is unchanged; that of *main* is deleted.
        """
        is_moved = and_(
            _is_member(main), not_(workspace_rows.is_row_of_unit(period_members, main.workspace))
        )
        rows = self._connection.execute(select(period_members).where(is_moved)).mappings()
        moved = [{**row, "workspace": successor.workspace, "person": successor.id} for row in rows]
        if moved:
            insert_missing_rows(self._connection, period_members, moved)
            self._connection.execute(delete(period_members).where(is_moved))

    def _relink(self, main: Person, accounts: Iterable[Person]) -> None:
        """Delete the link of the first of *accounts*, and update the others to link to it."""
        successor, *others = accounts
        self._connection.execute(delete(linked_accounts).where(_is_linked(successor)))
        for account in others:
            change = update(linked_accounts).where(_is_linked(account))
            self._connection.execute(
                change.values(same_workspace=successor.workspace, same_person=successor.id)
            )


def _is_member(person: Person) -> ColumnElement[bool]:
    return and_(
        period_members.c.workspace == person.workspace, period_members.c.person == person.id
    )


def _is_linked(account: Person) -> ColumnElement[bool]:
    return and_(
        linked_accounts.c.workspace == account.workspace, linked_accounts.c.person == account.id
    )
