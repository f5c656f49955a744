"""Publishes each period's table when it ends, destroys what it was made from, opens the next."""

import logging
from datetime import datetime

from bot.context import Context

logger = logging.getLogger("attune.periods")


async def run(context: Context) -> int:
    """Close what has ended and open what is missing; run twice, it changes nothing more.

    Publishing and destroying are one transaction; the checkpoint after it removes the
    last bytes of the slips from SQLite's write-ahead log.
    """
    now = context.now()
    closed = await context.store.write(lambda repos: repos.slips.close_ended_periods(now))
    await context.store.write(lambda repos: repos.slips.open_missing_periods(now))
    if closed:
        await context.store.checkpoint()
        logger.info("periods.closed", extra={"action": "periods.closed", "count": closed})
    return closed


async def next_due(context: Context) -> datetime | None:
    """When the next period ends."""
    now = context.now()
    return await context.store.read(lambda repos: repos.slips.next_close(now))
