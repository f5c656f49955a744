"""Duty: mark in the database and in the key store that the database has lived until now."""

import logging
from datetime import datetime

from bot.context import Context
from bot.store.key_removal import KeyStoreInUseError

logger = logging.getLogger("attune.rollback")


async def run(context: Context) -> int:
    """Advance the mark, and log a restore of the database since the last run.

    The open periods are marked with it, so that everybody on their lists reads it in the next
    check-in. While a copy or the original of the database uses the key store, as within the hour
    after a restore, the mark stays and the error is logged. Returns how many restores were
    detected, one at most.
    """
    try:
        rollback = await context.store.advance_rollback_mark(context.now())
    except KeyStoreInUseError:
        action = "key_store.in_use"
        logger.error(action, extra={"action": action})  # noqa: TRY400 - a line without a traceback
        return 0
    if rollback is not None:
        action = "rollback.detected"
        logger.error(action, extra={"action": action})
    return int(rollback is not None)


async def advance_unless_restored(context: Context) -> int:
    """Advance the mark unless the database was restored, which the periods of a close must tell.

    While a close lasts the mark thus follows the messages that are sent beside it.
    """
    rollback = await context.store.across_workspaces.read(lambda repos: repos.detect_rollback())
    return await run(context) if rollback is None else 0


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: nothing happens for a person."""
    return None
