"""Duty: write published tables to files outside the database."""

import asyncio
from datetime import datetime

from bot.context import Context
from bot.store.release_archive import ReleaseArchive
from bot.store.repositories.releases import RELEASE_RETENTION


async def run(context: Context) -> int:
    """Write each published table that has no file; return how many were written.

    It reads committed tables only, after their transaction. Files of expired tables are deleted
    as their rows are. Usually the numbers of files and rows agree, and nothing else is read.
    """
    if context.releases_folder is None:
        return 0
    archive = ReleaseArchive(context.releases_folder)
    await asyncio.to_thread(archive.delete_before, (context.now() - RELEASE_RETENTION).date())
    scope = context.store.across_workspaces
    row_count = await scope.read(lambda repos: repos.releases.count_all())
    if row_count == await asyncio.to_thread(archive.count_files):
        return 0
    releases = await scope.read(lambda repos: repos.releases.list_all())
    return await asyncio.to_thread(archive.write_missing, releases)


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: nobody waits for a file."""
    return None
