"""A PostgreSQL database that nine clinicians have used: filled once on a server, and copied."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

from bot.context import Context
from tests.attacks.nights import load_texts
from tests.attacks.wal_archive import COVER, WatchedBot
from tests.doubles import PEPPERS, FakeClock, RecordingOutlet
from tests.key_folders import find_key_folder, open_test_store
from tests.postgres import PostgresServer
from tests.sample_team import CLINICIANS, SUPERVISOR, TEAM, set_up_team

_FILLED_DATABASES: dict[PostgresServer, str] = {}
"""The URL of the database that is copied, on each server of this process."""


@asynccontextmanager
async def open_watched_bot(
    server: PostgresServer, *, is_copied: bool = True
) -> AsyncIterator[WatchedBot]:
    """Open a bot on a new database with nine clinicians who joined and used it before.

    It is a copy of the filled database, or filled anew. One person uses it once more: of each page
    that is written for the first time after the copy the log has the whole.
    """
    if is_copied:
        url = await _copy_filled_database(server)
    else:
        url = server.database_url(server.create_database(server.migrate_template()))
        await _fill_database(server, url)
    async with _run_bot(server, url) as bot:
        await bot.run_requests(CLINICIANS[:1])
        # Migrations leave dead rows in it, which PostgreSQL prunes, and logs, at a later reading.
        bot.execute("VACUUM pg_catalog.pg_class")
        await bot.run_event(COVER, CLINICIANS[0])  # its commit flushes what the vacuum has logged
        yield bot


async def prepare_filled_database(server: PostgresServer) -> str:
    """Return the URL of the database that is copied, filled by the first call.

    A test of a weakened bot calls it before it weakens the bot, so that no other one filled it.
    """
    if server not in _FILLED_DATABASES:
        url = server.database_url(server.create_database(server.migrate_template()))
        await _fill_database(server, url)
        _FILLED_DATABASES[server] = url
    return _FILLED_DATABASES[server]


async def _copy_filled_database(server: PostgresServer) -> str:
    """Return the URL of a copy with the same rows and keys, which takes a tenth of the time."""
    source_url = await prepare_filled_database(server)
    url = server.database_url(server.create_database(find_key_folder(source_url).stem))
    shutil.copytree(find_key_folder(source_url), find_key_folder(url))
    return url


async def _fill_database(server: PostgresServer, url: str) -> None:
    """Let nine clinicians join the team of a new database, and send each form."""
    async with _run_bot(server, url) as bot:
        await set_up_team(bot.context, TEAM, CLINICIANS, (SUPERVISOR,))
        await bot.context.store.across_workspaces.write(
            lambda repos: [repos.people.join_team(person, TEAM.id) for person in CLINICIANS]
        )
        await bot.run_requests(CLINICIANS)


@asynccontextmanager
async def _run_bot(server: PostgresServer, url: str) -> AsyncIterator[WatchedBot]:
    store, outlets = open_test_store(url, PEPPERS), {"slack": RecordingOutlet()}
    bot = WatchedBot(server, url, Context(store, load_texts(), FakeClock(), outlets))
    with closing(bot):
        try:
            yield bot
        finally:
            await store.close()
