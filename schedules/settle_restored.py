"""Duty: settle what a replaced database may have sent, before anything is planned or sent again."""

from datetime import datetime
from functools import partial

from bot.context import Context
from bot.store.repositories import Repositories


async def run(context: Context) -> int:
    """Settle the deliveries of a restored database; return how many rows were settled.

    It moves no mark but that of restored copies, so that the restore is still noticed in the
    periods that a close opens later. A database that was not restored is only read.
    """
    now, store = context.now(), context.store.across_workspaces
    if not await store.read(lambda repos: repos.restored_deliveries.must_settle(now)):
        return 0
    settled_count = await store.write(partial(_settle, now=now))
    await store.write(lambda repos: repos.restored_deliveries.copy_mark())
    return settled_count


def _settle(repos: Repositories, now: datetime) -> int:
    settled_count = repos.restored_deliveries.settle(now)
    repos.restored_deliveries.advance_mark(now)
    return settled_count


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: nothing happens for a person."""
    return None
