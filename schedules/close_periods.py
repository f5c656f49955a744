"""Duty: publish each ended period's table, destroy its record and key, open the next period."""

import logging
from datetime import datetime

from bot.context import Context
from bot.logs import log_error
from bot.store.keys.key_store import KeyStoreUnavailableError

logger = logging.getLogger("attune.periods")


async def run(context: Context) -> int:
    """Close the ended periods, open the missing ones, and remove the keys of closed ones.

    Publishing the table and deleting its record are one transaction; the key is removed after its
    commit, by every run until it is gone. The checkpoint removes the last bytes of the record from
    SQLite's write-ahead log, the vacuum its dead rows from PostgreSQL's tables. Returns how many
    periods were closed.
    """
    now = context.now()
    closed = await context.store.across_workspaces.write(
        lambda repos: repos.ledger.close_ended_periods(now)
    )
    await context.store.across_workspaces.write(
        lambda repos: repos.ledger.open_missing_periods(now)
    )
    await _remove_unused_keys(context, now)
    if closed:
        await context.store.checkpoint()
        await context.store.vacuum_destroyed_rows()
        logger.info("periods.closed", extra={"action": "periods.closed", "count": closed})
    return closed


async def next_due(context: Context) -> datetime | None:
    """Return when the next period ends."""
    now = context.now()
    return await context.store.across_workspaces.read(lambda repos: repos.ledger.next_close(now))


async def _remove_unused_keys(context: Context, now: datetime) -> None:
    """Remove the keys of closed periods; an unavailable key store is logged, and tried again."""
    try:
        await context.store.remove_unused_keys(now)
    except KeyStoreUnavailableError as error:
        log_error(logger, "periods.key_removal_failed", error)
