"""The operator trail has purges and rotations, and names no workspace and no person."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.content.catalogue import Catalogue
from bot.context import Context
from bot.domain.operator_entry import OperatorAction, OperatorActor, OperatorEntry
from bot.store.key_claims import MissingClaimError
from bot.store.keys.key_id import PepperKeyId
from bot.store.repositories import Repositories
from bot.store.store import Store
from bot.workflows.reachability import suspend_workspace
from bot.workflows.secret_rotation import reseal_outdated, rotate_pepper
from bot.workflows.workspace_purge import complete_purge
from schedules import retention
from tests.database_files import copy_empty_database
from tests.doubles import full_catalogue
from tests.key_folders import open_test_store
from tests.store.conftest import PEPPERS
from tests.store.sample_workspaces import (
    CLOSED_AT,
    GONE,
    STAYING,
    fetch_rows_by_table,
    mentions,
    purge,
    workspace_key,
)

__all__ = ["full_catalogue"]

GONE_KEY, STAYING_KEY = workspace_key(GONE), workspace_key(STAYING)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A store of two workspaces that installed the app, by a person of each."""
    copy_empty_database(tmp_path / "kept")
    new_store = open_test_store(f"sqlite:///{tmp_path}/kept/attune.sqlite", PEPPERS)

    def install(repos: Repositories) -> None:
        for workspace in (GONE_KEY, STAYING_KEY):
            repos.installations.save(workspace, {"token": "xoxb"})

    await new_store.across_workspaces.write(install)
    yield new_store
    await new_store.close()


async def list_entries(store: Store, workspace: str = "") -> list[OperatorEntry]:
    """Return the entries of a workspace, or all, the oldest first."""
    entries = await store.across_workspaces.read(
        lambda repos: repos.audit_trail.operator_entries.list_entries(workspace=workspace)
    )
    return sorted(entries, key=lambda entry: entry.action)


async def test_a_purge_leaves_two_entries_that_only_the_id_finds(store: Store) -> None:
    """They have cause, actor and the number of rows; no row of any table mentions the workspace."""
    scope = store.across_workspaces
    await scope.write(
        lambda repos: suspend_workspace(repos, GONE_KEY, "app_uninstalled", CLOSED_AT)
    )
    counts = await scope.read(lambda repos: repos.workspace_purges.count_rows(GONE_KEY))
    due = CLOSED_AT + timedelta(days=2)
    assert await scope.write(lambda repos: repos.workspace_purges.begin_if_due(GONE_KEY, due))
    assert await complete_purge(store, GONE_KEY, due)

    begin, end = await list_entries(store, GONE_KEY)
    rows = await fetch_rows_by_table(store)

    assert (begin.action, end.action) == (OperatorAction.PURGE_BEGUN, OperatorAction.PURGE_ENDED)
    assert (begin.actor, begin.reason) == (OperatorActor.CLOCK, "app_uninstalled")
    assert begin.row_count == sum(counts.values()) > 0
    assert begin.at == end.at == due
    assert await list_entries(store, STAYING_KEY) == []
    assert len(rows["operator_entry"]) == 2
    assert not any(mentions(row, GONE) for table_rows in rows.values() for row in table_rows)


async def test_purge_of_a_connected_workspace_is_the_operators(store: Store) -> None:
    """A purge that is begun twice has one entry, without the code of a suspension."""
    for _ in range(2):
        await store.across_workspaces.write(
            lambda repos: repos.workspace_purges.begin(GONE_KEY, CLOSED_AT)
        )

    (begin,) = await list_entries(store, GONE_KEY)

    assert (begin.actor, begin.reason) == (OperatorActor.OPERATOR, "")


async def test_digests_of_two_deployments_differ(store: Store, tmp_path: Path) -> None:
    """Whoever knows an id cannot try it on a copy: the digest depends on a key outside."""
    copy_empty_database(tmp_path / "other")
    other = open_test_store(f"sqlite:///{tmp_path}/other/attune.sqlite", PEPPERS)
    digests = set()
    for deployment in (store, other):
        await purge(deployment, GONE_KEY)
        digests |= {entry.workspace_digest for entry in await list_entries(deployment)}
    await other.close()

    assert len(digests) == 2
    assert {len(digest) for digest in digests} == {32}


async def test_entry_without_a_readable_key_has_no_digest(store: Store) -> None:
    """A key store that is not mounted prevents no entry, and finds none by an id."""
    await purge(store, GONE_KEY)
    (folder,) = Path(store._engines.writer.url.database or "").parent.glob("*.keys")
    for path in folder.iterdir():
        path.unlink()

    await store.across_workspaces.write(
        lambda repos: repos.workspace_purges.begin(STAYING_KEY, CLOSED_AT)
    )

    assert b"" in {entry.workspace_digest for entry in await list_entries(store)}
    with pytest.raises(MissingClaimError):
        await list_entries(store, GONE_KEY)


async def test_rotation_is_an_entry(store: Store) -> None:
    """With the number of rows that were sealed again; a repeated one that changed none has none."""
    url = f"sqlite:///{store._engines.writer.url.database}"
    newer = open_test_store(url, (b"a newer made-up pepper for this test", *PEPPERS))
    for _ in range(2):
        await rotate_pepper(newer, CLOSED_AT, is_configured=True, destruction_delay_seconds=0)
    await newer.close()

    (rotation,) = await list_entries(store)

    assert rotation == OperatorEntry(
        CLOSED_AT, OperatorAction.ROTATED, OperatorActor.OPERATOR, row_count=2
    )


async def test_destruction_of_a_secret_is_an_entry(store: Store) -> None:
    """Also where a run that was interrupted, or the clock, has sealed every row; once."""
    store.key_store.put(PepperKeyId(), b"g" * 32)
    await reseal_outdated(store)
    for _ in range(2):
        await rotate_pepper(store, CLOSED_AT, is_configured=True, destruction_delay_seconds=0)

    (rotation,) = await list_entries(store)

    assert (rotation.action, rotation.row_count) == (OperatorAction.ROTATED, 0)


async def test_rotation_by_the_clock_is_an_entry_of_the_clock(
    store: Store, full_catalogue: Catalogue
) -> None:
    """A new secret in front of the settings is noticed by the daily duty, once."""
    url = f"sqlite:///{store._engines.writer.url.database}"
    newer = open_test_store(url, (b"a newer made-up pepper for this test", *PEPPERS))
    context = Context(newer, full_catalogue, lambda: CLOSED_AT, {})
    for _ in range(2):
        await retention.run(context)
    await newer.close()

    (rotation,) = await list_entries(store)

    assert (rotation.action, rotation.actor) == (OperatorAction.ROTATED, OperatorActor.CLOCK)
    assert rotation.row_count == 2


async def test_entries_end_with_the_audit_trail(store: Store) -> None:
    """They are deleted by the same cutoff, and not a day before."""
    await purge(store, GONE_KEY)
    scope, counts = store.across_workspaces, []
    for cutoff in (CLOSED_AT, CLOSED_AT + timedelta(days=1)):
        delete = partial(_delete_before, cutoff=cutoff)
        counts.append(await scope.write(delete))

    assert counts == [0, 2]
    assert await list_entries(store) == []


def _delete_before(repos: Repositories, cutoff: datetime) -> int:
    return repos.audit_trail.delete_before(cutoff)
