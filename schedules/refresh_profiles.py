"""Asks the product anew, once a week, where each clinician on the check-ins lives.

A product tells when somebody moves; what it told while nobody listened is made up for here.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from zlib import crc32

from bot.context import Context
from bot.conversation import Person, Profile
from bot.store.repositories import Repositories

PROFILES_DUTY = "profiles"

_TURN_SECONDS = 600
"""Seconds for which it is somebody's turn; a week has :data:`_TURNS` of them."""

_TURNS_PER_WEEK = 7 * 24 * 3600 // _TURN_SECONDS

_MAX_CONCURRENT = 20
"""How many are asked about at a time: Slack answers a hundred a minute and workspace."""

_BATCH_SIZE = 1000


async def run(context: Context) -> int:
    """Ask about those whose turn it is, and say about how many that was.

    Turns are spread over the week by each person's id, so that nothing need be kept about
    when somebody was last asked about: that would tell when they joined.
    """
    now = context.now()
    before = await context.store.read(lambda repos: repos.watermarks.last_run(PROFILES_DUTY, now))
    first, last = int(before.timestamp()) // _TURN_SECONDS, int(now.timestamp()) // _TURN_SECONDS
    turns = {turn % _TURNS_PER_WEEK for turn in range(first + 1, last + 1)[-_TURNS_PER_WEEK:]}
    asked = 0
    if turns:
        async for people in _iterate_due_people(context, turns):
            asked += len(people)
            await asyncio.gather(*(_refresh_profile(context, one) for one in people))
    if turns or before == now:
        looked = datetime.fromtimestamp(last * _TURN_SECONDS, UTC)
        await context.store.write(lambda repos: repos.watermarks.advance(PROFILES_DUTY, looked))
    return asked


async def next_due(_context: Context) -> datetime | None:
    """Nobody waits for this, so it is never a reason to stop the clock."""
    return None


def weekly_turn(person: Person) -> int:
    """In which of the week's turns *person* is asked about."""
    return crc32(f"{person.workspace} {person.id}".encode()) % _TURNS_PER_WEEK


async def _iterate_due_people(context: Context, turns: set[int]) -> AsyncIterator[list[Person]]:
    """Everybody who joined and whose turn it is, a few at a time."""
    after: Person | None = None
    while found := await context.store.read(partial(_load_joined, after=after)):
        due = [one for one in found if weekly_turn(one) in turns]
        for start in range(0, len(due), _MAX_CONCURRENT):
            yield due[start : start + _MAX_CONCURRENT]
        after = found[-1]


def _load_joined(repos: Repositories, after: Person | None) -> list[Person]:
    return [one.person for one in repos.people.list_joined(after, _BATCH_SIZE)]


async def _refresh_profile(context: Context, person: Person) -> None:
    outlet = context.outlets.get(person.workspace.partition(":")[0])
    if profile := await outlet.fetch_profile(person) if outlet else None:
        await context.store.write(partial(_save_profile, person=person, profile=profile))


def _save_profile(repos: Repositories, person: Person, profile: Profile) -> None:
    repos.people.update_profile(person, locale=profile.locale, zone=profile.zone)
