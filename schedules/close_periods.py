"""Duty: publish each ended period's table, destroy its record and key, open the next period."""

import logging
from collections.abc import Awaitable
from datetime import datetime

from bot.context import Context
from bot.logs import log_error
from bot.store.repositories import Repositories

logger = logging.getLogger("attune.periods")


async def run(context: Context) -> int:
    """Close the ended periods, open the missing ones, and remove the keys of closed ones.

    Publishing the table and deleting its record are one transaction; the key is removed after its
    commit, by every run until it is gone. What the record left in the database's files is erased
    then, by every run until it is done. A step that fails is logged and does not stop the next
    ones, so that a key is removed in time whatever happens to its period. Returns how many
    periods were closed.
    """
    now, store = context.now(), context.store

    def close_ended(repos: Repositories) -> int:
        closed_count = repos.ledger.close_ended_periods(now)
        if closed_count:
            repos.mark_rows_destroyed()
        return closed_count

    def open_missing(repos: Repositories) -> int:
        return repos.ledger.open_missing_periods(now)

    closed = await _run_step("periods.close_failed", store.across_workspaces.write(close_ended))
    await _run_step("periods.open_failed", store.across_workspaces.write(open_missing))
    await _run_step("periods.key_removal_failed", store.remove_unused_keys(now))
    await _run_step("periods.erasure_failed", store.erase_destroyed_rows())
    if closed:
        logger.info("periods.closed", extra={"action": "periods.closed", "count": closed})
    return closed


async def next_due(context: Context) -> datetime | None:
    """Return when the next period ends."""
    now = context.now()
    return await context.store.across_workspaces.read(lambda repos: repos.ledger.next_close(now))


async def _run_step(action: str, step: Awaitable[int | None]) -> int:
    """Return the result of *step*; 0 if it fails, which is logged as *action*."""
    try:
        return await step or 0
    except Exception as error:  # noqa: BLE001 - the next run tries it again
        log_error(logger, action, error)
        return 0
