"""Repository of the table ``person``: profiles, preferences, membership and reachability."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    func,
    select,
    update,
)

from bot.conversation import Person
from bot.domain.calendar import WeeklyRule, is_known_zone
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Clinician, ClinicianProfile
from bot.domain.reachability import merge_unreachable_reasons
from bot.store.record_cache import RecordCache
from bot.store.repositories import column_codecs, member_pages
from bot.store.repositories.deliveries import Deliveries
from bot.store.repositories.roster_moves import move_to_roster
from bot.store.repositories.routes import ChatRoutes
from bot.store.repositories.team_slots import TeamSlots, unanswered_count_of
from bot.store.schema import people, team_records
from bot.store.upsert import upsert_row

_MAX_LOCALE_CHARACTERS = 20
_MAX_REASON_CHARACTERS = 60

_ROLE_KINDS = (DeliveryKind.CLOSE_NOTICE,)
"""Kinds of deliveries that depend on a role, and are not withdrawn with the check-ins."""

_SELECT_PERSON = (
    select(people, team_records.c.body)
    .outerjoin(team_records, team_records.c.team == people.c.home_team)
    .where(people.c.workspace == bindparam("workspace"), people.c.id == bindparam("person_id"))
)


class People:
    """Repository of clinicians, by the primary key workspace and id.

    A person who never joined or chose anything has no row. No row is inserted or updated when a
    person files, answers or reads: that would reveal who did.
    """

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*, which contain the counts."""
        self._connection = connection
        self._slots = TeamSlots(connection, records)
        self._deliveries = Deliveries(connection, records)

    def get(self, person: Person) -> Clinician:
        """Return the clinician with the count of their slot; blank fields without a row."""
        parameters = {"workspace": person.workspace, "person_id": person.id}
        row = self._connection.execute(_SELECT_PERSON, parameters).one_or_none()
        if row is None:
            return build_clinician(blank_profile(person), 0)
        if row.body is None:
            return build_clinician(parse_profile_row(row), 0)
        slot = self._slots.read_slot(person, row.home_team, bytes(row.body))
        return build_clinician(parse_profile_row(row), unanswered_count_of(slot))

    def load_clinician(self, profile: ClinicianProfile) -> Clinician:
        """Return *profile* with the unanswered count, which is read from the encrypted record."""
        slot = self._slots.get_slot_in(profile.person, profile.home_team_id)
        return build_clinician(profile, unanswered_count_of(slot))

    def list_joined_reachable(
        self, after: ClinicianProfile | None, limit: int
    ) -> tuple[ClinicianProfile, ...]:
        """Return the next page of joined, reachable people after the key of *after*; ``()`` at end.

        Keyset pagination by home team, workspace and id. A page has at most *limit* rows and whole
        teams, unless one team alone has more, so that :meth:`load_clinicians` decrypts each team's
        record once. Suspended workspaces are excluded: a check-in that is never sent must not count
        as unanswered.
        """
        last_key = (after.home_team_id, after.person.workspace, after.person.id) if after else None
        rows = member_pages.fetch_joined_page(self._connection, last_key, limit)
        return tuple(map(parse_profile_row, rows))

    def load_clinicians(self, profiles: Collection[ClinicianProfile]) -> tuple[Clinician, ...]:
        """Return *profiles* with their unanswered counts; each team's record is decrypted once."""
        slots = self._slots.list_slots(
            (profile.person, profile.home_team_id) for profile in profiles
        )
        return tuple(
            build_clinician(profile, unanswered_count_of(slot))
            for profile, slot in zip(profiles, slots, strict=True)
        )

    def count_joined(self) -> dict[str, int]:
        """Return a dict of the number of rows with ``joined``, by workspace."""
        query = select(people.c.workspace, func.count()).where(people.c.joined)
        rows = self._connection.execute(query.group_by(people.c.workspace))
        return dict(rows.all())

    def count_unreachable(self) -> int:
        """Return the number of rows with ``joined`` and a reason in ``unreachable``."""
        query = select(func.count()).select_from(people)
        is_unreachable = people.c.joined & (people.c.unreachable != "")
        return self._connection.scalar(query.where(is_unreachable)) or 0

    def update_profile(self, person: Person, *, locale: str = "", zone: str = "") -> None:
        """Update the locale and zone that the chat product reports, if they differ.

        A blank value, and a zone that is not in the time zone database, are ignored; a locale is
        truncated. Only an existing row of a person who joined is updated, and none is inserted: a
        row created by using the bot would reveal who uses it.
        """
        reported = {
            "locale": locale[:_MAX_LOCALE_CHARACTERS],
            "zone": zone if is_known_zone(zone) else "",
        }
        values = {name: value for name, value in reported.items() if value}
        clinician = self.get(person)
        if clinician.has_joined and any(
            getattr(clinician, name) != value for name, value in values.items()
        ):
            self._update_person(person, **values)

    def set_language(self, person: Person, language: str) -> None:
        """Upsert *person*'s language; with ``""`` the default is the chat product's locale."""
        self._upsert_person(person, language=language)

    def set_checkin_rule(self, person: Person, rule: WeeklyRule | None) -> None:
        """Upsert *person*'s weekday and time of check-ins; with ``None`` the team's are used."""
        self._upsert_person(
            person,
            checkin_day=rule.weekday if rule else None,
            checkin_time=column_codecs.encode_clock_time(rule.local_time) if rule else None,
        )

    def set_work_days(self, person: Person, days: tuple[int, ...]) -> None:
        """Update the ISO weekdays on which *person* works; ``()`` means Monday to Friday."""
        self._update_person(person, work_days=column_codecs.encode_weekdays(sorted(days)))

    def set_unanswered_count(self, person: Person, unanswered_count: int) -> None:
        """Set the unanswered count in *person*'s slot, clamped to 0..6; without a slot, nothing."""
        self._slots.change_slot(
            person, lambda slot: replace(slot, unanswered_count=unanswered_count)
        )

    def join_team(self, person: Person, team_id: str) -> None:
        """Upsert *person*'s row with ``joined`` and the home team, and clear pause and reasons.

        Their roster rows in other teams are deleted, unless the set-up declares them. Their slot is
        moved to the record of the team, with a count of 0.
        """
        old_team_id = self.get(person).home_team_id
        self._upsert_person(
            person,
            joined=True,
            home_team=team_id,
            paused_until=None,
            unreachable="",
            closed_since=None,
        )
        move_to_roster(self._connection, self._slots, person, old_team_id, team_id)
        self.set_unanswered_count(person, 0)

    def leave_checkins(self, person: Person) -> None:
        """Clear ``joined`` and the pause, withdraw planned deliveries, and delete the chat route.

        Deliveries for a role are not withdrawn. The home team remains. The slot's count and
        intention are cleared.
        """
        self._update_person(person, joined=False, paused_until=None)
        self._deliveries.withdraw_for_person(person, except_kinds=_ROLE_KINDS)
        self._slots.clear_slot(person)
        ChatRoutes(self._connection).delete_route(person)

    def pause_checkins(self, person: Person, until: date | None) -> None:
        """Set ``paused_until`` to the local day *until*; with ``None`` the pause is cleared.

        With a day, the planned deliveries are withdrawn, except those for a role.
        """
        self._update_person(person, paused_until=until)
        if until:
            self._deliveries.withdraw_for_person(person, except_kinds=_ROLE_KINDS)

    def mark_unreachable(self, person: Person, reason: str) -> bool:
        """Set ``unreachable`` in *person*'s row, if any, and withdraw all planned deliveries.

        A stored reason is replaced as :func:`merge_unreachable_reasons` decides. Returns ``True``
        if the column was blank before.
        """
        current = self.get(person).unreachable_reason
        reported = reason[:_MAX_REASON_CHARACTERS] or "unknown"
        merged, is_changed = merge_unreachable_reasons(current, reported), False
        if merged != current:
            change = update(people).where(_matches_person(person)).values(unreachable=merged)
            is_changed = self._connection.execute(change).rowcount == 1
        self._deliveries.withdraw_for_person(person)
        return is_changed and not current

    def mark_reachable(self, person: Person) -> None:
        """Clear ``unreachable`` and ``closed_since``; no row changes if the reason is blank."""
        is_unreachable = _matches_person(person) & (people.c.unreachable != "")
        self._connection.execute(
            update(people).where(is_unreachable).values(unreachable="", closed_since=None)
        )

    def _update_person(self, person: Person, **values: object) -> None:
        """UPDATE the row of *person*; without a row nothing happens."""
        self._connection.execute(update(people).where(_matches_person(person)).values(values))

    def _upsert_person(self, person: Person, **values: object) -> None:
        """Upsert the row of *person*; an inserted one has the schema's defaults."""
        row = {"workspace": person.workspace, "id": person.id, **values}
        upsert_row(self._connection, people, row, defaults={"joined": False})


def _matches_person(person: Person) -> ColumnElement[bool]:
    return (people.c.workspace == person.workspace) & (people.c.id == person.id)


def blank_profile(person: Person) -> ClinicianProfile:
    """Return the profile of a person without a row: the defaults of all columns."""
    return ClinicianProfile(
        person=person,
        language="",
        locale="",
        zone="",
        rule=None,
        paused_until=None,
        has_joined=False,
        home_team_id="",
        unreachable_reason="",
    )


def build_clinician(profile: ClinicianProfile, unanswered_count: int) -> Clinician:
    """Return the clinician of a profile and the unanswered count of a slot."""
    return Clinician(**vars(profile), unanswered_count=unanswered_count)


def parse_profile_row(row: Row[Any]) -> ClinicianProfile:
    """Convert a row with the columns of the table ``person`` to a profile."""
    rule = None
    if row.checkin_day is not None:
        rule = WeeklyRule(row.checkin_day, column_codecs.decode_clock_time(row.checkin_time))
    return ClinicianProfile(
        person=Person(row.workspace, row.id),
        language=row.language,
        locale=row.locale,
        zone=row.zone,
        rule=rule,
        paused_until=row.paused_until,
        has_joined=row.joined,
        home_team_id=row.home_team,
        unreachable_reason=row.unreachable,
        work_days=column_codecs.decode_weekdays(row.work_days),
        closed_since=row.closed_since,
    )
