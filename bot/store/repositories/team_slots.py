"""Repository of the table ``team_record``: slots with unanswered counts and intentions.

A record is one encrypted row per team, with a slot per person. Changes go to the record cache of
the transaction, which encrypts and writes each changed record once, before the commit.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from functools import partial

from sqlalchemy import ColumnElement, Connection, bindparam, exists, func, select

from bot.conversation import Person
from bot.domain.checkins import team_slots
from bot.domain.checkins.team_slots import TeamRecord, TeamSlot
from bot.domain.counts import pseudonyms
from bot.store.keys.key_store import KeyStoreUnavailableError
from bot.store.record_cache import RecordCache
from bot.store.schema import people, rosters, team_records
from bot.store.sealed_records import OpenRecord

ChangeSlot = Callable[[TeamSlot], TeamSlot]
"""Callback that returns the changed slot, with the same token."""

MemberOf = tuple[Person, str]
"""A person and the id of their home team, the key of the record with their slot."""


_SELECT_HOME_TEAM = select(people.c.home_team).where(
    people.c.workspace == bindparam("workspace"), people.c.id == bindparam("person_id")
)
_COUNT_LISTED = (
    select(func.count()).select_from(rosters).where(rosters.c.team == bindparam("team_id"))
)
_SELECT_TEAM_IDS = (
    select(rosters.c.team)
    .where(rosters.c.team > bindparam("after"))
    .distinct()
    .order_by(rosters.c.team)
    .limit(bindparam("row_limit"))
)


class TeamSlots:
    """Repository of slots: one per person, in the record of the home team in their row.

    A person without a home team has no slot. The number of slots of a record follows from the
    team's roster, which only a set-up and joining change.
    """

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._records = records.team_records

    def get_slot(self, person: Person) -> TeamSlot | None:
        """Return the slot of *person*; ``None`` without a home team or a readable record."""
        return self.get_slot_in(person, self._find_home_team(person))

    def get_slot_in(self, person: Person, team_id: str) -> TeamSlot | None:
        """Return the slot of *person* in the record of *team_id*, their home team or ``""``."""
        (slot,) = self.list_slots([(person, team_id)])
        return slot

    def list_slots(self, members: Iterable[MemberOf]) -> list[TeamSlot | None]:
        """Return the slot of each of *members*, in their order; each record is decrypted once."""
        pairs = list(members)
        records = self._records.load_records(team_id for _, team_id in pairs if team_id)
        return [_find_slot(records.get(team_id), person) for person, team_id in pairs]

    def read_slot(self, person: Person, team_id: str, body: bytes | None) -> TeamSlot | None:
        """Return the slot of *person* in the encrypted *body*, which the caller has fetched."""
        self._records.add_body(team_id, body)
        return _find_slot(self._records.load_records([team_id]).get(team_id), person)

    def is_key_missing(self, person: Person) -> bool:
        """Whether the row with the slot of *person* exists, and the key store has no key for it.

        In a write transaction, loading such a record would replace it by an empty one. True also
        while the key store is unavailable, which is logged.
        """
        team_id = self._find_home_team(person)
        has_record = select(exists().where(team_records.c.team == team_id))
        try:
            return bool(self._connection.scalar(has_record)) and not self._records.has_key(team_id)
        except KeyStoreUnavailableError as error:
            self._records.mark_unavailable(error)
            return True

    def change_slot(self, person: Person, change: ChangeSlot) -> None:
        """Replace the slot of *person*, if any, by *change*; the record is rewritten anyway."""
        self.change_slots([(person, self._find_home_team(person))], change)

    def change_slots(self, members: Iterable[MemberOf], change: ChangeSlot) -> None:
        """Replace the slot of each of *members* that has one by the result of *change*."""
        self._change_each((member, change) for member in members)

    def change_recipients(self, is_recipient: ColumnElement[bool], change: ChangeSlot) -> None:
        """Replace the slots of the people whose rows match the condition *is_recipient*."""
        query = select(people.c.workspace, people.c.id, people.c.home_team).where(is_recipient)
        rows = self._connection.execute(query)
        self.change_slots(((Person(row.workspace, row.id), row.home_team) for row in rows), change)

    def subtract_counts(self, counts: Iterable[tuple[MemberOf, int]]) -> None:
        """Decrement the unanswered count of each member by a number, down to 0."""
        self._change_each(
            (member, partial(_add_to_count, difference=-count)) for member, count in counts
        )

    def ensure_slots(self, team_id: str) -> None:
        """Ensure that a team's record has a slot for each of its roster rows.

        Inserts a missing record with a key of its own, or grows it; idempotent. While the key store
        is unavailable nothing is written; the nightly duty retries.
        """
        listed_people = self._connection.scalar(_COUNT_LISTED, {"team_id": team_id}) or 0
        open_record = self._records.load_records([team_id]).get(team_id)
        if open_record is None:
            self._create_record(team_id, listed_people)
            return
        record = team_slots.grow_record(open_record.record, listed_people)
        if record != open_record.record:
            self._records.replace_record(team_id, record)

    def move_slot(self, person: Person, old_team_id: str, team_id: str) -> None:
        """Copy the slot's content to the record of *team_id*, under its token; clear the old one.

        Nothing changes if either slot is missing, or both teams are the same.
        """
        old_slot, slot = self.list_slots([(person, old_team_id), (person, team_id)])
        if old_slot and slot and old_team_id != team_id:
            self.change_slots([(person, team_id)], lambda slot: replace(old_slot, token=slot.token))
            self.clear_slots([(person, old_team_id)])

    def clear_slot(self, person: Person) -> None:
        """Reset the slot of *person*, if any, to its defaults: count 0, no intention."""
        self.change_slot(person, lambda slot: TeamSlot(slot.token))

    def clear_slots(self, members: Iterable[MemberOf]) -> None:
        """Reset the slots of *members* to their defaults: count 0, no intention."""
        self.change_slots(members, lambda slot: TeamSlot(slot.token))

    def list_team_ids(self, after: str, limit: int) -> tuple[str, ...]:
        """Return the next *limit* team ids with roster rows, after the id *after*, sorted."""
        parameters = {"after": after, "row_limit": limit}
        return tuple(self._connection.scalars(_SELECT_TEAM_IDS, parameters))

    def reseal_and_delete_expired(self, team_ids: Iterable[str], today: date) -> int:
        """Mark the records of *team_ids* as dirty, and delete intentions expired before *today*.

        Each is encrypted and written again, changed or not. Returns how many intentions were
        deleted.
        """
        deleted_count = 0
        for team_id, open_record in self._records.load_records(team_ids).items():
            record, expired_count = team_slots.delete_expired(open_record.record, today)
            self._records.replace_record(team_id, record)
            deleted_count += expired_count
        return deleted_count

    def count_lost_records(self) -> int:
        """Count the rows that cannot be decrypted, by loading all of them."""
        team_ids = list(self._connection.scalars(select(team_records.c.team)))
        return len(team_ids) - len(self._records.load_records(team_ids))

    def _create_record(self, team_id: str, listed_people: int) -> None:
        """Insert an empty record; if the key store is unavailable, log it once and do nothing."""
        if self._records.is_key_store_unavailable:
            return
        record = TeamRecord(team_slots.count_slots(listed_people))
        try:
            self._records.insert_record(team_id, lambda _token_key: record)
        except KeyStoreUnavailableError as error:
            self._records.mark_unavailable(error)

    def _find_home_team(self, person: Person) -> str:
        """Return the column ``home_team`` of *person*; ``""`` without a row."""
        parameters = {"workspace": person.workspace, "person_id": person.id}
        return self._connection.scalar(_SELECT_HOME_TEAM, parameters) or ""

    def _change_each(self, changes: Iterable[tuple[MemberOf, ChangeSlot]]) -> None:
        pairs = list(changes)
        open_records = self._records.load_records(team_id for (_, team_id), _ in pairs if team_id)
        records = {team_id: entry.record for team_id, entry in open_records.items()}
        for (person, team_id), change in pairs:
            slot = _find_slot(open_records.get(team_id), person)
            if slot:
                current = team_slots.find_slot(records[team_id], slot.token)
                records[team_id] = team_slots.replace_slot(records[team_id], change(current))
        for team_id, record in records.items():
            self._records.replace_record(team_id, record)


def add_to_count(difference: int) -> ChangeSlot:
    """Return the callback that adds *difference* to an unanswered count, within 0 to 6."""
    return partial(_add_to_count, difference=difference)


def unanswered_count_of(slot: TeamSlot | None) -> int:
    """Return the unanswered count in *slot*; 0 without a slot."""
    return slot.unanswered_count if slot else 0


def _add_to_count(slot: TeamSlot, difference: int) -> TeamSlot:
    return replace(slot, unanswered_count=max(0, slot.unanswered_count + difference))


def _find_slot(open_record: OpenRecord[TeamRecord] | None, person: Person) -> TeamSlot | None:
    if open_record is None:
        return None
    token = pseudonyms.derive_contributor_token(open_record.token_key, person)
    return team_slots.find_slot(open_record.record, token)
