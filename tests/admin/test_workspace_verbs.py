"""How the operator lists workspaces, and what a purge on request needs."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.admin.workspace_verbs import load_workspaces, purge_workspace, render_workspace
from bot.context import Context
from bot.conversation import WorkspaceDisconnected
from bot.errors import FaultyInputError
from bot.store.repositories import Repositories
from bot.workflows.reachability import suspend_workspace
from handlers import EVENT_HANDLER
from tests.doubles import START, clock, context, empty_database, full_catalogue, outlet
from tests.sample_team import WORKSPACE, set_up_team

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]

REFERENCE = WORKSPACE.partition(":")[2]


async def purge(context: Context, folder: Path, *, is_confirmed: bool = True) -> int:
    """Purge the workspace of the sample team; return how many rows are left."""
    report = await purge_workspace(
        context, REFERENCE, folder, is_dry_run=False, is_confirmed=is_confirmed
    )
    assert report.is_complete
    return sum(report.after.values())


async def test_each_state_of_a_workspace_has_a_line(context: Context) -> None:
    """Connected, refused, uninstalled with the time of the purge, and being purged."""

    def set_states(repos: Repositories) -> None:
        suspend_workspace(repos, "slack:T1", "missing_scope", START)
        suspend_workspace(repos, "slack:T2", "app_uninstalled", START)
        repos.workspace_purges.begin("msteams:a-tenant", START)
        repos.workspaces.set_rest("slack:T3", START)

    scope = context.store.across_workspaces
    await scope.write(set_states)

    words = context.catalogue.get_pack("en")
    states = await scope.read(load_workspaces)
    purging, refused, uninstalled, resting = (render_workspace(state, words) for state in states)
    assert purging == "a-tenant  is being deleted"
    assert refused == "T1  takes no messages (missing_scope)"
    times = "uninstalled since 2026-06-29 13:00 UTC; deleted on 2026-06-30 13:00 UTC, or once"
    assert uninstalled.startswith(f"T2  {times}")
    assert resting == "T3  connected"


async def test_a_refused_organisation_is_listed_and_purged(
    context: Context, tmp_path: Path
) -> None:
    """Its token is refused for a workspace, and the operator can delete it without a row else."""
    organisation, scope = "slack:E0CLINICS", context.store.across_workspaces

    def install(repos: Repositories) -> None:
        repos.installations.save(organisation, {"token": "xoxb"})
        repos.installations.link_workspaces(organisation, [WORKSPACE])

    await scope.write(install)
    installed = await scope.read(load_workspaces)
    await scope.write(lambda repos: suspend_workspace(repos, WORKSPACE, "token_revoked", START))
    refused = await scope.read(load_workspaces)
    report = await purge_workspace(
        context, "E0CLINICS", tmp_path, is_dry_run=False, is_confirmed=True
    )

    assert [(row.workspace, row.uninstalled_at) for row in installed] == [
        (organisation, None),
        (WORKSPACE, None),
    ]
    assert [row.uninstalled_at for row in refused] == [START, START]
    assert report.is_complete


async def test_the_grace_of_the_workspaces_of_a_purged_organisation_begins(
    context: Context, tmp_path: Path
) -> None:
    """Nothing serves them any more, and their rows would stay for ever; one with a token stays."""
    organisation, scope = "slack:E0CLINICS", context.store.across_workspaces

    def install(repos: Repositories) -> None:
        repos.installations.save("slack:T0OWN", {"token": "xoxb"})
        repos.installations.save(organisation, {"token": "xoxb"})
        repos.installations.link_workspaces(organisation, ["slack:T1", "slack:T2"])

    await scope.write(install)
    await purge_workspace(context, "E0CLINICS", tmp_path, is_dry_run=True, is_confirmed=False)
    before = await scope.read(load_workspaces)
    await purge_workspace(context, "E0CLINICS", tmp_path, is_dry_run=False, is_confirmed=True)

    assert {state.uninstalled_at for state in before} == {None}
    assert {
        state.workspace: state.uninstalled_at for state in await scope.read(load_workspaces)
    } == {"slack:T0OWN": None, "slack:T1": START, "slack:T2": START}


async def test_a_purge_on_request_has_no_grace(context: Context, tmp_path: Path) -> None:
    """Confirmed, it deletes a connected workspace at once."""
    await set_up_team(context)

    assert await purge(context, tmp_path) == 0
    assert await context.store.across_workspaces.read(load_workspaces) == ()


async def test_an_uninstalled_workspace_needs_the_confirmation_too(
    context: Context, tmp_path: Path
) -> None:
    """Its refusal does not say that it is connected, and the grace goes on."""
    await set_up_team(context)
    await EVENT_HANDLER(WorkspaceDisconnected(WORKSPACE, "app_uninstalled"), context)

    with pytest.raises(FaultyInputError) as caught:
        await purge(context, tmp_path, is_confirmed=False)

    assert [fault.key for fault in caught.value.faults] == ["operator.workspace.unconfirmed"]
    (state,) = await context.store.across_workspaces.read(load_workspaces)
    assert state.uninstalled_at == START
    assert context.now() < START + timedelta(hours=1)


async def test_a_purge_is_repeated_after_it_was_interrupted(
    context: Context, tmp_path: Path
) -> None:
    """A purge that has begun is completed by the command as well as by the duty."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.workspace_purges.begin(WORKSPACE, START)
    )

    assert await purge(context, tmp_path) == 0
