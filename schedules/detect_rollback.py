"""Duty ``mark_database``: advance the rollback mark, a timestamp in the database and the key store.

A database restored from a backup has a lower mark than the key store: rollback detection.
"""

import logging
from datetime import datetime

from bot.context import Context
from bot.store.key_removal import KeyStoreInUseError

logger = logging.getLogger("attune.rollback")


async def run(context: Context) -> int:
    """Advance the mark to now, and log a restore of the database since the last run.

    One write transaction stores a detected restore in the rows of open periods, so that the next
    check-in of everyone on their lists reports it, and advances the database's mark; the mark is
    copied to the key store after the commit. Idempotent. While another instance of the database
    uses the key store, as in the hour after a restore, neither mark is advanced and the error is
    logged. Returns 1 for a detected restore, else 0.
    """
    try:
        rollback = await context.store.handle_rollback_and_advance_marks(context.now())
    except KeyStoreInUseError:
        action = "key_store.in_use"
        logger.error(action, extra={"action": action})  # noqa: TRY400 - a line without a traceback
        return 0
    if rollback is not None:
        action = "rollback.detected"
        logger.error(action, extra={"action": action})
    return int(rollback is not None)


async def advance_unless_rolled_back(context: Context) -> int:
    """Advance the mark unless a restore is detected; the fallback of :func:`run` during a close.

    A restore has to be stored in the rows of periods that the close in progress still opens. The
    mark has to be advanced because messages are sent concurrently: after a later restore, those
    that were due until shortly after the key store's mark count as possibly sent.
    """
    rollback = await context.store.across_workspaces.read(lambda repos: repos.detect_rollback())
    return await run(context) if rollback is None else 0


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: it sends nothing, so a simulated clock does not stop for this duty."""
    return None
