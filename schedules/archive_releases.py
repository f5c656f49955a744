"""Duty: write published tables to files outside the database."""

import asyncio
from datetime import date, datetime

from bot.context import Context
from bot.store.release_archive import ReleaseArchive
from bot.store.repositories.column_codecs import parse_practice_unit_key
from bot.store.repositories.releases import ReleaseKey
from bot.workflows.own_retention import OwnRetention, find_table_cutoffs


async def run(context: Context) -> int:
    """Write each published table that has no file; return how many were written.

    It reads committed tables only, after their transaction. Files of expired tables are deleted
    as their rows are. Which tables have a file is decided by the names of the files, so that a
    folder that was replaced and a database that was restored are completed. Usually none is
    missing, and no table is read. A copy of the database beside the running bot writes nothing:
    its tables would stay in the place of the published ones.
    """
    if context.releases_folder is None or await _is_copy(context):
        return 0
    archive = ReleaseArchive(context.releases_folder)
    await asyncio.to_thread(
        archive.delete_before, (context.now() - context.retention.tables).date()
    )
    scope = context.store.across_workspaces
    keys = await scope.read(lambda repos: repos.releases.list_keys())
    if own_periods := context.list_own_retention():
        keys = await _delete_by_own_periods(context, archive, own_periods, keys)
    missing = await asyncio.to_thread(archive.find_missing, keys)
    if not missing:
        return 0
    releases = await scope.read(lambda repos: repos.releases.list_all())
    return await asyncio.to_thread(
        archive.write_missing, [item for item in releases if item.key in missing]
    )


async def _delete_by_own_periods(
    context: Context, archive: ReleaseArchive, periods: OwnRetention, keys: tuple[ReleaseKey, ...]
) -> tuple[ReleaseKey, ...]:
    """Delete the files that are older than single workspaces' own periods.

    Returns those of *keys* that are not: their rows may stay until the next duty.
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


async def _is_copy(context: Context) -> bool:
    """Whether another instance of the database uses the key store."""
    claimed_key_store = context.store.claimed_key_store
    return await asyncio.to_thread(claimed_key_store.is_used_elsewhere, context.now())


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: nobody waits for a file."""
    return None
