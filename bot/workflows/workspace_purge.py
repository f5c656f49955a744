"""Purge of a workspace: delete its keys, then every row, in small idempotent transactions.

The first transaction marks the workspace as being purged, so that nothing resumes it. After a crash
any process repeats the steps until no row is left; the last transaction checks that, and deletes
the mark.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bot.store import workspace_keys, workspace_rows
from bot.store.paced_writes import PacedWriter
from bot.store.release_archive import ReleaseArchive
from bot.store.repositories import Repositories
from bot.store.repositories.workspace_purges import RowKey, WorkspaceUnits
from bot.store.store import Store
from bot.store.store_scope import OPERATOR_WRITE_TIMEOUT_SECONDS, StoreScope

logger = logging.getLogger("attune.purge")

BATCH_SIZE = 100
"""Default number of rows deleted per transaction, for which a form waits some milliseconds."""

_MAINS_PER_TRANSACTION = 5
"""Main accounts replaced per transaction, which encrypts every open record of their workspaces."""

_MAX_PASSES = 10
"""Passes over all tables after which a purge is left to the next run: other processes add rows."""


class _Batch(NamedTuple):
    """Primary keys of the rows of one table that one transaction deletes."""

    table_name: str
    row_keys: list[RowKey]


async def complete_purge(
    store: Store,
    workspace: str,
    now: datetime,
    releases_folder: Path | None = None,
    *,
    batch_size: int = BATCH_SIZE,
) -> bool:
    """Complete the purge of *workspace*, which has begun; return whether nothing of it is left.

    Keys are destroyed before any row is deleted, and the files of published tables in
    *releases_folder* after the rows. Returns ``False`` if other processes inserted rows during each
    of :data:`_MAX_PASSES` passes. Raises :class:`bot.errors.StoreBusyError`, :class:`OSError`,
    :class:`bot.store.keys.key_store.KeyStoreUnavailableError` and
    :class:`bot.store.key_removal.KeyStoreInUseError`. In each case a later call continues.
    """
    scope, deleted_count = store.across_workspaces, 0
    for _ in range(_MAX_PASSES):
        await _replace_main_accounts(scope, workspace, now)
        await _end_cross_workspace_memberships(scope, workspace, batch_size)
        while await store.run_purge_step(workspace_keys.destroy_keys, workspace, now):
            pass
        units = await scope.read(partial(_find_workspace_units, workspace=workspace))
        deleted_count += await _delete_rows(scope, workspace, batch_size)
        if releases_folder is not None:
            await _delete_files(units, releases_folder)
        if await store.run_purge_step(workspace_keys.finish_purge, workspace, now):
            facts = {"action": "workspaces.purged", "count": deleted_count}
            logger.warning("workspaces.purged", extra=facts)
            return True
    return False


async def _replace_main_accounts(scope: StoreScope, workspace: str, now: datetime) -> None:
    """Replace main accounts of *workspace* by linked accounts of other workspaces.

    Each batch is one transaction. Debriefs of linked accounts have the token of their main account:
    once the links are deleted, they could not be withdrawn.
    """

    def replace_batch(repos: Repositories) -> int:
        return repos.workspace_purges.replace_main_accounts(workspace, _MAINS_PER_TRANSACTION, now)

    while await scope.write(replace_batch, timeout_seconds=OPERATOR_WRITE_TIMEOUT_SECONDS):
        pass


async def _end_cross_workspace_memberships(
    scope: StoreScope, workspace: str, batch_size: int
) -> None:
    def end_batch(repos: Repositories) -> int:
        return repos.workspace_purges.end_cross_workspace_memberships(workspace, batch_size)

    while await scope.write(end_batch, timeout_seconds=OPERATOR_WRITE_TIMEOUT_SECONDS):
        pass


async def _delete_rows(scope: StoreScope, workspace: str, batch_size: int) -> int:
    """Delete the present rows of each table of ``ROWS_BY_TABLE`` in batches; return how many.

    The primary keys are queried in a read transaction, without the writer lock, for which forms
    wait.
    """
    delete_batch = partial(_delete_batches, workspace=workspace)
    writer, deleted_count = PacedWriter(scope, 1), 0
    for table_name in workspace_rows.ROWS_BY_TABLE:
        list_keys = partial(_list_row_keys, workspace=workspace, table_name=table_name)
        row_keys = await scope.read(list_keys)
        batches = [
            _Batch(table_name, row_keys[start : start + batch_size])
            for start in range(0, len(row_keys), batch_size)
        ]
        async for count in writer.write_in_batches(batches, delete_batch):
            deleted_count += count
    return deleted_count


def _list_row_keys(repos: Repositories, workspace: str, table_name: str) -> list[RowKey]:
    return repos.workspace_purges.list_row_keys(workspace, table_name)


def _delete_batches(repos: Repositories, batches: Sequence[_Batch], workspace: str) -> int:
    return sum(
        repos.workspace_purges.delete_rows(workspace, batch.table_name, batch.row_keys)
        for batch in batches
    )


def _find_workspace_units(repos: Repositories, workspace: str) -> WorkspaceUnits:
    return repos.workspace_purges.find_workspace_units(workspace)


async def _delete_files(units: WorkspaceUnits, folder: Path) -> None:
    """Delete the files of published tables of *units*, listed before the rows, in a thread."""
    archive = ReleaseArchive(folder)
    await asyncio.to_thread(archive.delete_units, units.known_units, units.contains)
