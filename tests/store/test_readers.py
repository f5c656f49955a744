"""Read transactions: where they run, and that none is older than the last commit."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import cast

from bot.conversation import Person
from bot.domain.people import Role
from bot.store.engines import open_engines
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_store import KeyStore
from bot.store.repositories import Repositories
from bot.store.store import Store
from tests.database_files import copy_empty_database
from tests.key_folders import key_store_for, open_test_store
from tests.sample_team import MARIE, TEAM
from tests.store.conftest import PEPPERS


class RemoteKeyStore:
    """A key store of which nothing is known but its methods; it may be a server's."""

    def __init__(self, key_store: FolderKeyStore) -> None:
        """Pass every call on to *key_store*."""
        self._key_store = key_store

    def __getattr__(self, name: str) -> object:
        """Return the method of the key store behind it."""
        return getattr(self._key_store, name)


def identify_thread(_repos: Repositories) -> int:
    """Return the thread that runs the job."""
    return threading.get_ident()


def has_team_and_role(repos: Repositories, person: Person) -> tuple[bool, bool]:
    """Return whether *person* has a home team, and whether a role."""
    return repos.teams.get_home_team(person) is not None, bool(repos.teams.list_roles(person))


async def test_short_read_runs_in_place_on_sqlite_alone(store: Store) -> None:
    """A read of one workspace needs no other thread; one across workspaces, or of a server, does.

    The database is local in the first case, and the keys are.
    """
    own_thread = threading.get_ident()
    is_sqlite = store._engines.is_sqlite
    reads_on_event_loop = await store.for_workspace("slack:T0").read(identify_thread) == own_thread

    assert reads_on_event_loop is is_sqlite
    assert await store.across_workspaces.read(identify_thread) != own_thread


async def test_read_of_many_rows_leaves_the_event_loop_free(store: Store) -> None:
    """A read that grows with the teams of its workspace runs in another thread on each database."""
    scope = store.for_workspace("slack:T0")

    assert await scope.read(identify_thread, reads_many_rows=True) != threading.get_ident()


async def test_read_with_keys_of_a_server_runs_in_the_pool(tmp_path: Path) -> None:
    """A record may be opened by any read, and a server takes any time to return its key."""
    copy_empty_database(tmp_path)
    url = f"sqlite:///{tmp_path}/attune.sqlite"
    key_store = cast("KeyStore", RemoteKeyStore(key_store_for(url)))
    store = Store(open_engines(url), PEPPERS, key_store)
    thread = await store.for_workspace("slack:T0").read(identify_thread)
    await store.close()

    assert thread != threading.get_ident()


async def test_short_read_never_waits_for_a_writer(tmp_path: Path) -> None:
    """Another process may hold the writer's lock for as long as it likes."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", PEPPERS)
    with closing(sqlite3.connect(tmp_path / "attune.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM team")
        facts = await store.for_workspace("slack:T0").read(
            lambda repos: has_team_and_role(repos, MARIE)
        )
        other.execute("ROLLBACK")
    await store.close()

    assert facts == (False, False)


async def test_withdrawn_right_is_seen_at_once_by_every_process(
    store: Store, database: str
) -> None:
    """What one store has committed decides the next read and the next write of another."""
    other_store = open_test_store(database, PEPPERS)
    scope = other_store.for_workspace(MARIE.workspace)
    facts: list[tuple[bool, bool]] = []

    async def note_rights() -> None:
        facts.append(await scope.read(lambda repos: has_team_and_role(repos, MARIE)))
        facts.append(await scope.write(lambda repos: has_team_and_role(repos, MARIE)))

    def grant(repos: Repositories) -> None:
        repos.teams.save(TEAM)
        repos.teams.declare_clinicians(TEAM.id, [MARIE])
        repos.teams.set_role_holders(TEAM.id, Role.DIRECTOR, [MARIE])

    def withdraw(repos: Repositories) -> None:
        repos.teams.declare_clinicians(TEAM.id, [])
        repos.teams.set_role_holders(TEAM.id, Role.DIRECTOR, [])

    await note_rights()
    await store.across_workspaces.write(grant)
    await note_rights()
    await store.across_workspaces.write(withdraw)
    await note_rights()
    await other_store.close()

    assert facts == [(False, False)] * 2 + [(True, True)] * 2 + [(False, False)] * 2
