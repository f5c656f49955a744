"""Duty: publish each ended period's table, destroy its record and key, open the next period."""

import logging
from collections.abc import Awaitable
from datetime import datetime

from bot.context import Context
from bot.domain.teams.unlisted_members import count_without_team
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

    def open_missing(repos: Repositories) -> int:
        return repos.ledger.open_missing_periods(now)

    closed = await _run_step("periods.close_failed", _close_periods(context, now))
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


async def _close_periods(context: Context, now: datetime) -> int:
    """Close the ended periods; log how many of their people are on no team's list.

    They count nowhere from now on, which is told them at their next debrief and the operator here.
    The number follows from the lists, and not from what anybody filed.
    """

    def close_ended(repos: Repositories) -> tuple[int, int]:
        ending_members = repos.unlisted_members.list_ending_members(now)
        closed_count = repos.ledger.close_ended_periods(now)
        if closed_count:
            repos.mark_rows_destroyed()
        return closed_count, count_without_team(ending_members)

    closed_count, unlisted_count = await context.store.across_workspaces.write(close_ended)
    if closed_count and unlisted_count:
        action = "periods.members_without_team"
        logger.warning(action, extra={"action": action, "count": unlisted_count})
    return closed_count


async def _run_step(action: str, step: Awaitable[int | None]) -> int:
    """Return the result of *step*; 0 if it fails, which is logged as *action*."""
    try:
        return await step or 0
    except Exception as error:  # noqa: BLE001 - the next run tries it again
        log_error(logger, action, error)
        return 0
