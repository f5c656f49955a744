"""Main accounts of a workspace that is being purged: a linked account elsewhere takes their place.

What a person filed in another workspace's teams is under the token of their main account, and so
is the count of the tables they were in. Without a successor nobody could withdraw the one, and a
year's bound would forget the other.
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
    """Repository that hands a person's main account over to a linked one; repeatable."""

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._records = records.ledger_records
        self._links = LinkedAccounts(connection)
        self._periods = Periods(connection, records)

    def replace_mains(self, workspace: str, limit: int, now: datetime) -> int:
        """Replace some main accounts of *workspace*, which is being purged; return how many.

        0 after the last. The successor is the first linked account of another workspace; a person
        without one is left to the purge. Raises
        :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
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
        """Give the open debriefs of *main* to the first of *accounts*, in their workspaces.

        Where that one has filed by itself, before it was linked, those of *main* are withdrawn:
        together they could exceed the cap. All records are written, whoever filed.
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
        """Put *successor* on the frozen lists with *main*, but those of the purged workspace."""
        is_moved = and_(
            _is_member(main), not_(workspace_rows.is_row_of_unit(period_members, main.workspace))
        )
        rows = self._connection.execute(select(period_members).where(is_moved)).mappings()
        moved = [{**row, "workspace": successor.workspace, "person": successor.id} for row in rows]
        if moved:
            insert_missing_rows(self._connection, period_members, moved)
            self._connection.execute(delete(period_members).where(is_moved))

    def _relink(self, main: Person, accounts: Iterable[Person]) -> None:
        """Link *accounts* to the first of them, which is linked to nobody any more."""
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
