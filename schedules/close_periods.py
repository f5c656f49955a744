"""Duty: publish each ended period's table, delete its slips, and open the next period."""

import logging
from datetime import datetime

from bot.context import Context

logger = logging.getLogger("attune.periods")


async def run(context: Context) -> int:
    """Close the ended periods and open the missing ones; idempotent.

    Publishing the table and deleting its rows are one transaction; the checkpoint after the
    commit removes the last bytes of the slips from SQLite's write-ahead log. Returns how many
    periods were closed.
    """
    now = context.now()
    closed = await context.store.across_workspaces.write(
        lambda repos: repos.slips.close_ended_periods(now)
    )
    await context.store.across_workspaces.write(lambda repos: repos.slips.open_missing_periods(now))
    if closed:
        await context.store.checkpoint()
        logger.info("periods.closed", extra={"action": "periods.closed", "count": closed})
    return closed


async def next_due(context: Context) -> datetime | None:
    """Return when the next period ends."""
    now = context.now()
    return await context.store.across_workspaces.read(lambda repos: repos.slips.next_close(now))
