"""Duty: publish each ended period's table, destroy its record and key, open the next period."""

import logging
from collections.abc import Awaitable, Sequence
from contextlib import aclosing
from datetime import datetime
from functools import partial

from bot.context import Context
from bot.domain.teams.unlisted_members import count_without_team
from bot.logs import log_error
from bot.store.isolation import StepResults
from bot.store.paced_writes import PacedWriter
from bot.store.period import Period
from bot.store.repositories import Repositories
from bot.store.repositories.period_closing import ClosingResults, EndedPeriods

logger = logging.getLogger("attune.periods")

_ledger_logger = logging.getLogger("attune.ledger")

_BATCH_SIZE = 2
"""Default number of periods closed, or of teams served, per transaction: tens of milliseconds."""


async def run(context: Context, *, batch_size: int = _BATCH_SIZE) -> int:
    """Close the ended periods, open the missing ones, and remove the keys of closed ones.

    Publishing a table and deleting its record are one transaction, of at most *batch_size*
    periods. The keys are removed after the commits of all, by every run until they are gone. What
    the records left in the database's files is erased then, by every run until it is done. A step
    that fails is logged and does not stop the next ones, so that a key is removed in time whatever
    happens to its period. Returns how many periods were closed.
    """
    now, store = context.now(), context.store
    writer = PacedWriter(store.across_workspaces, batch_size)
    closed = await _run_step("periods.close_failed", _close_periods(context, writer))
    await _run_step("periods.open_failed", _open_periods(context, writer))
    await _run_step("periods.key_removal_failed", store.remove_unused_keys(now))
    await _run_step("periods.erasure_failed", store.erase_destroyed_rows())
    return closed


async def next_due(context: Context) -> datetime | None:
    """Return when the next period ends."""
    now = context.now()
    return await context.store.across_workspaces.read(lambda repos: repos.ledger.next_close(now))


async def _close_periods(context: Context, writer: PacedWriter) -> int:
    """Close the ended periods in batches; log what became of all of them together.

    They are in the order of their units. The first batch that finds the key store unavailable is
    the last one.
    """
    now = context.now()
    ended, unlisted_count = await context.store.across_workspaces.read(
        partial(_load_ended_periods, now=now)
    )
    results = ClosingResults()
    try:
        closings = writer.write_each(ended.periods, partial(_close_batch, now=now))
        async with aclosing(closings):
            async for batch_results in closings:
                results += batch_results
                if results.is_key_store_unavailable:
                    break
    finally:
        results.log_problems(ended.unreadable)
        _log_closed(results.steps.count, unlisted_count)
    return results.steps.count


def _load_ended_periods(repos: Repositories, now: datetime) -> tuple[EndedPeriods, int]:
    """Load the ended periods, and count those of their people who are on no team's list.

    They count nowhere from now on, which is told them at their next debrief and the operator here.
    The number follows from the lists, and not from what anybody filed.
    """
    ended = repos.period_closing.list_ended(now)
    if not ended.periods:
        return ended, 0
    return ended, count_without_team(repos.unlisted_members.list_ending_members(now))


def _close_batch(repos: Repositories, batch: Sequence[Period], now: datetime) -> ClosingResults:
    results = repos.period_closing.close_periods(batch, now)
    if results.steps.count:
        repos.mark_rows_destroyed()
    return results


def _log_closed(closed_count: int, unlisted_count: int) -> None:
    if closed_count and unlisted_count:
        action = "periods.members_without_team"
        logger.warning(action, extra={"action": action, "count": unlisted_count})
    if closed_count:
        logger.info("periods.closed", extra={"action": "periods.closed", "count": closed_count})


async def _open_periods(context: Context, writer: PacedWriter) -> None:
    """Open the missing periods, and add people to lists in their first week, in batches of teams.

    A form opens the period of its own team at once, if that is earlier.
    """
    now, scope = context.now(), context.store.across_workspaces
    results = StepResults()
    try:
        teams_without_period = await scope.read(
            lambda repos: repos.period_opening.list_unfed_teams(now)
        )
        async for batch_results in writer.write_each(
            teams_without_period, partial(_open_batch, now=now)
        ):
            results += batch_results
        pending_teams = await scope.read(lambda repos: repos.period_opening.list_pending_teams(now))
        async for batch_results in writer.write_each(pending_teams, partial(_add_batch, now=now)):
            results += batch_results
    finally:
        results.log_failures(_ledger_logger, "ledger.open_failed")


def _open_batch(repos: Repositories, team_ids: Sequence[str], now: datetime) -> StepResults:
    return repos.period_opening.open_missing(now, team_ids)


def _add_batch(repos: Repositories, team_ids: Sequence[str], now: datetime) -> StepResults:
    return repos.period_opening.add_listed_people(now, team_ids)


async def _run_step(action: str, step: Awaitable[int | None]) -> int:
    """Return the result of *step*; 0 if it fails, which is logged as *action*."""
    try:
        return await step or 0
    except Exception as error:  # noqa: BLE001 - the next run tries it again
        log_error(logger, action, error)
        return 0
