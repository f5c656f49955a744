"""Duty: settle what a replaced database may have sent, before anything is planned or sent again."""

from datetime import datetime

from bot.context import Context


async def run(context: Context) -> int:
    """Settle the deliveries of a restored database; return how many rows were settled.

    It moves no mark, so that the restore is still noticed in the periods that a close opens later.
    A database that was not restored is only read.
    """
    now, store = context.now(), context.store.across_workspaces
    if not await store.read(lambda repos: repos.restored_deliveries.must_settle(now)):
        return 0
    return await store.write(lambda repos: repos.restored_deliveries.settle(now))


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: nothing happens for a person."""
    return None
