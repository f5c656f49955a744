"""Rotation of the operator's secret: what the newest pepper alone opens, and running processes."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot.store import key_rotation
from bot.store.keys.key_id import InstallationKeyId, PepperKeyId
from bot.store.keys.open_key_store import resolve_peppers
from bot.store.pepper_source import PepperSource
from bot.store.store import Store
from bot.workflows import secret_rotation
from bot.workflows.secret_rotation import (
    RestartNeededError,
    SealCounts,
    count_seals,
    reseal_outdated,
)
from tests.database_files import copy_empty_database
from tests.key_folders import key_store_for, open_test_store
from tests.store.conftest import PEPPERS
from tests.store.sample_counts import NOW
from tests.store.sample_workspaces import begin_purge, workspace_key

NEW, OLD = PEPPERS
LOST = b"a made-up pepper that nobody has"
NORTH, SOUTH = workspace_key("north"), workspace_key("south")
ROW_COUNT = 47
"""More rows than two transactions seal."""


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of an empty, migrated database."""
    copy_empty_database(tmp_path / "kept")
    return f"sqlite:///{tmp_path}/kept/attune.sqlite"


@pytest.fixture
async def processes(store: Store, database: str) -> AsyncIterator[tuple[Store, Store]]:
    """Two stores of one deployment that generates its pepper, as two processes open them.

    *store* has migrated the database.
    """
    key_store = key_store_for(database)
    stores = tuple(
        Store.open(database, PepperSource(resolve_peppers((), key_store), key_store), key_store)
        for _ in range(2)
    )
    yield stores[0], stores[1]
    for process in stores:
        await process.close()


async def save(store: Store, workspace: str, token: str) -> None:
    """Store an installation."""
    await store.across_workspaces.write(
        lambda repos: repos.installations.save(workspace, {"token": token})
    )


async def find_token(store: Store, workspace: str) -> str:
    """Return the token of an installation, ``""`` if it is not installed."""
    installation = await store.across_workspaces.read(
        lambda repos: repos.installations.find(workspace)
    )
    return str(installation.secret["token"]) if installation else ""


async def fill(url: str, pepper: bytes, row_count: int = ROW_COUNT) -> None:
    """Store a rotated token, installations, and the mark, with one pepper."""
    store = open_test_store(url, (pepper,))
    for number in range(row_count - 2):
        await save(store, f"slack:T{number}", f"xoxb-{number}")
    await store.across_workspaces.write(
        lambda repos: repos.secret_cipher.encrypt("slack", {"token": "xoxe"})
    )
    await store.across_workspaces.write(lambda repos: repos.secret_cipher.mark_pepper())
    await store.close()


async def test_every_row_is_sealed_again_and_the_old_pepper_needed_by_nothing(url: str) -> None:
    """The counts say so before and after, and a process with the new one alone opens every row."""
    await fill(url, OLD)
    both = open_test_store(url, (NEW, OLD))
    steps: list[tuple[int, int]] = []

    counts = [await count_seals(both)]
    changed_count = await reseal_outdated(both, lambda done, total: steps.append((done, total)))
    counts.append(await count_seals(both))
    repeated_count = await reseal_outdated(both)
    await both.close()
    alone = open_test_store(url, (NEW,))

    assert counts == [SealCounts(ROW_COUNT, ROW_COUNT, 0), SealCounts(ROW_COUNT, 0, 0)]
    assert (changed_count, repeated_count) == (ROW_COUNT, 0)
    assert steps == [(20, ROW_COUNT), (40, ROW_COUNT), (ROW_COUNT, ROW_COUNT)]
    assert await count_seals(alone) == counts[1]
    assert await find_token(alone, "slack:T44") == "xoxb-44"
    await alone.close()


async def test_rows_of_a_lost_pepper_are_counted_and_left(url: str) -> None:
    """They need neither the new nor the old one, and are not reported as rotated."""
    await fill(url, LOST, 4)
    both = open_test_store(url, (NEW, OLD))

    assert await reseal_outdated(both) == 0
    counts = await count_seals(both)
    await both.close()

    assert counts == SealCounts(4, 0, 3)


async def test_row_of_a_process_with_the_old_pepper_is_noticed(url: str) -> None:
    """What a process that was not restarted stores meanwhile needs the old one: it is counted."""
    await fill(url, OLD, 4)
    both, earlier = open_test_store(url, (NEW, OLD)), open_test_store(url, (OLD,))
    await reseal_outdated(both)
    await save(earlier, NORTH, "xoxb-north")
    counts = await count_seals(both)
    await reseal_outdated(both)

    assert (counts.outdated_count, (await count_seals(both)).outdated_count) == (1, 0)
    await both.close()
    await earlier.close()


async def test_generated_pepper_is_replaced_under_a_running_process(
    processes: tuple[Store, Store], database: str
) -> None:
    """The other process reads and stores at each step, is not restarted, and nothing is lost."""
    verb, running = processes
    await save(running, NORTH, "xoxb-north")
    old_pepper = verb.key_store.get(PepperKeyId())
    tokens = []

    begin = partial(key_rotation.begin_replacement, key_id=PepperKeyId())
    await verb.run_purge_step(begin, "", NOW)
    await save(running, SOUTH, "xoxb-south")
    tokens.append(await find_token(running, NORTH))
    await reseal_outdated(verb)
    tokens.append(await find_token(running, NORTH))
    _, counts = await secret_rotation.rotate_pepper(
        verb, NOW, is_configured=False, destruction_delay_seconds=0
    )
    tokens += [await find_token(running, workspace) for workspace in (NORTH, SOUTH)]
    await save(running, "slack:T0EAST", "xoxb-east")
    new_peppers = resolve_peppers((), key_store_for(database))

    assert tokens == ["xoxb-north", "xoxb-north", "xoxb-north", "xoxb-south"]
    assert (counts.row_count, counts.outdated_count) == (3, 0)
    assert len(new_peppers) == 1
    assert old_pepper not in new_peppers
    assert verb.key_store.get(PepperKeyId().next_id) is None
    started_later = open_test_store(database, new_peppers)
    assert await count_seals(started_later) == SealCounts(4, 0, 0)
    await started_later.close()


async def test_generated_pepper_goes_where_one_is_configured(url: str) -> None:
    """Once the configured one opens everything, no generated one stays in the key store."""
    key_store = key_store_for(url)
    (generated,) = resolve_peppers((), key_store)
    await fill(url, generated, 3)
    store = open_test_store(url, resolve_peppers((NEW,), key_store))
    await store.across_workspaces.write(lambda repos: repos.secret_cipher.mark_pepper())

    await secret_rotation.rotate_pepper(store, NOW, is_configured=True, destruction_delay_seconds=0)

    assert resolve_peppers((NEW,), key_store) == (NEW,)
    assert await count_seals(store) == SealCounts(3, 0, 0)
    await store.close()


async def test_generated_pepper_stays_while_running_processes_have_it_alone(url: str) -> None:
    """One that was not restarted renews a token and seals it: no run of the command loses that.

    It is destroyed once a restarted process has sealed everything with the configured one.
    """
    key_store = key_store_for(url)
    (generated,) = resolve_peppers((), key_store)
    await fill(url, generated, 3)
    running = Store.open(url, PepperSource((generated,), key_store), key_store)
    verb = open_test_store(url, resolve_peppers((NEW,), key_store))

    for number in range(2):
        with pytest.raises(RestartNeededError):
            await secret_rotation.rotate_pepper(
                verb, NOW, is_configured=True, destruction_delay_seconds=0
            )
        await save(running, NORTH, f"xoxb-{number}")
        assert await find_token(running, "slack:T0") == "xoxb-0"
    await running.close()
    restarted = open_test_store(url, resolve_peppers((NEW,), key_store))
    assert await find_token(restarted, NORTH) == "xoxb-1"
    await reseal_outdated(restarted)
    await secret_rotation.rotate_pepper(verb, NOW, is_configured=True, destruction_delay_seconds=0)

    assert resolve_peppers((NEW,), key_store) == (NEW,)
    alone = open_test_store(url, (NEW,))
    assert await count_seals(alone) == SealCounts(4, 0, 0)
    for store in (verb, restarted, alone):
        await store.close()


async def test_key_of_one_installation_is_replaced_under_a_running_process(
    processes: tuple[Store, Store],
) -> None:
    """Its earlier key opens no row any more, the other's stays, and tokens are read throughout."""
    verb, running = processes
    await save(running, NORTH, "xoxb-north")
    await save(running, SOUTH, "xoxb-south")
    keys = [verb.key_store.get(InstallationKeyId(workspace)) for workspace in (NORTH, SOUTH)]

    is_rotated = await secret_rotation.rotate_installation_key(
        verb, NORTH, NOW, destruction_delay_seconds=0
    )

    assert is_rotated
    assert verb.key_store.get(InstallationKeyId(NORTH)) not in {None, keys[0]}
    assert verb.key_store.get(InstallationKeyId(SOUTH)) == keys[1]
    assert len(verb.key_store.list_ids()) == 2
    for store in processes:
        assert [await find_token(store, workspace) for workspace in (NORTH, SOUTH)] == [
            "xoxb-north",
            "xoxb-south",
        ]
    await save(running, NORTH, "xoxb-renewed")
    assert await find_token(verb, NORTH) == "xoxb-renewed"


async def test_workspace_without_an_installation_gets_no_key(
    processes: tuple[Store, Store],
) -> None:
    """Neither one that never installed the app, nor one that is being purged, is rotated."""
    store, _ = processes
    await save(store, NORTH, "xoxb-north")
    await begin_purge(store, "north")
    key = store.key_store.get(InstallationKeyId(NORTH))

    rotations = [
        await secret_rotation.rotate_installation_key(
            store, workspace, NOW, destruction_delay_seconds=0
        )
        for workspace in (NORTH, SOUTH)
    ]

    assert rotations == [False, False]
    assert store.key_store.get(InstallationKeyId(NORTH)) == key
    assert store.key_store.get(InstallationKeyId(NORTH).next_id) is None
    assert store.key_store.get(InstallationKeyId(SOUTH)) is None
