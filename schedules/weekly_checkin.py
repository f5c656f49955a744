"""Periodic job (duty) of the weekly check-in: one private question a week to each clinician.

It is due at each clinician's own day and time. The delivery table is a queue: this duty inserts
rows, and the delivery workers render and send them, see :mod:`schedules.checkin_messages`.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from bot.context import Context
from bot.conversation import Person
from bot.domain.checkins import frequency, scheduling
from bot.domain.checkins.scheduling import (
    CheckinSchedule,
    CheckinStatus,
)
from bot.domain.checkins.signs import sign_of_week
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Clinician, ClinicianProfile, Team
from bot.store.repositories import Repositories
from bot.store.repositories.column_codecs import missed_slot_key
from bot.store.repositories.deliveries import PlannedDelivery

_BATCH_SIZE = 500
"""Default number of people per query and transaction."""


WeekStatus = tuple[date, CheckinStatus]
"""A check-in that is due or was missed, with the Monday of its week."""


@dataclass(frozen=True)
class _DueMember:
    """A person whose schedule makes a check-in due or missed, if their unanswered count allows."""

    profile: ClinicianProfile
    statuses: tuple[WeekStatus, ...]


@dataclass(frozen=True)
class CheckinRun:
    """Parameters of a run: the current time, the watermark, and the function that deals the signs.

    ``deal_sign_code`` returns the code of the sign of a person and an ISO week. ``_statuses`` is a
    cache by schedule.
    """

    now: datetime
    last_run: datetime
    deal_sign_code: Callable[[Person, str], str]
    _statuses: dict[CheckinSchedule, tuple[WeekStatus, ...]] = field(default_factory=dict)

    def list_statuses(self, schedule: CheckinSchedule) -> tuple[WeekStatus, ...]:
        """Return the check-ins of last week and this one that are due or were missed.

        Cached by schedule: of thousands of people most have that of their team.
        """
        statuses = self._statuses.get(schedule)
        if statuses is None:
            weeks = scheduling.last_and_current_week(schedule, self.now)
            pairs = (
                (week, scheduling.checkin_status(schedule, week, self.now, self.last_run))
                for week in weeks
            )
            statuses = tuple((week, status) for week, status in pairs if status)
            self._statuses[schedule] = statuses
        return statuses


async def run(context: Context, *, batch_size: int = _BATCH_SIZE) -> int:
    """Insert the delivery rows of each person whose check-in is due or was missed; idempotent.

    The table's unique key contains the person and the week. People are queried in batches of
    *batch_size*, whose rows are inserted in one write transaction, so that the transaction of a
    form waits for one batch at most; batches committed before an exception stay. Returns how many
    due rows were inserted.
    """
    now, signs = context.now(), context.catalogue.get_pack("en").signs
    last_run, sign_key = await context.store.across_workspaces.read(
        lambda repos: (
            repos.watermarks.read_watermark(DeliveryKind.CHECKIN, now),
            repos.checkin_sign_key,
        )
    )
    checkin_run = CheckinRun(
        now, last_run, lambda person, week: sign_of_week(signs, sign_key, person, week).code
    )
    planned_count = 0
    async for batch in _iterate_members(context, batch_size):
        members = [
            _DueMember(profile, statuses)
            for profile, team in batch
            if (statuses := checkin_run.list_statuses(scheduling.build_schedule(profile, team)))
        ]
        candidates = await _list_candidates(context, members, checkin_run)
        if candidates:
            planned_count += await _plan_missing_deliveries(context, candidates)
    await context.store.across_workspaces.write(
        lambda repos: repos.watermarks.advance(DeliveryKind.CHECKIN, now)
    )
    return planned_count


async def next_due(context: Context) -> datetime | None:
    """Return when the next check-in or planned delivery row is due; ``None`` without any."""
    now = context.now()
    soonest = await context.store.across_workspaces.read(
        lambda repos: repos.deliveries.next_due(now)
    )
    async for batch in _iterate_members(context, _BATCH_SIZE):
        members = await _load_clinicians(context, [profile for profile, _ in batch])
        schedules = {
            (scheduling.build_schedule(member, team), member.unanswered_count)
            for member, (_, team) in zip(members, batch, strict=True)
        }
        next_slots = (
            scheduling.next_due_after(schedule, unanswered_count, now)
            for schedule, unanswered_count in schedules
        )
        slots = [slot for slot in next_slots if slot]
        soonest = min([*slots, *([soonest] if soonest else [])], default=None)
    return soonest


async def _iterate_members(
    context: Context, batch_size: int
) -> AsyncIterator[list[tuple[ClinicianProfile, Team]]]:
    """Yield batches of the people who joined, with their team; a query per batch bounds memory use.

    Keyset pagination: each query continues after the last row of the one before. People of a
    product that is not configured are skipped: a check-in that cannot be sent would be counted as
    unanswered.
    """
    teams = {
        team.id: team
        for team in await context.store.across_workspaces.read(
            lambda repos: repos.teams.list_teams()
        )
    }
    members = await context.store.across_workspaces.read(
        partial(_list_joined, after=None, limit=batch_size)
    )
    while members:
        yield [
            (member, teams[member.home_team_id])
            for member in members
            if member.home_team_id in teams and context.is_configured(member.person.workspace)
        ]
        load_next = partial(_list_joined, after=members[-1], limit=batch_size)
        members = await context.store.across_workspaces.read(load_next)


def _list_joined(
    repos: Repositories, after: ClinicianProfile | None, limit: int
) -> tuple[ClinicianProfile, ...]:
    return repos.people.list_joined_reachable(after, limit)


async def _list_candidates(
    context: Context, members: list[_DueMember], checkin_run: CheckinRun
) -> list[PlannedDelivery]:
    """Return the rows of *members*; decrypts only their teams' records, for unanswered counts."""
    clinicians = await _load_clinicians(context, [member.profile for member in members])
    return [
        delivery
        for clinician, member in zip(clinicians, members, strict=True)
        for delivery in _plan_for_member(clinician, member.statuses, checkin_run)
    ]


async def _load_clinicians(
    context: Context, profiles: list[ClinicianProfile]
) -> tuple[Clinician, ...]:
    if not profiles:
        return ()
    return await context.store.across_workspaces.read(
        lambda repos: repos.people.load_clinicians(profiles)
    )


def _plan_for_member(
    member: Clinician, statuses: tuple[WeekStatus, ...], checkin_run: CheckinRun
) -> Iterator[PlannedDelivery]:
    """Yield the rows of *member* for the check-ins of *statuses*: due, missed, or the last note."""
    person = member.person
    is_silent = member.unanswered_count >= frequency.STOP_AFTER_UNANSWERED
    for week_start, status in statuses:
        if not is_silent and not frequency.is_checkin_week(member.unanswered_count, week_start):
            continue
        if is_silent and status.missed_reason:
            continue
        kind, sign = (
            (DeliveryKind.LAST_NOTE, "")
            if is_silent
            else (DeliveryKind.CHECKIN, checkin_run.deal_sign_code(person, status.week))
        )
        reason = status.missed_reason
        slot = missed_slot_key(status.week, reason) if reason else status.week
        due_at, deadline = status.due_at, status.deadline
        yield PlannedDelivery(
            person.workspace,
            kind,
            person.id,
            "",
            slot,
            due_at,
            deadline,
            sign,
            reason=reason,
        )


async def _plan_missing_deliveries(context: Context, candidates: list[PlannedDelivery]) -> int:
    """Insert the rows that do not exist yet; return how many due ones were inserted.

    A read transaction filters the candidates, so that most runs need no write transaction.
    """
    unplanned = await context.store.across_workspaces.read(
        partial(_filter_unplanned_deliveries, candidates=candidates)
    )
    if not unplanned:
        return 0
    return await context.store.across_workspaces.write(
        partial(_save_planned_deliveries, planned_deliveries=unplanned)
    )


def _filter_unplanned_deliveries(
    repos: Repositories, candidates: list[PlannedDelivery]
) -> list[PlannedDelivery]:
    """Query the candidates without a row: check-ins of a new week, and last notes that are due."""
    persons = {delivery.recipient for delivery in candidates}
    since = min(delivery.slot for delivery in candidates)
    planned_slots = repos.delivery_history.slots_by_person(DeliveryKind.CHECKIN, persons, since)
    questions = [
        delivery
        for delivery in candidates
        if delivery.kind == DeliveryKind.CHECKIN
        and delivery.slot not in planned_slots[delivery.recipient]
    ]
    return questions + _filter_due_notes(
        repos, [delivery for delivery in candidates if delivery.kind == DeliveryKind.LAST_NOTE]
    )


def _filter_due_notes(
    repos: Repositories, candidates: list[PlannedDelivery]
) -> list[PlannedDelivery]:
    persons = {delivery.recipient for delivery in candidates}
    checkin_slots, note_slots = (
        repos.delivery_history.slots_by_person(kind, persons, "")
        for kind in (DeliveryKind.CHECKIN, DeliveryKind.LAST_NOTE)
    )
    return [
        delivery
        for delivery in candidates
        if frequency.is_last_note_due(
            delivery.slot, checkin_slots[delivery.recipient], note_slots[delivery.recipient]
        )
    ]


def _save_planned_deliveries(repos: Repositories, planned_deliveries: list[PlannedDelivery]) -> int:
    """Insert the rows, and increment each person's unanswered count in the same transaction.

    A missed check-in, whose row has a reason, is not counted.
    """
    questions = [
        delivery
        for delivery in planned_deliveries
        if delivery.kind == DeliveryKind.CHECKIN and not delivery.reason
    ]
    notes = [delivery for delivery in planned_deliveries if delivery.kind == DeliveryKind.LAST_NOTE]
    repos.deliveries.plan_deliveries(
        [delivery for delivery in planned_deliveries if delivery.reason]
    )
    return repos.deliveries.plan_checkins(questions) + repos.deliveries.plan_deliveries(notes)
