"""Rename a person: everything stored under a former product id goes on under the new one."""

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
"""The columns with a person's own rows, whose workspace is in the column ``workspace``."""


class RenameStatus(Enum):
    """Whether a person can be renamed."""

    POSSIBLE = "possible"
    NOTHING_STORED = "nothing_stored"
    """Nothing is stored under the former id: it was renamed before, or was never used."""
    NEW_ID_IN_USE = "in_use"
    """Something is stored under both ids, and neither may be lost or counted twice."""
    KEYS_MISSING = "keys_missing"
    """A sealed record cannot be opened, so that what is in it would stay behind."""


class PersonRenames:
    """Repository that changes the product id of a person, in the caller's transaction.

    Debriefs of open periods, the unanswered count and the intention are under pseudonyms in
    sealed records: they get the pseudonyms of the new id, and each record of the workspace is
    written again, whoever filed in it.
    """

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._records = records
        self._periods = Periods(connection, records)
        self._slots = TeamSlots(connection, records)
        self._named_persons = NamedPersons(connection)

    def find_status(self, old: Person, new: Person, now: datetime) -> RenameStatus:
        """Return whether *old* can be renamed to *new*, both of one workspace."""
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
        """Rename *old* to *new* where that is possible; else nothing changes."""
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
        """Change the id in every row; whether the former account was found closed is dropped."""
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
        """Return whether anything is stored about *person*, other than that somebody named them."""
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
