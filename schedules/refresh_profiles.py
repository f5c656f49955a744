"""Periodic job (duty): fetch the profile of each person on a list, with a role or a row, weekly.

The event handlers store a changed profile. This duty recovers the events that were missed while no
worker was running: of locale, time zone, and closed or reopened accounts. It also finds the
accounts of a team file that may be on no list: of an app, or of another organisation.
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
from bot.store.repositories.watermarks import PROFILES_WATERMARK
from bot.workflows import reachability

logger = logging.getLogger("attune.profiles")

_CheckedAccount = tuple[Person, str]
"""A person on a list, and a channel of theirs: the arguments of a profile request."""

_BUCKET_SECONDS = 600
"""Seconds in which one hash bucket is due; a week has :data:`_BUCKETS_PER_WEEK` of them."""

_BUCKETS_PER_WEEK = 7 * 24 * 3600 // _BUCKET_SECONDS

_MAX_CONCURRENT = 20
"""Maximum concurrent requests: Slack's rate limit is a hundred per minute and workspace."""

_BATCH_SIZE = 1000
"""Rows per query of the people on lists (keyset pagination)."""


async def run(context: Context) -> int:
    """Request and store the profiles of the hash buckets that are due since the watermark.

    A hash of the primary key assigns each person to a ten-minute bucket of the week, so that no
    column records when a profile was last fetched: that would reveal when the person joined. After
    a downtime of more than a week each person is fetched once. Requests run concurrently, each
    result in a write transaction of its own. The watermark is set at the end: after an exception
    the next run repeats these buckets. Returns how many people were due.
    """
    now = context.now()
    last_run = await context.store.across_workspaces.read(
        lambda repos: min(now, repos.watermarks.read_watermark(PROFILES_WATERMARK, now))
    )
    previous_bucket, current_bucket = (
        int(last_run.timestamp()) // _BUCKET_SECONDS,
        int(now.timestamp()) // _BUCKET_SECONDS,
    )
    due_buckets = {
        bucket % _BUCKETS_PER_WEEK
        for bucket in range(previous_bucket + 1, current_bucket + 1)[-_BUCKETS_PER_WEEK:]
    }
    refreshed_count = 0
    if due_buckets:
        async for people in _iterate_due_people(context, due_buckets):
            refreshed_count += len(people)
            await asyncio.gather(*(_refresh_profile(context, *person) for person in people))
    if due_buckets or last_run == now:
        bucket_start = datetime.fromtimestamp(current_bucket * _BUCKET_SECONDS, UTC)
        await context.store.across_workspaces.write(
            lambda repos: repos.watermarks.set_watermark(PROFILES_WATERMARK, bucket_start)
        )
    return refreshed_count


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: it sends nothing, so a simulated clock does not stop for this duty."""
    return None


def compute_weekly_bucket(person: Person) -> int:
    """Return the index of the hash bucket of *person*, a CRC32 of their primary key."""
    return crc32(f"{person.workspace} {person.id}".encode()) % _BUCKETS_PER_WEEK


async def _iterate_due_people(
    context: Context, due_buckets: set[int]
) -> AsyncIterator[list[_CheckedAccount]]:
    """Yield the people in *due_buckets* of configured products, in batches of concurrent requests.

    All people are queried, in pages of :data:`_BATCH_SIZE` rows: no column stores the hash.
    """
    after: Person | None = None
    while people := await context.store.across_workspaces.read(
        partial(_load_checked_accounts, after=after)
    ):
        due = [
            (person, channel)
            for person, channel in people
            if compute_weekly_bucket(person) in due_buckets
            and context.is_configured(person.workspace)
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
