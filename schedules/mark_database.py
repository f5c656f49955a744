"""Duty: mark in the database and in the key store that the database has lived until now."""

import logging
from datetime import datetime

from bot.context import Context

logger = logging.getLogger("attune.rollback")


async def run(context: Context) -> int:
    """Advance the mark, and log a restore of the database since the last run.

    The open periods are marked with it, so that everybody on their lists reads it in the next
    check-in. Returns how many restores were detected, one at most.
    """
    rollback = await context.store.advance_rollback_mark(context.now())
    if rollback is not None:
        action = "rollback.detected"
        logger.error(action, extra={"action": action})
    return int(rollback is not None)


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: nothing happens for a person."""
    return None
