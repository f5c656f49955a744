"""Duty: mark in the database and in the key store that the database has lived until now."""

import asyncio
import logging
from datetime import datetime

from bot.context import Context

logger = logging.getLogger("attune.rollback")


async def run(context: Context) -> int:
    """Log a restore of the database since the last run, then advance the mark.

    Returns how many restores were detected, one at most.
    """
    rollback = await asyncio.to_thread(context.store.detect_rollback)
    if rollback is not None:
        action = "rollback.detected"
        logger.error(action, extra={"action": action})
    await context.store.advance_rollback_mark(context.now())
    return int(rollback is not None)


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: nothing happens for a person."""
    return None
