"""Asks each clinician who joined one private question a week, at their own day and time."""

import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.content.catalogue import LanguagePack
from bot.context import Context
from bot.conversation import Person
from bot.domain.checkins import frequency, scheduling
from bot.domain.checkins import questions as checkin_questions
from bot.domain.checkins.scheduling import CHECKIN_KIND, LAST_NOTE_KIND, Blocker, Postponement
from bot.domain.people import Clinician, Team
from bot.elements import Message
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery, PlannedDelivery

_BATCH_SIZE = 500


@dataclass(frozen=True)
class CheckinRun:
    """One look at the clock: until when it was looked before, and what deals a sign."""

    now: datetime
    last_run: datetime
    deal_sign_code: Callable[[], str]


async def run(context: Context) -> int:
    """Promise the question to whoever is due; run twice, it promises nothing new.

    People are taken a batch at a time, each batch in a transaction of its own, so that
    nobody who files a debrief meanwhile has to wait for all of them.
    """
    now, signs = context.now(), context.catalogue.get_pack("en").signs
    before = await context.store.read(lambda repos: repos.watermarks.last_run(CHECKIN_KIND, now))
    look = CheckinRun(
        now, before, lambda: checkin_questions.deal_sign(signs, secrets.randbelow).code
    )
    kept = 0
    async for batch in _iterate_members(context):
        owed = [one for member, team in batch for one in _plan_for_member(member, team, look)]
        if owed:
            kept += await _plan_missing(context, owed)
    await context.store.write(lambda repos: repos.watermarks.advance(CHECKIN_KIND, now))
    return kept


async def next_due(context: Context) -> datetime | None:
    """When the next clinician's question falls due, a postponed one included."""
    now = context.now()
    soonest = await context.store.read(lambda repos: repos.deliveries.next_due(now))
    async for batch in _iterate_members(context):
        own = {
            (scheduling.build_schedule(member, team), member.unanswered_count)
            for member, team in batch
        }
        found = (scheduling.next_due_after(rhythm, quiet, now) for rhythm, quiet in own)
        slots = [slot for slot in found if slot]
        soonest = min([*slots, *([soonest] if soonest else [])], default=None)
    return soonest


def compose_checkin(
    repos: Repositories, delivery: Delivery, context: Context
) -> Message | Postponement | None:
    """Write the question in the person's language; nothing for whoever has left meanwhile.

    The message is the same for everybody, whatever they answered before: what a product
    keeps of a private chat must not tell it.
    """
    found = _words_if_deliverable(repos, delivery, context)
    if not isinstance(found, LanguagePack):
        return found
    sign = found.get_sign(delivery.detail)
    return checkin_questions.render_checkin(found, delivery.slot, sign)


def compose_last_note(
    repos: Repositories, delivery: Delivery, context: Context
) -> Message | Postponement | None:
    """Write the last note; nothing for whoever used their check-ins again meanwhile."""
    found = _words_if_deliverable(repos, delivery, context)
    return checkin_questions.render_last_note(found) if isinstance(found, LanguagePack) else found


def _words_if_deliverable(
    repos: Repositories, delivery: Delivery, context: Context
) -> LanguagePack | Postponement | None:
    """The words for the person a delivery is owed to, if they are to have it, and have it now."""
    asked, now = delivery.recipient, context.now()
    member, team = repos.teams.get_person_and_team(asked)
    if not member.has_joined or team is None:
        return None
    if (
        delivery.kind == LAST_NOTE_KIND
        and member.unanswered_count < frequency.STOP_AFTER_UNANSWERED
    ):
        return None
    if postponed := scheduling.find_postponement(
        scheduling.build_schedule(member, team), now, delivery.deadline
    ):
        return None if postponed.blocker is Blocker.PAUSED else postponed
    return context.catalogue.get_pack(
        context.catalogue.choose_language(member.language, member.locale, team.language)
    )


async def _iterate_members(context: Context) -> AsyncIterator[list[tuple[Clinician, Team]]]:
    """Everybody who joined, with their team, in batches that keep memory flat."""
    teams = {
        team.id: team for team in await context.store.read(lambda repos: repos.teams.list_teams())
    }
    members = await context.store.read(partial(_load_joined, after=None))
    while members:
        yield [(one, teams[one.home_team_id]) for one in members if one.home_team_id in teams]
        after = members[-1].person
        is_last = len(members) < _BATCH_SIZE
        members = () if is_last else await context.store.read(partial(_load_joined, after=after))


def _load_joined(repos: Repositories, after: Person | None) -> tuple[Clinician, ...]:
    return repos.people.list_joined(after, _BATCH_SIZE)


def _plan_for_member(
    member: Clinician, team: Team, checkin_run: CheckinRun
) -> Iterator[PlannedDelivery]:
    """What last week and this one owe *member*: the question, due or missed, or the last note."""
    own, to = scheduling.build_schedule(member, team), member.person
    silent = member.unanswered_count >= frequency.STOP_AFTER_UNANSWERED
    for starts in scheduling.last_and_current_week(own, checkin_run.now):
        if not silent and not frequency.is_checkin_week(member.unanswered_count, starts):
            continue
        found = scheduling.checkin_status(own, starts, checkin_run.now, checkin_run.last_run)
        if found is None or (silent and found.missed_reason):
            continue
        kind, sign = (
            (LAST_NOTE_KIND, "") if silent else (CHECKIN_KIND, checkin_run.deal_sign_code())
        )
        # What was missed gets a key of its own: somebody who moves west may still be asked.
        week = f"{found.week} {found.missed_reason}" if found.missed_reason else found.week
        at, late = found.due_at, found.deadline
        yield PlannedDelivery(
            to.workspace, kind, to.id, "", week, at, late, sign, reason=found.missed_reason
        )


async def _plan_missing(context: Context, candidates: list[PlannedDelivery]) -> int:
    """Keep what is not kept yet; a look comes first, so that most ticks write nothing."""
    fresh = await context.store.read(partial(_filter_unplanned, candidates=candidates))
    if not fresh:
        return 0
    return await context.store.write(partial(_save_planned, planned_deliveries=fresh))


def _filter_unplanned(
    repos: Repositories, candidates: list[PlannedDelivery]
) -> list[PlannedDelivery]:
    """Those of the questions that nobody promised yet, and of the notes that are due."""
    persons = {one.recipient for one in candidates}
    since = min(one.slot for one in candidates)
    taken = repos.deliveries.slots_by_person(CHECKIN_KIND, persons, since)
    questions = [
        one
        for one in candidates
        if one.kind == CHECKIN_KIND and one.slot not in taken[one.recipient]
    ]
    return questions + _filter_due_notes(
        repos, [one for one in candidates if one.kind == LAST_NOTE_KIND]
    )


def _filter_due_notes(
    repos: Repositories, candidates: list[PlannedDelivery]
) -> list[PlannedDelivery]:
    persons = {one.recipient for one in candidates}
    asked, noted = (
        repos.deliveries.slots_by_person(kind, persons, "")
        for kind in (CHECKIN_KIND, LAST_NOTE_KIND)
    )
    return [
        one
        for one in candidates
        if frequency.is_last_note_due(one.slot, asked[one.recipient], noted[one.recipient])
    ]


def _save_planned(repos: Repositories, planned_deliveries: list[PlannedDelivery]) -> int:
    """Owe the questions, which count as unanswered from now on, and remember the rest."""
    questions = [one for one in planned_deliveries if one.kind == CHECKIN_KIND and not one.reason]
    notes = [one for one in planned_deliveries if one.kind == LAST_NOTE_KIND]
    repos.deliveries.plan_deliveries([one for one in planned_deliveries if one.reason])
    return repos.deliveries.plan_checkins(questions) + repos.deliveries.plan_deliveries(notes)
