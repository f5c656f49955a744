"""Periodic job (duty): delete rows and keys of workspaces that uninstalled the app a day ago."""

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
"""Interval between two log records about workspaces that are going to be deleted."""

_RECHECK_BACKOFF = timedelta(hours=1)
"""Backoff after a product's response that does not prove an uninstallation.

The next runs send no request about any workspace for that long.
"""

_WARNING_WATERMARK, _CHECK_WATERMARK = "purge_warning", "purge_check"


async def run(context: Context, *, batch_size: int = BATCH_SIZE) -> int:
    """Purge each workspace whose grace period is over, and complete interrupted purges.

    A purge deletes rows in batches of *batch_size*, one write transaction each, and is idempotent:
    after a crash the next run continues it. Before it begins, a request to the product checks
    whether the app is installed: if so the workspace is resumed, and without proof of the
    uninstallation (:func:`bot.domain.uninstallation.decide_purge`) it is retried after
    :data:`_RECHECK_BACKOFF`. An exception in one purge is logged, and the loop continues: the first
    one is raised at the end, and the next run retries. Once an hour a log record has the number of
    pending purges. If an organisation's token is refused, its workspaces without a token of their
    own are pending, too. Returns how many workspaces were purged.
    """
    now, scope = context.now(), context.store.across_workspaces
    pending = await scope.read(lambda repos: repos.workspace_purges.list_pending())
    if not pending:
        return 0
    if await scope.read(lambda repos: repos.workspace_purges.list_unmarked_dependents()):
        await scope.write(suspend_unmarked_dependents)
    may_query_product = await _is_due(context, _CHECK_WATERMARK, _RECHECK_BACKOFF, now)
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
        except Exception as error:  # noqa: BLE001 - the loop continues, and raises it at the end
            log_error(logger, "workspaces.purge_failed", error)
            first_error = first_error or error
    await _log_pending_purges(context, now)
    if first_error is not None:
        raise first_error
    return purged_count


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: it sends nothing, so a simulated clock does not stop for this duty."""
    return None


async def _begin_if_due(
    context: Context, state: WorkspaceUninstallation, now: datetime, *, may_query_product: bool
) -> bool:
    """Mark a workspace for its purge if that is due and confirmed; return whether it is marked.

    ``True`` as well for one that an earlier run has marked. The product's client is called outside
    a transaction.
    """
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
    """Mark the workspace for its purge, unless it was resumed; return whether it is marked.

    Of an organisation, the workspaces without another token are suspended in the same transaction.
    In a restored database no new purge begins until ``mark_database`` has detected the restore and
    restarted the grace period.
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
    """End the suspension of a workspace whose token is accepted: the app is installed again."""
    resume = partial(_resume_installed, workspace=workspace)
    if await context.store.across_workspaces.write(resume):
        logger.warning("workspaces.opened", extra={"action": "workspaces.opened"})


def _resume_installed(repos: Repositories, workspace: str) -> bool:
    repos.installations.restore_link(workspace)  # Slack lists it for the organisation's token
    return repos.workspaces.resume(workspace, Evidence.INSTALLATION)


async def _log_pending_purges(context: Context, now: datetime) -> None:
    """Log the number of workspaces that are going to be deleted, if any, once an hour."""
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
        lambda repos: repos.watermarks.set_watermark(watermark, now)
    )
