"""Periodic job (duty): close ended periods, and open the next ones.

A close publishes the period's table and destroys its record and key.
"""

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
"""Default batch size: periods or teams per write transaction, which takes tens of milliseconds."""


async def run(context: Context, *, batch_size: int = _BATCH_SIZE) -> int:
    """Close the ended periods, open the missing ones, and remove the keys of closed ones.

    A table is published and its record deleted in one write transaction, of *batch_size* periods
    at most. Unused keys are removed from the key store after these commits, and then a WAL
    checkpoint (SQLite) or a vacuum (PostgreSQL) erases the deleted rows from the database's files.
    All four steps are idempotent. An exception in one is logged and does not stop the next, so that
    a key is removed in time whatever happens to its period; the next run retries it. Returns how
    many periods were closed, 0 where the first step raised an exception.
    """
    now, store = context.now(), context.store
    writer = PacedWriter(store.across_workspaces, batch_size)
    closed = await _run_step("periods.close_failed", _close_periods(context, writer))
    await _run_step("periods.open_failed", _open_periods(context, writer))
    await _run_step("periods.key_removal_failed", store.remove_unused_keys(now))
    await _run_step("periods.erasure_failed", store.checkpoint_and_vacuum())
    return closed


async def next_due(context: Context) -> datetime | None:
    """Return when the next open period ends; ``None`` without any."""
    now = context.now()
    return await context.store.across_workspaces.read(lambda repos: repos.ledger.next_close(now))


async def _close_periods(context: Context, writer: PacedWriter) -> int:
    """Close the ended periods in batches, in the order of their units; return how many closed.

    Stops after the first batch in which the key store is unavailable. The results of all batches
    are logged together, also if one raises an exception.
    """
    now = context.now()
    ended, unlisted_count = await context.store.across_workspaces.read(
        partial(_load_ended_periods, now=now)
    )
    results = ClosingResults()
    try:
        closings = writer.write_in_batches(ended.periods, partial(_close_batch, now=now))
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
    """Query the ended periods, and count those of their people who are on no team's list.

    Such people count nowhere from now on: their next debrief tells them, and a log record the
    operator. The number is computed from the lists, not from any filed debrief.
    """
    ended = repos.period_closing.list_ended(now)
    if not ended.periods:
        return ended, 0
    return ended, count_without_team(repos.frozen_members.list_members_of_ended_periods(now))


def _close_batch(repos: Repositories, batch: Sequence[Period], now: datetime) -> ClosingResults:
    results = repos.period_closing.close_periods(batch, now)
    if results.steps.count:
        repos.mark_vacuum_pending()
    return results


def _log_closed(closed_count: int, unlisted_count: int) -> None:
    if closed_count and unlisted_count:
        action = "periods.members_without_team"
        logger.warning(action, extra={"action": action, "count": unlisted_count})
    if closed_count:
        logger.info("periods.closed", extra={"action": "periods.closed", "count": closed_count})


async def _open_periods(context: Context, writer: PacedWriter) -> None:
    """Insert the missing periods, and add pending people to frozen lists, in batches of teams.

    Each batch is one write transaction, each insertion a savepoint in it. A handler that stores a
    form inserts its own team's period if that is earlier. The failures are logged together.
    """
    now, scope = context.now(), context.store.across_workspaces
    results = StepResults()
    try:
        teams_without_period = await scope.read(
            lambda repos: repos.period_opening.list_unfed_teams(now)
        )
        async for batch_results in writer.write_in_batches(
            teams_without_period, partial(_open_batch, now=now)
        ):
            results += batch_results
        pending_teams = await scope.read(lambda repos: repos.period_opening.list_pending_teams(now))
        async for batch_results in writer.write_in_batches(
            pending_teams, partial(_add_listed_people_batch, now=now)
        ):
            results += batch_results
    finally:
        results.log_failures(_ledger_logger, "ledger.open_failed")


def _open_batch(repos: Repositories, team_ids: Sequence[str], now: datetime) -> StepResults:
    return repos.period_opening.open_missing(now, team_ids)


def _add_listed_people_batch(
    repos: Repositories, team_ids: Sequence[str], now: datetime
) -> StepResults:
    return repos.period_opening.add_listed_people(now, team_ids)


async def _run_step(action: str, step: Awaitable[int | None]) -> int:
    """Await *step* and return its result; 0 if it raises an exception, logged as *action*."""
    try:
        return await step or 0
    except Exception as error:  # noqa: BLE001 - the next run retries
        log_error(logger, action, error)
        return 0
