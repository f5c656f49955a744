"""Periodic job (duty): after a restore, settle the deliveries that may have been sent already.

It has to succeed once in each process before a delivery is planned or sent, so that no message is
sent twice; see :class:`bot.duty_runner.DutyRunner`.
"""

from datetime import datetime
from functools import partial

from bot.context import Context
from bot.store.repositories import Repositories


async def run(context: Context) -> int:
    """Mark the deliveries that a replaced database may have sent as unconfirmed; return how many.

    Unconfirmed rows are never retried. The time until which that database may have sent is stored:
    a delivery that a duty plans again, due until then, is inserted as unconfirmed as well.
    Idempotent; a database that was not restored is only read. The rollback mark is not advanced, so
    that :mod:`schedules.detect_rollback` still detects the restore and stores it in the periods
    that a close opens later; the mark of restored copies is, and it is copied to the key store
    after the commit.
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
    """Return ``None``: it sends nothing, so a simulated clock does not stop for this duty."""
    return None
