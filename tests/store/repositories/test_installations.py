"""Installations: sealed tokens, their renewal by one process, and their destruction."""

from typing import Any

from sqlalchemy import text

from bot.store.keys.key_id import InstallationKeyId
from bot.store.repositories import Repositories
from bot.store.repositories.installations import StoredInstallation
from bot.store.store import Store
from bot.workflows.secret_rotation import reseal_outdated
from tests.key_folders import open_test_store
from tests.store.conftest import PEPPERS
from tests.store.sample_workspaces import purge

NORTH, SOUTH, CLINICS = "slack:T0NORTH", "slack:T0SOUTH", "slack:E0CLINICS"
NORTH_TOKENS, SOUTH_TOKENS = {"token": "xoxb-north"}, {"token": "xoxb-south"}
SHARED_TOKENS = {"token": "xoxb-clinics"}


async def save(store: Store, workspace: str, tokens: dict[str, Any]) -> None:
    """Store an installation."""
    scope = store.for_workspace(workspace)
    await scope.write(lambda repos: repos.installations.save(workspace, tokens))


async def find(store: Store, workspace: str) -> StoredInstallation | None:
    """Return the installation that serves a workspace."""
    scope = store.for_workspace(workspace)
    return await scope.read(lambda repos: repos.installations.find(workspace))


async def find_token(store: Store, workspace: str) -> str:
    """Return the token that serves a workspace, ``""`` if it is not installed."""
    installation = await find(store, workspace)
    return str(installation.secret["token"]) if installation else ""


def dump_rows(repos: Repositories) -> str:
    """Return every installation's row as text."""
    return str(repos._connection.execute(text("select * from installation")).all())


async def test_each_workspace_has_its_own_token(store: Store) -> None:
    """Two installations are found by their workspace alone, and a third workspace has none."""
    await save(store, NORTH, NORTH_TOKENS)
    await save(store, SOUTH, SOUTH_TOKENS)

    assert await find_token(store, NORTH) == "xoxb-north"
    assert await find_token(store, SOUTH) == "xoxb-south"
    assert await find(store, "slack:T0OTHER") is None
    assert await store.across_workspaces.read(lambda repos: repos.installations.count()) == 2


async def test_neither_row_nor_repr_contains_the_token(store: Store) -> None:
    """The row is sealed, and the value shows no token when it is printed."""
    await save(store, NORTH, NORTH_TOKENS)

    assert "xoxb" not in await store.across_workspaces.read(dump_rows)
    assert "xoxb" not in repr(await find(store, NORTH))


async def test_a_destroyed_key_ends_the_rows_of_every_backup(store: Store) -> None:
    """A row that is restored after the deletion is no installation, although the pepper is here."""
    await save(store, NORTH, NORTH_TOKENS)
    await save(store, SOUTH, SOUTH_TOKENS)
    scope = store.across_workspaces
    copy_row = "create table backup_copy as select * from installation"
    await scope.write(lambda repos: repos._connection.execute(text(copy_row)))

    await purge(store, NORTH)
    rows_after = await scope.read(dump_rows)
    restore = "insert into installation select * from backup_copy where workspace like '%NORTH'"
    await scope.write(lambda repos: repos._connection.execute(text(restore)))

    assert NORTH not in rows_after
    assert NORTH in await scope.read(dump_rows)
    assert await find(store, NORTH) is None
    assert await find_token(store, SOUTH) == "xoxb-south"
    assert store.key_store.get(InstallationKeyId(NORTH)) is None


async def test_a_deletion_can_be_repeated(store: Store) -> None:
    """A deletion that a crash repeats changes nothing more, and a new installation starts clean."""
    await save(store, NORTH, NORTH_TOKENS)
    await save(store, SOUTH, SOUTH_TOKENS)
    scope, rows = store.across_workspaces, []
    for _ in range(2):
        await purge(store, NORTH)
        rows.append(await scope.read(dump_rows))
    await save(store, NORTH, SOUTH_TOKENS)

    assert rows[0] == rows[1]
    assert NORTH not in rows[0]
    assert await find_token(store, NORTH) == "xoxb-south"


async def test_the_token_needs_the_pepper_too(store: Store, database: str) -> None:
    """Whoever has the database and the key store, without the pepper, reads no token."""
    await save(store, NORTH, NORTH_TOKENS)
    other = open_test_store(database, (b"another made-up pepper for this test",))

    assert await find(other, NORTH) is None
    await other.close()


async def test_an_earlier_pepper_opens_and_the_newest_seals(store: Store, database: str) -> None:
    """After the rows were sealed anew, the earlier pepper is not needed any more."""
    earlier = open_test_store(database, PEPPERS[1:])
    await save(earlier, NORTH, NORTH_TOKENS)
    await earlier.close()

    assert await find_token(store, NORTH) == "xoxb-north"
    counts = [await reseal_outdated(store) for _ in range(2)]
    newest = open_test_store(database, PEPPERS[:1])

    assert counts == [1, 0]
    assert await find_token(newest, NORTH) == "xoxb-north"
    await newest.close()


async def test_one_process_renews_a_token(store: Store) -> None:
    """A claim excludes a second one until it ends, and tokens of another version are left."""
    await save(store, NORTH, NORTH_TOKENS)
    installation = await find(store, NORTH)
    assert installation
    scope, version = store.for_workspace(NORTH), installation.version

    claims = [
        await scope.write(lambda repos: repos.installations.claim_renewal(NORTH, version, 10, 40)),
        await scope.write(lambda repos: repos.installations.claim_renewal(NORTH, version, 20, 50)),
        await scope.write(lambda repos: repos.installations.claim_renewal(NORTH, version, 40, 70)),
    ]
    changes = [
        await scope.write(
            lambda repos: repos.installations.replace_secret(NORTH, version, SOUTH_TOKENS)
        )
        for _ in range(2)
    ]

    assert claims == [True, False, True]
    assert changes == [True, False]
    assert await find_token(store, NORTH) == "xoxb-south"


async def test_an_organisation_serves_its_linked_workspaces(store: Store) -> None:
    """Its installation precedes a workspace's own, which serves again once it is deleted."""
    await save(store, SOUTH, SOUTH_TOKENS)
    await save(store, CLINICS, SHARED_TOKENS)
    scope = store.across_workspaces
    await scope.write(lambda repos: repos.installations.link_workspaces(CLINICS, [NORTH, SOUTH]))

    assert [await find_token(store, workspace) for workspace in (NORTH, SOUTH)] == [
        "xoxb-clinics",
        "xoxb-clinics",
    ]
    assert await scope.read(lambda repos: repos.installations.list_linked_workspaces(CLINICS)) == (
        NORTH,
        SOUTH,
    )
    await purge(store, CLINICS)
    assert await find(store, NORTH) is None
    assert await find_token(store, SOUTH) == "xoxb-south"
    assert await scope.read(lambda repos: repos.installations.list_workspaces()) == (SOUTH,)


async def test_renewed_tokens_of_a_deleted_installation_create_no_key(store: Store) -> None:
    """A renewal that ends after a purge stores nothing, neither a row nor a key."""
    await save(store, NORTH, NORTH_TOKENS)
    installation = await find(store, NORTH)
    assert installation
    scope, version = store.across_workspaces, installation.version
    await purge(store, NORTH)

    is_stored = await scope.write(
        lambda repos: repos.installations.replace_secret(NORTH, version, SOUTH_TOKENS)
    )

    assert not is_stored
    assert store.key_store.get(InstallationKeyId(NORTH)) is None


async def test_an_ended_link_is_kept_and_serves_nobody(store: Store) -> None:
    """Its organisation is still known, and serves the workspace again once it is restored."""
    await save(store, CLINICS, SHARED_TOKENS)
    scope = store.across_workspaces

    def end_link(repos: Repositories) -> tuple[str, ...]:
        repos.installations.link_workspaces(CLINICS, [NORTH])
        repos.installations.end_link(CLINICS, NORTH)
        return (
            repos.installations.find_organisation(NORTH),
            repos.installations.find_organisation(NORTH, includes_ended=True),
            *repos.installations.list_linked_workspaces(CLINICS),
            *repos.installations.list_workspaces(includes_ended=False),
            *repos.installations.list_organisations(),
        )

    assert await scope.write(end_link) == ("", CLINICS, CLINICS, CLINICS)
    assert await find(store, NORTH) is None
    await scope.write(lambda repos: repos.installations.restore_link(NORTH))
    assert await find_token(store, NORTH) == "xoxb-clinics"
    await scope.write(lambda repos: repos.installations.end_link(CLINICS, NORTH))
    await save(store, NORTH, NORTH_TOKENS)
    assert await scope.read(
        lambda repos: repos.installations.find_organisation(NORTH, includes_ended=True) == ""
    )


async def test_a_link_that_replaces_tokens_outlasts_their_renewal(store: Store) -> None:
    """What Slack has revoked comes back neither by a late renewal nor by the end of the link."""
    await save(store, CLINICS, SHARED_TOKENS)
    await save(store, NORTH, NORTH_TOKENS)
    installation = await find(store, NORTH)
    assert installation
    scope, version = store.across_workspaces, installation.version

    def replace_tokens(repos: Repositories) -> bool:
        repos.installations.link_workspaces(CLINICS, [NORTH], replaces=True)
        is_stored = repos.installations.replace_secret(NORTH, version, SOUTH_TOKENS)
        repos.installations.end_link(CLINICS, NORTH)
        return is_stored

    assert not await scope.write(replace_tokens)
    assert await find(store, NORTH) is None
    assert not await scope.read(lambda repos: repos.installations.has_tokens(NORTH))
