"""Duty and composers of the weekly check-in: one private question a week to each clinician.

A clinician who joined is asked at their own day and time. The delivery table is the queue:
the duty inserts rows, and the delivery workers render and send them.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from bot.content.catalogue import LanguagePack
from bot.context import Context
from bot.conversation import Person
from bot.domain import calendar
from bot.domain.checkins import frequency, scheduling
from bot.domain.checkins import questions as checkin_questions
from bot.domain.checkins.scheduling import Blocker, Postponement
from bot.domain.checkins.signs import sign_of_week
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Clinician, Team
from bot.elements import Message
from bot.store.repositories import Repositories
from bot.store.repositories.column_codecs import missed_slot_key
from bot.store.repositories.deliveries import Delivery, PlannedDelivery

_BATCH_SIZE = 500
"""Default number of people per query and transaction."""


@dataclass(frozen=True)
class CheckinRun:
    """Parameters of a run: the current time, the last run's time, and who deals the signs.

    ``deal_sign_code`` returns the code of the sign of a person and an ISO week.
    """

    now: datetime
    last_run: datetime
    deal_sign_code: Callable[[Person, str], str]


@dataclass(frozen=True)
class _Reading:
    """The reader's language, and what has changed for them while a period is open.

    ``undone_since`` is the day since which a restored backup undid what was filed in the unit in
    which they count, ``moved_until`` that until which a moved person counts in that unit.
    """

    words: LanguagePack
    undone_since: date | None
    moved_until: date | None


async def run(context: Context, *, batch_size: int = _BATCH_SIZE) -> int:
    """Insert the check-in rows of each person who is due; idempotent.

    People are processed in batches of *batch_size*, each in a transaction of its own, so that a
    request to file a debrief meanwhile does not wait for the whole run, and a batch that was
    committed before an exception stays. Returns how many check-ins were planned.
    """
    now, signs = context.now(), context.catalogue.get_pack("en").signs
    last_run, sign_key = await context.store.across_workspaces.read(
        lambda repos: (repos.watermarks.last_run(DeliveryKind.CHECKIN, now), repos.sign_key)
    )
    checkin_run = CheckinRun(
        now, last_run, lambda person, week: sign_of_week(signs, sign_key, person, week).code
    )
    planned_count = 0
    async for batch in _iterate_members(context, batch_size):
        candidates = [
            delivery
            for member, team in batch
            for delivery in _plan_for_member(member, team, checkin_run)
        ]
        if candidates:
            planned_count += await _plan_missing_deliveries(context, candidates)
    await context.store.across_workspaces.write(
        lambda repos: repos.watermarks.advance(DeliveryKind.CHECKIN, now)
    )
    return planned_count


async def next_due(context: Context) -> datetime | None:
    """Return when the next check-in is due, a postponed row included."""
    now = context.now()
    soonest = await context.store.across_workspaces.read(
        lambda repos: repos.deliveries.next_due(now)
    )
    async for batch in _iterate_members(context, _BATCH_SIZE):
        schedules = {
            (scheduling.build_schedule(member, team), member.unanswered_count)
            for member, team in batch
        }
        next_slots = (
            scheduling.next_due_after(schedule, unanswered_count, now)
            for schedule, unanswered_count in schedules
        )
        slots = [slot for slot in next_slots if slot]
        soonest = min([*slots, *([soonest] if soonest else [])], default=None)
    return soonest


def compose_checkin(
    repos: Repositories, delivery: Delivery, context: Context
) -> Message | Postponement | None:
    """Render the check-in in the person's language; ``None`` for a person who left meanwhile.

    The message is the same for every person, whatever they answered before: a product stores
    the private chat, so the message must reveal nothing. The slot column is the ISO week, and
    the detail column the sign's code.
    """
    reading = _prepare_reading(repos, delivery, context)
    if not isinstance(reading, _Reading):
        return reading
    sign = reading.words.get_sign(delivery.detail)
    return checkin_questions.render_checkin(
        reading.words, delivery.slot, sign, reading.undone_since, reading.moved_until
    )


def compose_last_note(
    repos: Repositories, delivery: Delivery, context: Context
) -> Message | Postponement | None:
    """Render the last note; ``None`` for a person who used their check-ins again meanwhile."""
    reading = _prepare_reading(repos, delivery, context)
    if not isinstance(reading, _Reading):
        return reading
    return checkin_questions.render_last_note(
        reading.words, reading.undone_since, reading.moved_until
    )


def _prepare_reading(
    repos: Repositories, delivery: Delivery, context: Context
) -> _Reading | Postponement | None:
    """Return what the message is rendered with, if it is still wanted and may be sent now.

    Otherwise return a postponement, or ``None`` to withdraw the delivery.
    """
    person, now = delivery.recipient, context.now()
    member, team = repos.teams.get_person_and_team(person)
    if not member.has_joined or team is None:
        return None
    if (
        delivery.kind == DeliveryKind.LAST_NOTE
        and member.unanswered_count < frequency.STOP_AFTER_UNANSWERED
    ):
        return None
    if postponement := scheduling.find_postponement(
        scheduling.build_schedule(member, team), now, delivery.deadline
    ):
        return None if postponement.blocker is Blocker.PAUSED else postponement
    words = context.catalogue.get_pack(
        context.catalogue.choose_language(member.language, member.locale, team.language)
    )
    contributor = repos.ledger.find_contributor(person, now)
    undone_since = repos.ledger.find_undone_since(team.id, now, contributor.counted_periods)
    return _Reading(
        words,
        calendar.local_day(undone_since, calendar.load_zone(team.zone)) if undone_since else None,
        contributor.moved_until,
    )


async def _iterate_members(
    context: Context, batch_size: int
) -> AsyncIterator[list[tuple[Clinician, Team]]]:
    """Iterate over the people who joined, with their team; a query per batch bounds memory use.

    People of a product that is not configured are omitted: a check-in that cannot be sent would
    be counted as unanswered.
    """
    teams = {
        team.id: team
        for team in await context.store.across_workspaces.read(
            lambda repos: repos.teams.list_teams()
        )
    }
    members = await context.store.across_workspaces.read(
        partial(_load_joined_clinicians, after=None, limit=batch_size)
    )
    while members:
        yield [
            (member, teams[member.home_team_id])
            for member in members
            if member.home_team_id in teams and context.is_configured(member.person.workspace)
        ]
        load_next = partial(_load_joined_clinicians, after=members[-1], limit=batch_size)
        members = await context.store.across_workspaces.read(load_next)


def _load_joined_clinicians(
    repos: Repositories, after: Clinician | None, limit: int
) -> tuple[Clinician, ...]:
    return repos.people.list_joined_reachable(after, limit)


def _plan_for_member(
    member: Clinician, team: Team, checkin_run: CheckinRun
) -> Iterator[PlannedDelivery]:
    """Yield the rows of *member* for last week and this one.

    Each is a check-in, due or missed, or the last note.
    """
    schedule, person = scheduling.build_schedule(member, team), member.person
    is_silent = member.unanswered_count >= frequency.STOP_AFTER_UNANSWERED
    for week_start in scheduling.last_and_current_week(schedule, checkin_run.now):
        if not is_silent and not frequency.is_checkin_week(member.unanswered_count, week_start):
            continue
        status = scheduling.checkin_status(
            schedule, week_start, checkin_run.now, checkin_run.last_run
        )
        if status is None or (is_silent and status.missed_reason):
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
    """Insert the rows that do not exist yet; return how many.

    A query comes first, so that most runs need no write transaction.
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
    """Query which check-ins are not planned yet, and which last notes are due."""
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
    """Insert the rows, and count each check-in as unanswered in the same transaction."""
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
