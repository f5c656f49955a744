"""The keys of a workspace are destroyed by the database that owns them, and no other's keys are."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.store import workspace_keys
from bot.store.backup import back_up_database
from bot.store.key_claims import CLAIM_EXPIRY_SECONDS
from bot.store.key_removal import KeyStoreInUseError
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_id import PeriodKeyId, TeamKeyId
from bot.store.store import Store
from bot.workflows.workspace_purge import complete_purge
from tests.key_folders import key_store_for, open_test_store
from tests.store.conftest import PEPPERS
from tests.store.sample_workspaces import (
    CLOSED_AT,
    GONE,
    begin_purge,
    build_own_team,
    seed_team,
    workspace_key,
)

WORKSPACE = workspace_key(GONE)


@pytest.fixture
async def copy(tmp_path: Path) -> AsyncIterator[Store]:
    """A copy of a running database, with its key folder, in which a purge has begun."""
    url = f"sqlite:///{tmp_path}/live/attune.sqlite"
    live = open_test_store(url, PEPPERS)
    live.migrate()
    await seed_team(live, GONE, build_own_team(GONE))
    await live.handle_rollback_and_advance_marks(CLOSED_AT)
    back_up_database(url, tmp_path / "copy.sqlite")
    copied_store = Store.open(f"sqlite:///{tmp_path}/copy.sqlite", PEPPERS, key_store_for(url))
    await begin_purge(copied_store, GONE)
    yield copied_store
    await copied_store.close()
    await live.close()


async def count_rows(store: Store) -> int:
    """Count the rows of the workspace."""
    counts = await store.across_workspaces.read(
        lambda repos: repos.workspace_purges.count_rows(WORKSPACE)
    )
    return sum(counts.values())


async def test_a_copy_beside_the_running_bot_destroys_no_key_and_no_row(copy: Store) -> None:
    """Its purge fails before the first key, until the bot that it copies has stopped."""
    keys, rows = copy.key_store.list_ids(), await count_rows(copy)

    with pytest.raises(KeyStoreInUseError):
        await complete_purge(copy, WORKSPACE, CLOSED_AT)

    assert copy.key_store.list_ids() == keys
    assert await count_rows(copy) == rows
    later = CLOSED_AT + timedelta(seconds=CLAIM_EXPIRY_SECONDS)
    assert await complete_purge(copy, WORKSPACE, later)
    assert not copy.key_store.list_ids()


async def test_keys_are_destroyed_in_steps_of_twenty(store: Store) -> None:
    """Ended and open periods alike; a step has a bound, as people's forms wait for it."""
    for number in range(45):
        store.key_store.get_or_create(PeriodKeyId(WORKSPACE, number))
    await begin_purge(store, GONE)

    counts = [
        await store.run_purge_step(workspace_keys.destroy_keys, WORKSPACE, CLOSED_AT)
        for _ in range(4)
    ]

    assert counts == [20, 20, 5, 0]


@pytest.mark.parametrize("workspace", ["slack:T0GONER", "slack:T0GON", "slack:t0gone", "slack:"])
async def test_keys_of_workspaces_with_similar_names_stay(store: Store, workspace: str) -> None:
    """No part of a name, and no other case of its letters, is the same workspace."""
    team = TeamKeyId("a team of the other")
    keys = {store.key_store.get_or_create(key) for key in (PeriodKeyId(workspace, 1), team)}
    await begin_purge(store, GONE)

    assert await complete_purge(store, WORKSPACE, CLOSED_AT)

    assert {store.key_store.get(key) for key in (PeriodKeyId(workspace, 1), team)} == keys


async def test_no_step_runs_for_a_workspace_that_is_not_being_purged(store: Store) -> None:
    """A second worker that is late destroys nothing of a workspace that was set up anew."""
    key_id = PeriodKeyId(WORKSPACE, 1)
    store.key_store.get_or_create(key_id)

    assert await store.run_purge_step(workspace_keys.destroy_keys, WORKSPACE, CLOSED_AT) == 0
    assert await store.run_purge_step(workspace_keys.finish_purge, WORKSPACE, CLOSED_AT)

    assert isinstance(store.key_store, FolderKeyStore)
    assert store.key_store.get(key_id)
