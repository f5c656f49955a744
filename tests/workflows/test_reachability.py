"""A refused call concerns every workspace that has no token but the refused one."""

from bot.domain.reachability import PURGING
from bot.store.repositories import Repositories
from bot.store.store import Store
from bot.workflows.reachability import suspend_unmarked_dependents, suspend_workspace
from tests.store.sample_counts import NOW

CLINICS, NORTH, SOUTH, EAST, WEST = (
    f"slack:{name}" for name in ("E0CLINICS", "T0NORTH", "T0SOUTH", "T0EAST", "T0WEST")
)


def install(repos: Repositories) -> None:
    """Install an organisation for three workspaces, and a workspace for itself."""
    for installed_as in (CLINICS, WEST):
        repos.installations.save(installed_as, {"token": f"xoxb-{installed_as}"})
    repos.installations.link_workspaces(CLINICS, [NORTH, SOUTH, EAST])


async def read_reasons(store: Store) -> dict[str, str]:
    """Return why each workspace is suspended that is going to be purged."""
    pending = await store.across_workspaces.read(
        lambda repos: repos.workspace_purges.list_pending()
    )
    return {state.workspace: state.suspension_reason for state in pending}


async def test_quiet_workspaces_are_suspended_with_their_organisation(store: Store) -> None:
    """Those without a call of their own follow, from the time of the one that was refused."""
    scope = store.across_workspaces
    await scope.write(install)
    await store.for_workspace(NORTH).write(
        lambda repos: suspend_workspace(repos, NORTH, "token_revoked", NOW)
    )
    refused = await read_reasons(store)
    await scope.write(suspend_unmarked_dependents)
    state = await scope.read(lambda repos: repos.workspaces.get_state(SOUTH))
    await scope.write(suspend_unmarked_dependents)

    assert refused == dict.fromkeys((CLINICS, NORTH), "token_revoked")
    assert await read_reasons(store) == dict.fromkeys(
        (CLINICS, NORTH, SOUTH, EAST), "token_revoked"
    )
    assert state.uninstalled_at == NOW


async def test_the_purge_of_an_organisation_is_none_of_its_workspaces(store: Store) -> None:
    """Theirs begins after a day, and only if Slack does not list them."""
    scope = store.across_workspaces
    await scope.write(install)
    await scope.write(lambda repos: repos.workspace_purges.begin(CLINICS, NOW))
    await scope.write(suspend_unmarked_dependents)

    assert await read_reasons(store) == {CLINICS: PURGING}
