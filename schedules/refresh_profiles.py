"""Asks the product anew, once a week, where each clinician on the check-ins lives.

A product tells when somebody moves; what it told while nobody listened is made up for here.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from zlib import crc32

from bot.context import Desk
from bot.conversation import Person, Profile
from bot.store.repositories import Books

KIND = "profiles"

_TURN = 600
"""Seconds for which it is somebody's turn; a week has :data:`_TURNS` of them."""

_TURNS = 7 * 24 * 3600 // _TURN

_AT_ONCE = 20
"""How many are asked about at a time: Slack answers a hundred a minute and workspace."""

_BATCH = 1000


async def run(desk: Desk) -> int:
    """Ask about those whose turn it is, and say about how many that was.

    Turns are spread over the week by each person's id, so that nothing need be kept about
    when somebody was last asked about: that would tell when they joined.
    """
    now = desk.now()
    before = await desk.store.read(lambda books: books.duties.looked(KIND, now))
    first, last = int(before.timestamp()) // _TURN, int(now.timestamp()) // _TURN
    turns = {turn % _TURNS for turn in range(first + 1, last + 1)[-_TURNS:]}
    asked = 0
    if turns:
        async for people in _theirs(desk, turns):
            asked += len(people)
            await asyncio.gather(*(_ask(desk, one) for one in people))
    if turns or before == now:
        looked = datetime.fromtimestamp(last * _TURN, UTC)
        await desk.store.write(lambda books: books.duties.look(KIND, looked))
    return asked


async def next_due(_desk: Desk) -> datetime | None:
    """Nobody waits for this, so it is never a reason to stop the clock."""
    return None


def turn_of(person: Person) -> int:
    """In which of the week's turns *person* is asked about."""
    return crc32(f"{person.workspace} {person.id}".encode()) % _TURNS


async def _theirs(desk: Desk, turns: set[int]) -> AsyncIterator[list[Person]]:
    """Everybody who joined and whose turn it is, a few at a time."""
    after: Person | None = None
    while found := await desk.store.read(partial(_joined, after=after)):
        due = [one for one in found if turn_of(one) in turns]
        for start in range(0, len(due), _AT_ONCE):
            yield due[start : start + _AT_ONCE]
        after = found[-1]


def _joined(books: Books, after: Person | None) -> list[Person]:
    return [one.person for one in books.people.joined(after, _BATCH)]


async def _ask(desk: Desk, person: Person) -> None:
    outlet = desk.outlets.get(person.workspace.partition(":")[0])
    if profile := await outlet.profile(person) if outlet else None:
        await desk.store.write(partial(_learn, person=person, profile=profile))


def _learn(books: Books, person: Person, profile: Profile) -> None:
    books.people.learn(person, locale=profile.locale, zone=profile.zone)
