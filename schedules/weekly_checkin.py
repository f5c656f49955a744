"""Asks each clinician who joined one private question a week, at their own day and time."""

import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.content.catalogue import Words
from bot.context import Desk
from bot.conversation import Person
from bot.domain.checkins import frequency, scheduling
from bot.domain.checkins import questions as checkin_questions
from bot.domain.checkins.scheduling import KIND, NOTE, Postponed, Why
from bot.domain.people import Clinician, Team
from bot.elements import Message
from bot.store.repositories import Books
from bot.store.repositories.deliveries import Delivery, Promise

_BATCH = 500


@dataclass(frozen=True)
class Look:
    """One look at the clock: until when it was looked before, and what deals a sign."""

    now: datetime
    before: datetime
    deal: Callable[[], str]


async def run(desk: Desk) -> int:
    """Promise the question to whoever is due; run twice, it promises nothing new.

    People are taken a batch at a time, each batch in a transaction of its own, so that
    nobody who files a debrief meanwhile has to wait for all of them.
    """
    now, signs = desk.now(), desk.catalogue.words("en").signs
    before = await desk.store.read(lambda books: books.duties.looked(KIND, now))
    look = Look(now, before, lambda: checkin_questions.deal(signs, secrets.randbelow).code)
    kept = 0
    async for batch in _everybody(desk):
        owed = [one for member, team in batch for one in _owed(member, team, look)]
        if owed:
            kept += await _promise(desk, owed)
    await desk.store.write(lambda books: books.duties.look(KIND, now))
    return kept


async def next_due(desk: Desk) -> datetime | None:
    """When the next clinician's question falls due, a postponed one included."""
    now = desk.now()
    soonest = await desk.store.read(lambda books: books.deliveries.next_due(now))
    async for batch in _everybody(desk):
        own = {(scheduling.rhythm(member, team), member.quiet) for member, team in batch}
        found = (scheduling.following(rhythm, quiet, now) for rhythm, quiet in own)
        slots = [slot for slot in found if slot]
        soonest = min([*slots, *([soonest] if soonest else [])], default=None)
    return soonest


def compose(books: Books, delivery: Delivery, desk: Desk) -> Message | Postponed | None:
    """Write the question in the person's language; nothing for whoever has left meanwhile.

    The message is the same for everybody, whatever they answered before: what a product
    keeps of a private chat must not tell it.
    """
    found = _reached(books, delivery, desk)
    if not isinstance(found, Words):
        return found
    sign = found.sign(delivery.detail)
    return checkin_questions.nudge(found, delivery.slot, sign)


def compose_note(books: Books, delivery: Delivery, desk: Desk) -> Message | Postponed | None:
    """Write the last note; nothing for whoever used their check-ins again meanwhile."""
    found = _reached(books, delivery, desk)
    return checkin_questions.last_note(found) if isinstance(found, Words) else found


def _reached(books: Books, delivery: Delivery, desk: Desk) -> Words | Postponed | None:
    """The words for the person a delivery is owed to, if they are to have it, and have it now."""
    asked, now = delivery.recipient, desk.now()
    member, team = books.teams.at_home(asked)
    if not member.joined or team is None:
        return None
    if delivery.kind == NOTE and member.quiet < frequency.SILENT:
        return None
    if postponed := scheduling.postponed(scheduling.rhythm(member, team), now, delivery.late):
        return None if postponed.why is Why.PAUSED else postponed
    return desk.catalogue.words(
        desk.catalogue.settle(member.language, member.locale, team.language)
    )


async def _everybody(desk: Desk) -> AsyncIterator[list[tuple[Clinician, Team]]]:
    """Everybody who joined, with their team, in batches that keep memory flat."""
    teams = {team.id: team for team in await desk.store.read(lambda books: books.teams.every())}
    members = await desk.store.read(partial(_joined, after=None))
    while members:
        yield [(one, teams[one.home_team]) for one in members if one.home_team in teams]
        after = members[-1].person
        is_last = len(members) < _BATCH
        members = () if is_last else await desk.store.read(partial(_joined, after=after))


def _joined(books: Books, after: Person | None) -> tuple[Clinician, ...]:
    return books.people.joined(after, _BATCH)


def _owed(member: Clinician, team: Team, look: Look) -> Iterator[Promise]:
    """What last week and this one owe *member*: the question, due or missed, or the last note."""
    own, to = scheduling.rhythm(member, team), member.person
    silent = member.quiet >= frequency.SILENT
    for starts in scheduling.weeks_at(own, look.now):
        if not silent and not frequency.has_turn(member.quiet, starts):
            continue
        found = scheduling.standing(own, starts, look.now, look.before)
        if found is None or (silent and found.missed):
            continue
        kind, sign = (NOTE, "") if silent else (KIND, look.deal())
        # What was missed gets a key of its own: somebody who moves west may still be asked.
        week = f"{found.week} {found.missed}" if found.missed else found.week
        at, late = found.at, found.late
        yield Promise(to.workspace, kind, to.id, "", week, at, late, sign, reason=found.missed)


async def _promise(desk: Desk, owed: list[Promise]) -> int:
    """Keep what is not kept yet; a look comes first, so that most ticks write nothing."""
    fresh = await desk.store.read(partial(_fresh, owed=owed))
    if not fresh:
        return 0
    return await desk.store.write(partial(_keep, owed=fresh))


def _fresh(books: Books, owed: list[Promise]) -> list[Promise]:
    """Those of the questions that nobody promised yet, and of the notes that are due."""
    persons = {one.recipient for one in owed}
    since = min(one.slot for one in owed)
    taken = books.deliveries.slots(KIND, persons, since)
    questions = [one for one in owed if one.kind == KIND and one.slot not in taken[one.recipient]]
    return questions + _notes(books, [one for one in owed if one.kind == NOTE])


def _notes(books: Books, owed: list[Promise]) -> list[Promise]:
    persons = {one.recipient for one in owed}
    asked, noted = (books.deliveries.slots(kind, persons, "") for kind in (KIND, NOTE))
    return [
        one
        for one in owed
        if frequency.note_is_due(one.slot, asked[one.recipient], noted[one.recipient])
    ]


def _keep(books: Books, owed: list[Promise]) -> int:
    """Owe the questions, which count as unanswered from now on, and remember the rest."""
    questions = [one for one in owed if one.kind == KIND and not one.reason]
    notes = [one for one in owed if one.kind == NOTE]
    books.deliveries.promise([one for one in owed if one.reason])
    return books.deliveries.ask(questions) + books.deliveries.promise(notes)
