"""Change a person's product id in every table, and their tokens in the encrypted records."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from enum import Enum

from sqlalchemy import Column, Connection, exists, select, update

from bot.conversation import Person
from bot.domain.counts import pseudonyms, slots
from bot.store.record_cache import RecordCache
from bot.store.repositories.named_persons import NamedPersons
from bot.store.repositories.periods import Periods
from bot.store.repositories.routes import ChatRoutes
from bot.store.repositories.team_slots import TeamSlots
from bot.store.schema import (
    chat_routes,
    close_notices,
    deliveries,
    linked_accounts,
    people,
    period_members,
    roles,
    rosters,
)

PERSON_COLUMNS: tuple[Column[str], ...] = (
    rosters.c.person,
    roles.c.person,
    close_notices.c.person,
    people.c.id,
    deliveries.c.person,
    period_members.c.person,
    linked_accounts.c.person,
    chat_routes.c.person,
)
"""The id columns of a person's own rows; the other part of the key is ``workspace``."""


class RenameStatus(Enum):
    """Result of the checks before a rename."""

    POSSIBLE = "possible"
    NOTHING_STORED = "nothing_stored"
    """No row has the former id: it was renamed before, or never used."""
    NEW_ID_IN_USE = "in_use"
    """Both ids have rows; a merge would lose or double-count data, so nothing is changed."""
    KEYS_MISSING = "keys_missing"
    """A record cannot be decrypted, so that its token or slot could not be changed."""


class PersonRenames:
    """Repository that changes the product id of a person, in the caller's transaction.

    Debriefs of open periods, the unanswered count and the intention are stored under tokens in
    encrypted records. They get the tokens of the new id, and the records of all open periods of the
    workspace are rewritten, whether or not the person has filed.
    """

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._records = records
        self._periods = Periods(connection, records)
        self._slots = TeamSlots(connection, records)
        self._named_persons = NamedPersons(connection)

    def find_status(self, old: Person, new: Person, now: datetime) -> RenameStatus:
        """Return the result of the checks for a rename of *old* to *new*, both of one workspace."""
        if not self._is_known(old):
            return RenameStatus.NOTHING_STORED
        if self._is_known(new):
            return RenameStatus.NEW_ID_IN_USE
        ledger_records = self._records.ledger_records
        periods = self._periods.list_open_in_workspaces([old.workspace], now)
        are_open = len(ledger_records.load_records(periods)) == len(set(periods))
        if not are_open or self._slots.is_key_missing(old):
            return RenameStatus.KEYS_MISSING
        return RenameStatus.POSSIBLE

    def rename(self, old: Person, new: Person, now: datetime) -> RenameStatus:
        """Rename *old* to *new* if the status is ``POSSIBLE``; else write nothing.

        Chat routes of *old* are deleted. A repeat returns ``NOTHING_STORED``.
        """
        status = self.find_status(old, new, now)
        if status is RenameStatus.POSSIBLE:
            self._move_debriefs(old, new, now)
            slot = self._slots.get_slot(old)
            self._slots.clear_slot(old)
            ChatRoutes(self._connection).delete_route(old)
            self._replace_ids(old, new)
            if slot:
                self._slots.change_slot(new, lambda empty: replace(slot, token=empty.token))
            self._named_persons.rename(old, new.id)
        return status

    def _move_debriefs(self, old: Person, new: Person, now: datetime) -> None:
        ledger_records = self._records.ledger_records
        periods = self._periods.list_open_in_workspaces([old.workspace], now)
        for period, open_record in ledger_records.load_records(periods).items():
            old_token, new_token = (
                pseudonyms.derive_contributor_token(open_record.token_key, person)
                for person in (old, new)
            )
            record = slots.replace_token(open_record.record, old_token, new_token)
            ledger_records.replace_record(period, record)

    def _replace_ids(self, old: Person, new: Person) -> None:
        """UPDATE the id in every table; clear the columns that are about the former account."""
        for column in PERSON_COLUMNS:
            in_workspace = column.table.c.workspace == old.workspace
            change = update(column.table).where(in_workspace, column == old.id)
            self._connection.execute(change.values({column: new.id}))
        is_main = (linked_accounts.c.same_workspace == old.workspace) & (
            linked_accounts.c.same_person == old.id
        )
        self._connection.execute(update(linked_accounts).where(is_main).values(same_person=new.id))
        is_row = (people.c.workspace == new.workspace) & (people.c.id == new.id)
        self._connection.execute(
            update(people).where(is_row).values(unreachable="", closed_since=None)
        )

    def _is_known(self, person: Person) -> bool:
        """Return whether *person* has a row of their own, or is the main account of a link."""
        columns: Iterable[Column[str]] = (*PERSON_COLUMNS, linked_accounts.c.same_person)
        return any(
            self._connection.scalar(
                select(
                    exists().where(
                        column.table.c.workspace == person.workspace, column == person.id
                    )
                )
            )
            for column in columns
        )
