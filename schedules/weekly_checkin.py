"""Asks each clinician who joined one private question a week, at their own day and time."""

import secrets
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from bot.conversation import Person
from bot.desk import Desk
from bot.elements import Message
from bot.practice import calendar, checkins
from bot.practice.people import Clinician, Team
from bot.store.books import Books
from bot.store.deliveries import Delivery, Promise

KIND = "checkin"

_BATCH = 1000


async def run(desk: Desk) -> int:
    """Promise the question to whoever is due; run twice, it promises nothing new.

    People are taken a batch at a time, each batch in a transaction of its own, so that
    nobody who files a debrief meanwhile has to wait for all of them.
    """
    now, signs = desk.now(), desk.catalogue.words("en").signs

    def deal() -> str:
        return checkins.deal(signs, secrets.randbelow).code

    kept = 0
    async for batch in _everybody(desk):
        owed = [one for member, team in batch if (one := _owed(member, team, now, deal))]
        if owed:
            kept += await desk.store.write(partial(_promise, owed=owed))
    return kept


async def next_due(desk: Desk) -> datetime | None:
    """When the next clinician's question falls due."""
    now, soonest = desk.now(), None
    async for batch in _everybody(desk):
        found = (calendar.next_checkin(member, team, now) for member, team in batch)
        slots = [slot.at for slot in found if slot]
        soonest = min([*slots, *([soonest] if soonest else [])], default=None)
    return soonest


async def compose(delivery: Delivery, desk: Desk) -> Message | None:
    """Write the question in the person's language; nothing for whoever has left meanwhile.

    The message is the same for everybody, whatever they answered before: what a product
    keeps of a private chat must not tell it.
    """
    asked = delivery.recipient
    member, team = await desk.store.read(
        lambda books: (books.people.get(asked), books.teams.home_of(asked))
    )
    if not member.joined or team is None:
        return None
    language = desk.catalogue.settle(member.language, member.locale, team.language)
    words = desk.catalogue.words(language)
    sign = next(one for one in words.signs if one.code == delivery.detail)
    return checkins.nudge(words, delivery.slot, sign)


async def _everybody(desk: Desk) -> AsyncIterator[list[tuple[Clinician, Team]]]:
    """Everybody who joined, with their team, in batches that keep memory flat."""
    teams = {team.id: team for team in await desk.store.read(lambda books: books.teams.every())}
    after: Person | None = None
    while members := await desk.store.read(partial(_joined, after=after)):
        yield [(one, teams[one.home_team]) for one in members if one.home_team in teams]
        after = members[-1].person


def _joined(books: Books, after: Person | None) -> tuple[Clinician, ...]:
    return books.people.joined(after, _BATCH)


def _promise(books: Books, owed: list[Promise]) -> int:
    return books.deliveries.promise(owed)


def _owed(member: Clinician, team: Team, now: datetime, deal: Callable[[], str]) -> Promise | None:
    zone = ZoneInfo(member.zone or team.zone)
    slot = calendar.latest_slot(member.rule or team.checkin, zone, now)
    late = slot.at + calendar.LATE[KIND]
    if now > late or calendar.is_paused(member.paused_until, now, zone):
        return None
    person = member.person
    return Promise(person.workspace, KIND, person.id, "", slot.key, slot.at, late, deal())
