"""Every table is listed with its rows of a workspace, and a purge deletes exactly these."""

import pytest

from bot.store.keys.key_id import InstallationKeyId, TeamKeyId
from bot.store.repositories import Repositories
from bot.store.schema import metadata
from bot.store.store import Store
from bot.store.workspace_rows import LAST_ROWS_BY_TABLE, ROWS_BY_TABLE, TABLES_WITHOUT_WORKSPACE
from bot.workflows.workspace_purge import complete_purge
from tests.store.sample_workspaces import (
    CLOSED_AT,
    GONE,
    STAYING,
    begin_purge,
    build_teams,
    fetch_other_rows,
    fetch_rows_by_table,
    seed_workspace,
    workspace_key,
)


@pytest.mark.parametrize("name", sorted(metadata.tables))
def test_every_table_is_listed_once(name: str) -> None:
    """A table that is added to the schema is either purged, or says why it need not be."""
    lists = (ROWS_BY_TABLE, LAST_ROWS_BY_TABLE, TABLES_WITHOUT_WORKSPACE)

    assert sum(name in names for names in lists) == 1


def test_no_listed_table_is_missing_from_the_schema() -> None:
    """A table that was dropped is taken out of the lists."""
    names = {*ROWS_BY_TABLE, *LAST_ROWS_BY_TABLE, *TABLES_WITHOUT_WORKSPACE}

    assert names == set(metadata.tables)


async def test_a_purge_deletes_what_mentions_the_workspace_and_nothing_else(store: Store) -> None:
    """In all tables, unit names included; the other workspace's rows and keys stay to the byte."""
    for word in (STAYING, GONE):
        await seed_workspace(store, word)
    keys_before = set(store.key_store.list_ids())
    mentioned = await fetch_rows_by_table(store, mentioning=GONE)
    counted = await store.across_workspaces.read(
        lambda repos: repos.workspace_purges.count_rows(workspace_key(GONE))
    )
    others_before = await fetch_other_rows(store, GONE)
    for name, rows in mentioned.items():
        assert bool(rows) == (name not in TABLES_WITHOUT_WORKSPACE), name
    assert all(others_before.values())
    await begin_purge(store, GONE)

    assert await complete_purge(store, workspace_key(GONE), CLOSED_AT, batch_size=7)

    assert counted == {name: len(mentioned[name]) for name in counted}
    assert not any((await fetch_rows_by_table(store, mentioning=GONE)).values())
    assert await fetch_other_rows(store, GONE) == others_before
    staying_keys = {TeamKeyId(team.id).file_name for team in build_teams(STAYING)}
    remaining = set(store.key_store.list_ids())
    assert remaining < keys_before
    assert {key.file_name for key in remaining if key.kind == "team"} == staying_keys
    installation_key = InstallationKeyId(workspace_key(STAYING)).file_name
    assert [key.file_name for key in remaining if key.kind == "installation"] == [installation_key]
    assert await store.across_workspaces.read(
        lambda repos: repos.ledger.count_unreadable_periods() == 0
    )


async def test_a_purged_organisation_leaves_a_workspace_its_own_installation(store: Store) -> None:
    """Its links are deleted; a workspace with a token of its own is linked to it no more."""
    organisation, linked, separate = "slack:E0GONE", "slack:T0LINKED", "slack:T0SEPARATE"
    scope = store.across_workspaces

    def install(repos: Repositories) -> None:
        for key in (organisation, separate):
            repos.installations.save(key, {"token": f"xoxb-{key}"})
        repos.installations.link_workspaces(organisation, [linked, separate])
        repos.workspace_purges.begin(organisation, CLOSED_AT)

    await scope.write(install)

    assert await complete_purge(store, organisation, CLOSED_AT)

    remaining = await scope.read(lambda repos: repos.installations.list_workspaces())
    installation = await scope.read(lambda repos: repos.installations.find(separate))
    assert remaining == (separate,)
    assert installation
    assert installation.secret == {"token": f"xoxb-{separate}"}
    assert await scope.read(lambda repos: repos.installations.find_organisation(separate)) == ""
