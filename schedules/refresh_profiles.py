"""Duty: fetch the profile of each person on a list, with a role or a row, once a week.

The event handlers store a changed profile; this duty recovers the changes of locale and time zone,
and the accounts that were closed or opened again, that were missed while no worker was running.
It also finds the accounts of a team file that may be on no list: of an app, or of another
organisation.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from zlib import crc32

from bot.context import Context
from bot.conversation import Person
from bot.store.repositories import Repositories
from bot.store.repositories.watermarks import PROFILES_DUTY
from bot.workflows import reachability

logger = logging.getLogger("attune.profiles")

_CheckedAccount = tuple[Person, str]
"""A person on a list, and a channel of theirs."""

_TURN_SECONDS = 600
"""Seconds of one turn; a week has :data:`_TURNS_PER_WEEK` of them."""

_TURNS_PER_WEEK = 7 * 24 * 3600 // _TURN_SECONDS

_MAX_CONCURRENT = 20
"""Maximum concurrent requests: Slack's rate limit is a hundred a minute and workspace."""

_BATCH_SIZE = 1000
"""Rows per query of the people on lists."""


async def run(context: Context) -> int:
    """Fetch and store the profiles whose turn it is; return how many people that were.

    Turns are spread over the week by a hash of each person's key, so that no column records when
    a profile was last fetched: that would reveal when the person joined. After an outage of more
    than a week each person is fetched once.
    """
    now = context.now()
    last_run = await context.store.across_workspaces.read(
        lambda repos: min(now, repos.watermarks.last_run(PROFILES_DUTY, now))
    )
    previous_turn, current_turn = (
        int(last_run.timestamp()) // _TURN_SECONDS,
        int(now.timestamp()) // _TURN_SECONDS,
    )
    turns = {
        turn % _TURNS_PER_WEEK
        for turn in range(previous_turn + 1, current_turn + 1)[-_TURNS_PER_WEEK:]
    }
    refreshed = 0
    if turns:
        async for people in _iterate_due_people(context, turns):
            refreshed += len(people)
            await asyncio.gather(*(_refresh_profile(context, *person) for person in people))
    if turns or last_run == now:
        turn_start = datetime.fromtimestamp(current_turn * _TURN_SECONDS, UTC)
        await context.store.across_workspaces.write(
            lambda repos: repos.watermarks.set_last_run(PROFILES_DUTY, turn_start)
        )
    return refreshed


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: no person waits for this duty, so a simulated clock never stops for it."""
    return None


def weekly_turn(person: Person) -> int:
    """Return the index of the week's turn in which *person* is refreshed, a CRC32 of their key."""
    return crc32(f"{person.workspace} {person.id}".encode()) % _TURNS_PER_WEEK


async def _iterate_due_people(
    context: Context, turns: set[int]
) -> AsyncIterator[list[_CheckedAccount]]:
    """Iterate over the people of configured products whose turn it is, in batches of requests."""
    after: Person | None = None
    while people := await context.store.across_workspaces.read(
        partial(_load_checked_accounts, after=after)
    ):
        due = [
            (person, channel)
            for person, channel in people
            if weekly_turn(person) in turns and context.is_configured(person.workspace)
        ]
        for start in range(0, len(due), _MAX_CONCURRENT):
            yield due[start : start + _MAX_CONCURRENT]
        if len(people) < _BATCH_SIZE:
            return
        after = people[-1][0]


def _load_checked_accounts(
    repos: Repositories, after: Person | None
) -> tuple[_CheckedAccount, ...]:
    return repos.listed_accounts.list_accounts(after, _BATCH_SIZE)


async def _refresh_profile(context: Context, person: Person, channel: str) -> None:
    outlet = context.find_outlet(person.workspace)
    if profile := await outlet.fetch_profile(person, channel) if outlet else None:
        action = await context.store.for_workspace(person.workspace).write(
            partial(
                reachability.apply_profile,
                person=person,
                profile=profile,
                today=context.now().date(),
            )
        )
        if action:
            logger.warning(action, extra={"action": action})
