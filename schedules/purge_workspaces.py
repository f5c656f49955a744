"""Duty: purge the workspaces that uninstalled the app a day ago."""

import logging
from datetime import datetime
from functools import partial

from bot.context import Context
from bot.logs import log_error
from bot.store.repositories import Repositories
from bot.store.store_scope import OPERATOR_WRITE_TIMEOUT_SECONDS
from bot.workflows.workspace_purge import BATCH_SIZE, complete_purge

logger = logging.getLogger("attune.purge")


async def run(context: Context, *, batch_size: int = BATCH_SIZE) -> int:
    """Purge each workspace whose grace is over, and complete the purges that have begun.

    A workspace that was resumed within the grace stays. One whose purge fails, which is logged,
    does not stop the others, and is tried again by the next run; the first error is raised at the
    end. Returns how many workspaces were purged.
    """
    now, scope = context.now(), context.store.across_workspaces
    due = await scope.read(lambda repos: repos.workspace_purges.list_due(now))
    purged_count, first_error = 0, None
    for workspace in due:
        try:
            purged_count += await _purge_if_due(context, workspace, now, batch_size)
        except Exception as error:  # noqa: BLE001 - the others are purged all the same
            log_error(logger, "workspaces.purge_failed", error)
            first_error = first_error or error
    if first_error is not None:
        raise first_error
    return purged_count


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: no person waits for a purge."""
    return None


async def _purge_if_due(context: Context, workspace: str, now: datetime, batch_size: int) -> bool:
    begin = partial(_begin_if_due, workspace=workspace, now=now)
    if not await context.store.across_workspaces.write(
        begin, timeout_seconds=OPERATOR_WRITE_TIMEOUT_SECONDS
    ):
        return False
    return await complete_purge(
        context.store, workspace, now, context.releases_folder, batch_size=batch_size
    )


def _begin_if_due(repos: Repositories, workspace: str, now: datetime) -> bool:
    return repos.workspace_purges.begin_if_due(workspace, now)
