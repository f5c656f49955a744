"""Asks each clinician who joined one private question a week, at their own day and time."""

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.desk import Desk
from bot.elements import Message
from bot.practice import calendar, checkins
from bot.practice.people import Clinician, Team
from bot.store.books import Books
from bot.store.deliveries import Delivery, Promise

KIND = "checkin"

_BATCH = 1000

T = TypeVar("T")


async def run(desk: Desk) -> int:
    """Promise the question to whoever is due; run twice, it promises nothing new."""
    now, signs = desk.now(), desk.catalogue.words("en").signs

    def deal() -> str:
        return checkins.deal(signs, secrets.randbelow).code

    def promise(books: Books) -> int:
        return sum(
            books.deliveries.promise([one for one in batch if one])
            for batch in _each(books, lambda member, team: _owed(member, team, now, deal))
        )

    return await desk.store.write(promise)


async def next_due(desk: Desk) -> datetime | None:
    """When the next clinician's question falls due."""
    now = desk.now()

    def soonest(books: Books) -> datetime | None:
        found = _each(books, lambda member, team: calendar.next_checkin(member, team, now))
        return min((slot.at for batch in found for slot in batch if slot), default=None)

    return await desk.store.read(soonest)


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


def _each(books: Books, ask: Callable[[Clinician, Team], T]) -> Iterator[list[T]]:
    """Ask of everybody who joined, in batches that keep memory flat."""
    teams = {team.id: team for team in books.teams.every()}
    after = None
    while members := books.people.joined(after, _BATCH):
        yield [ask(one, teams[one.home_team]) for one in members if one.home_team in teams]
        after = members[-1].person


def _owed(member: Clinician, team: Team, now: datetime, deal: Callable[[], str]) -> Promise | None:
    zone = ZoneInfo(member.zone or team.zone)
    slot = calendar.latest_slot(member.rule or team.checkin, zone, now)
    late = slot.at + calendar.LATE[KIND]
    if now > late or calendar.is_paused(member.paused_until, now, zone):
        return None
    person = member.person
    return Promise(person.workspace, KIND, person.id, "", slot.key, slot.at, late, deal())
