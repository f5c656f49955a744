"""Duty: purge the workspaces that uninstalled the app a day ago."""

import logging
from datetime import datetime, timedelta
from functools import partial

from bot.context import Context
from bot.domain.reachability import Evidence, SuspensionKind, classify_suspension
from bot.domain.uninstallation import PurgeDecision, decide_purge, is_purge_due
from bot.logs import log_error
from bot.store.repositories import Repositories
from bot.store.repositories.workspace_purges import WorkspaceUninstallation
from bot.store.store_scope import OPERATOR_WRITE_TIMEOUT_SECONDS
from bot.workflows.reachability import (
    suspend_dependent_workspaces,
    suspend_unmarked_dependents,
)
from bot.workflows.workspace_purge import BATCH_SIZE, complete_purge

logger = logging.getLogger("attune.purge")

_WARNING_INTERVAL = timedelta(hours=1)
"""Time between two log lines about workspaces that are going to be deleted."""

_CHECK_INTERVAL = timedelta(hours=1)
"""Time for which no product is asked after one has not proved that a due workspace is gone."""

_WARNING_WATERMARK, _CHECK_WATERMARK = "purge_warning", "purge_check"


async def run(context: Context, *, batch_size: int = BATCH_SIZE) -> int:
    """Purge each workspace whose grace is over, and complete the purges that have begun.

    Before a purge begins its product is asked whether the app is installed there: a workspace that
    is in use is resumed, and one of which nothing definite is known waits. One that was resumed
    within the grace stays. One whose purge fails, which is logged, does not stop the others, and is
    tried again by the next run; the first error is raised at the end. While a deletion is pending,
    a line of the log says so every hour. With an organisation whose token is refused all workspaces
    are pending that have no other. Returns how many workspaces were purged.
    """
    now, scope = context.now(), context.store.across_workspaces
    pending = await scope.read(lambda repos: repos.workspace_purges.list_pending())
    if not pending:
        return 0
    if await scope.read(lambda repos: repos.workspace_purges.list_unmarked_dependents()):
        await scope.write(suspend_unmarked_dependents)
    may_query_product = await _is_due(context, _CHECK_WATERMARK, _CHECK_INTERVAL, now)
    purged_count, first_error = 0, None
    for state in pending:
        try:
            if await _begin_if_due(context, state, now, may_query_product=may_query_product):
                purged_count += await complete_purge(
                    context.store,
                    state.workspace,
                    now,
                    context.releases_folder,
                    batch_size=batch_size,
                )
        except Exception as error:  # noqa: BLE001 - the others are purged all the same
            log_error(logger, "workspaces.purge_failed", error)
            first_error = first_error or error
    await _log_pending_purges(context, now)
    if first_error is not None:
        raise first_error
    return purged_count


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: no person waits for a purge."""
    return None


async def _begin_if_due(
    context: Context, state: WorkspaceUninstallation, now: datetime, *, may_query_product: bool
) -> bool:
    """Begin the purge of a workspace that is due and gone; return whether it has begun."""
    workspace, reason = state.workspace, state.suspension_reason
    if not is_purge_due(reason, state.uninstalled_at, now):
        return False
    if classify_suspension(reason) is not SuspensionKind.PURGING:
        if not may_query_product:
            return False
        decision = decide_purge(reason, await context.check_installation(workspace))
        if decision is PurgeDecision.RESUME:
            await _resume_workspace(context, workspace)
        elif decision is PurgeDecision.WAIT:
            await _set_watermark(context, _CHECK_WATERMARK, now)
        if decision is not PurgeDecision.BEGIN:
            return False
    return await context.store.across_workspaces.write(
        partial(_begin_purge, state=state, now=now),
        timeout_seconds=OPERATOR_WRITE_TIMEOUT_SECONDS,
    )


def _begin_purge(repos: Repositories, state: WorkspaceUninstallation, now: datetime) -> bool:
    """Begin the purge; the workspaces that a purged organisation served are not connected then.

    None begins in a restored database, before the duty that detects it has let the grace begin
    anew.
    """
    workspace, reason = state.workspace, state.suspension_reason
    is_running = classify_suspension(reason) is SuspensionKind.PURGING
    if not is_running and repos.detect_rollback() is not None:
        return False
    has_begun = repos.workspace_purges.begin_if_due(workspace, now)
    if has_begun and not is_running:
        suspend_dependent_workspaces(repos, workspace, reason, now)
    return has_begun


async def _resume_workspace(context: Context, workspace: str) -> None:
    """Resume a workspace whose token works, which only an installation explains."""
    resume = partial(_resume_installed, workspace=workspace)
    if await context.store.across_workspaces.write(resume):
        logger.warning("workspaces.opened", extra={"action": "workspaces.opened"})


def _resume_installed(repos: Repositories, workspace: str) -> bool:
    repos.installations.restore_link(workspace)  # Slack lists it for the organisation's token
    return repos.workspaces.resume(workspace, Evidence.INSTALLATION)


async def _log_pending_purges(context: Context, now: datetime) -> None:
    """Log how many workspaces are going to be deleted, if any, once an hour."""
    pending = await context.store.across_workspaces.read(
        lambda repos: repos.workspace_purges.list_pending()
    )
    if pending and await _is_due(context, _WARNING_WATERMARK, _WARNING_INTERVAL, now):
        facts = {"action": "workspaces.deletion_pending", "count": len(pending)}
        logger.warning("workspaces.deletion_pending", extra=facts)
        await _set_watermark(context, _WARNING_WATERMARK, now)


async def _is_due(context: Context, watermark: str, interval: timedelta, now: datetime) -> bool:
    return await context.store.across_workspaces.read(
        lambda repos: repos.watermarks.is_due(watermark, interval, now)
    )


async def _set_watermark(context: Context, watermark: str, now: datetime) -> None:
    await context.store.across_workspaces.write(
        lambda repos: repos.watermarks.set_last_run(watermark, now)
    )
