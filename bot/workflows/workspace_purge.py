"""Purge of a workspace: its keys, then every row, in small transactions that a crash may interrupt.

The first transaction marks the workspace; from then on nothing resumes it and each step is repeated
until all is done, by any process. The last one finds nothing left and deletes the mark.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from math import ceil
from pathlib import Path

from bot.store import workspace_keys, workspace_rows
from bot.store.paced_writes import PacedWriter
from bot.store.release_archive import ReleaseArchive
from bot.store.repositories import Repositories
from bot.store.store import Store
from bot.store.store_scope import OPERATOR_WRITE_TIMEOUT_SECONDS, StoreScope

logger = logging.getLogger("attune.purge")

BATCH_SIZE = 100
"""Default number of rows deleted per transaction: some milliseconds, which a form may wait."""

_MAX_ROUNDS = 10
"""Rounds after which a purge is left to the next run: other processes add rows all the time."""

_Batch = tuple[str, int]
"""The table and the number of a batch."""


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
    *releases_folder* with the rows. ``False`` where rows were added again and again: a later call
    goes on. Raises :class:`bot.errors.StoreBusyError`, :class:`OSError`,
    :class:`bot.store.keys.key_store.KeyStoreUnavailableError` and
    :class:`bot.store.key_removal.KeyStoreInUseError`; a later call goes on then, too.
    """
    scope, deleted_count = store.across_workspaces, 0
    for _ in range(_MAX_ROUNDS):
        await _separate_members(scope, workspace, batch_size)
        while await store.run_purge_step(workspace_keys.destroy_keys, workspace, now):
            pass
        deleted_count += await _delete_rows(scope, workspace, batch_size)
        if releases_folder is not None:
            await _delete_files(scope, workspace, releases_folder)
        if await store.run_purge_step(workspace_keys.finish_purge, workspace, now):
            facts = {"action": "workspaces.purged", "count": deleted_count}
            logger.warning("workspaces.purged", extra=facts)
            return True
    return False


async def _separate_members(scope: StoreScope, workspace: str, batch_size: int) -> None:
    def separate_batch(repos: Repositories) -> int:
        return repos.workspace_purges.separate_members(workspace, batch_size)

    while await scope.write(separate_batch, timeout_seconds=OPERATOR_WRITE_TIMEOUT_SECONDS):
        pass


async def _delete_rows(scope: StoreScope, workspace: str, batch_size: int) -> int:
    """Delete the rows that are there now, but those of the last tables; return how many."""
    counts = await scope.read(lambda repos: repos.workspace_purges.count_rows(workspace))
    batches: list[_Batch] = [
        (name, number)
        for name, count in counts.items()
        if name not in workspace_rows.LAST_ROWS_BY_TABLE
        for number in range(ceil(count / batch_size))
    ]
    delete_batch = partial(_delete_batch, workspace=workspace, limit=batch_size)
    return sum([count async for count in PacedWriter(scope, 1).write_each(batches, delete_batch)])


def _delete_batch(
    repos: Repositories, batches: Sequence[_Batch], workspace: str, limit: int
) -> int:
    return sum(
        repos.workspace_purges.delete_rows(workspace, table_name, limit)
        for table_name, _ in batches
    )


async def _delete_files(scope: StoreScope, workspace: str, folder: Path) -> None:
    """Delete the files of the workspace's published tables, unless the purge is finished."""
    units = await scope.read(lambda repos: repos.workspace_purges.list_unit_keys(workspace))
    await asyncio.to_thread(ReleaseArchive(folder).delete_units, units.include)
