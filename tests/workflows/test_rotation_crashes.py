"""A rotation that is killed at any step loses no token, and the next one completes it."""

import asyncio
from pathlib import Path

import pytest

from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_id import InstallationKeyId, PepperKeyId
from bot.store.keys.open_key_store import resolve_peppers
from bot.store.repositories import Repositories
from bot.store.store import Store
from bot.workflows.secret_rotation import count_seals
from tests.schedules.crashed_copies import iter_crashed_copies
from tests.workflows.rotation_steps import NORTH, open_generated, rotate_generated, rotate_north

SOUTH = "slack:T0SOUTH"
TOKENS = {NORTH: "xoxb-north", SOUTH: "xoxb-south"}
MIN_STEPS = {"pepper": 50, "installation": 40}
"""Steps of each rotation, at least; fewer would mean that the crashes missed something."""


async def load_tokens(store: Store) -> dict[str, str]:
    """Return the tokens that are found, by workspace."""
    installations = await store.across_workspaces.read(
        lambda repos: {workspace: repos.installations.find(workspace) for workspace in TOKENS}
    )
    return {key: str(bot.secret["token"]) for key, bot in installations.items() if bot}


def seal_rows(repos: Repositories) -> None:
    """Store the installations and the mark."""
    for workspace, token in TOKENS.items():
        repos.installations.save(workspace, {"token": token})
    repos.secret_cipher.mark_pepper()


def prepare(folder: Path) -> Path:
    """Create a database with two installations and a mark, all sealed with a generated pepper."""
    folder.mkdir()

    async def fill(store: Store) -> None:
        store.migrate()
        await store.across_workspaces.write(seal_rows)
        await store.close()

    asyncio.run(fill(open_generated(folder)))
    return folder


@pytest.mark.no_cover
def test_rotation_of_the_secret_that_is_killed_is_completed(tmp_path: Path) -> None:
    """At every step both tokens open, and after the next run with the new pepper alone.

    Whichever run came how far, the operator's trail has the rotation then.
    """
    prepared = prepare(tmp_path / "prepared")
    old_pepper = FolderKeyStore(prepared / "keys").get(PepperKeyId())

    async def finish_and_check(store: Store) -> None:
        assert await load_tokens(store) == TOKENS
        await rotate_generated(store)
        assert await load_tokens(store) == TOKENS
        assert await store.across_workspaces.read(
            lambda repos: repos.audit_trail.operator_entries.list_entries()
        )
        await store.close()
        peppers = resolve_peppers((), FolderKeyStore(copy.folder / "keys"))
        assert len(peppers) == 1
        assert old_pepper not in peppers
        started_later = open_generated(copy.folder)
        assert await load_tokens(started_later) == TOKENS
        assert not (await count_seals(started_later)).lost_count
        await started_later.close()

    steps = 0
    for copy in iter_crashed_copies(tmp_path, prepared, rotate_generated, open_generated):
        asyncio.run(finish_and_check(open_generated(copy.folder)))
        assert not list((copy.folder / "keys").glob("pepper-next*"))
        steps += copy.step_count
    assert steps > MIN_STEPS["pepper"]


@pytest.mark.no_cover
def test_rotation_of_a_workspaces_key_that_is_killed_is_completed(tmp_path: Path) -> None:
    """At every step both tokens open; after the next run the earlier key is gone."""
    prepared = prepare(tmp_path / "prepared")
    keys = FolderKeyStore(prepared / "keys")
    old_key, other_key = (keys.get(InstallationKeyId(workspace)) for workspace in TOKENS)

    async def finish_and_check(store: Store) -> None:
        assert await load_tokens(store) == TOKENS
        await rotate_north(store)
        assert await load_tokens(store) == TOKENS
        await store.close()

    steps = 0
    for copy in iter_crashed_copies(tmp_path, prepared, rotate_north, open_generated):
        asyncio.run(finish_and_check(open_generated(copy.folder)))
        key_store = FolderKeyStore(copy.folder / "keys")
        assert key_store.get(InstallationKeyId(NORTH)) not in {None, old_key}
        assert key_store.get(InstallationKeyId(SOUTH)) == other_key
        assert len(key_store.list_ids()) == 2
        steps += copy.step_count
    assert steps > MIN_STEPS["installation"]
