"""Periodic job (duty): write published tables to JSON files outside the database."""

import asyncio
from datetime import date, datetime

from bot.context import Context
from bot.store.release_archive import ReleaseArchive
from bot.store.repositories.column_codecs import parse_practice_unit_key
from bot.store.repositories.releases import ReleaseKey
from bot.workflows.workspace_retention import WorkspaceRetention, find_table_cutoffs


async def run(context: Context) -> int:
    """Write a file for each published table without one, and delete expired files.

    Idempotent: the names in the folder decide which tables have a file, so that a replaced folder
    and a restored database are completed. Usually none is missing, and only the tables' keys are
    queried. Files are read and written in worker threads. Returns how many were written; 0 without
    a configured folder, and in a copy of the database beside the running bot, whose tables would
    take the place of the published ones. Raises :class:`OSError`.
    """
    if context.releases_folder is None or await _is_key_store_used_elsewhere(context):
        return 0
    archive = ReleaseArchive(context.releases_folder)
    await asyncio.to_thread(
        archive.delete_before, (context.now() - context.retention.tables).date()
    )
    scope = context.store.across_workspaces
    keys = await scope.read(lambda repos: repos.releases.list_keys())
    if periods_by_workspace := context.list_workspace_retention():
        keys = await _delete_by_workspace_retention(context, archive, periods_by_workspace, keys)
    missing = await asyncio.to_thread(archive.find_missing, keys)
    if not missing:
        return 0
    releases = await scope.read(lambda repos: repos.releases.list_all())
    return await asyncio.to_thread(
        archive.write_missing, [item for item in releases if item.key in missing]
    )


async def _delete_by_workspace_retention(
    context: Context,
    archive: ReleaseArchive,
    periods: WorkspaceRetention,
    keys: tuple[ReleaseKey, ...],
) -> tuple[ReleaseKey, ...]:
    """Delete the files that are older than single workspaces' own retention *periods*.

    Returns those of *keys* that are not. The expired rows are deleted by a later duty of the tick,
    so that without this filter their files would be written again.
    """
    workspaces = await context.store.across_workspaces.read(
        lambda repos: repos.releases.list_workspaces_by_unit(), reads_many_rows=True
    )
    cutoffs = find_table_cutoffs(periods, context.now())

    def find_cutoff(unit: str) -> date:
        workspace = workspaces.get(unit) or parse_practice_unit_key(unit)
        return cutoffs.get(workspace, date.min)

    latest = max(cutoffs.values())
    await asyncio.to_thread(archive.delete_expired, workspaces.keys(), latest, find_cutoff)
    return tuple(key for key in keys if key.closes >= find_cutoff(key.unit))


async def _is_key_store_used_elsewhere(context: Context) -> bool:
    """Whether another instance of this database uses the key store; reads the claim in a thread."""
    claimed_key_store = context.store.claimed_key_store
    return await asyncio.to_thread(claimed_key_store.is_used_elsewhere, context.now())


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: it sends nothing, so a simulated clock does not stop for this duty."""
    return None
