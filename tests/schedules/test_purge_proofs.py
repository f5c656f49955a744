"""Before a purge begins, its product proves that the app is removed from the workspace."""

from dataclasses import replace

import pytest

from bot.context import Context
from bot.conversation import ChatEvent, PayloadReceived, WorkspaceConnected
from bot.outlet import InstallationStatus, ProbeResult, ProbeStatus
from bot.workflows.reachability import suspend_workspace
from bot.workflows.workspace_probes import record_probe_result
from handlers import EVENT_HANDLER
from schedules import purge_workspaces
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import WORKSPACE
from tests.schedules.test_purge_workspaces import (
    REVOKED,
    UNINSTALLED,
    has_team,
    store_installation,
)


async def get_uninstalled_since(context: Context) -> int:
    """Return the first proof that the app was removed, in Unix seconds; 0 for none."""
    state = await context.store.across_workspaces.read(
        lambda repos: repos.workspaces.get_state(WORKSPACE)
    )
    return state.uninstalled_unix_seconds


@pytest.mark.parametrize("code", ["account_inactive", "token_revoked"])
async def test_a_revoked_token_of_the_settings_leads_to_no_purge(
    team_context: Context, clock: FakeClock, code: str
) -> None:
    """Whoever revokes the one token of all workspaces leaves the app installed in them."""
    scope = team_context.store.across_workspaces
    await scope.write(lambda repos: suspend_workspace(repos, WORKSPACE, code, clock()))
    clock.advance(hours=400)

    assert await purge_workspaces.run(team_context) == 0
    assert await get_uninstalled_since(team_context) == 0


@pytest.mark.parametrize("event", [UNINSTALLED, REVOKED])
async def test_a_workspace_whose_token_works_is_resumed(
    team_context: Context, clock: FakeClock, outlet: RecordingOutlet, event: ChatEvent
) -> None:
    """A late event, or an installation that went unnoticed, destroys no key and no row."""
    keys = list(team_context.store.key_store.list_ids())
    await EVENT_HANDLER(event, team_context)
    outlet.installation_status = InstallationStatus.INSTALLED
    clock.advance(hours=24)

    assert await purge_workspaces.run(team_context) == 0

    assert list(team_context.store.key_store.list_ids()) == keys
    assert await has_team(team_context)
    assert await get_uninstalled_since(team_context) == 0
    scope = team_context.store.across_workspaces
    assert await scope.read(lambda repos: repos.workspaces.accepts_messages(WORKSPACE, clock()))


async def test_a_purge_waits_for_a_definite_answer(
    team_context: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """While the product does not answer it is asked once an hour, and nothing is deleted."""
    await EVENT_HANDLER(UNINSTALLED, team_context)
    outlet.installation_status = InstallationStatus.UNKNOWN
    clock.advance(hours=24)
    for _ in range(60):
        assert await purge_workspaces.run(team_context) == 0
        clock.advance(minutes=1)
    assert outlet.checked_workspaces == [WORKSPACE]
    assert await has_team(team_context)

    outlet.installation_status = InstallationStatus.REMOVED
    assert await purge_workspaces.run(team_context) == 1
    assert not await has_team(team_context)


async def test_the_product_is_asked_after_the_grace_alone(
    team_context: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """Not before, and not about a purge that has begun, whatever its answer."""
    await EVENT_HANDLER(UNINSTALLED, team_context)
    clock.advance(hours=23)
    await purge_workspaces.run(team_context)
    assert outlet.checked_workspaces == []
    outlet.installation_status = InstallationStatus.INSTALLED
    await team_context.store.across_workspaces.write(
        lambda repos: repos.workspace_purges.begin(WORKSPACE, clock())
    )

    assert await purge_workspaces.run(team_context) == 1
    assert outlet.checked_workspaces == []


async def test_a_workspace_of_a_product_that_is_not_configured_waits(
    team_context: Context, clock: FakeClock
) -> None:
    """Nobody can be asked there: the operator's command deletes it."""
    await EVENT_HANDLER(UNINSTALLED, team_context)
    clock.advance(hours=400)

    assert await purge_workspaces.run(replace(team_context, outlets={})) == 0
    assert await has_team(team_context)


@pytest.mark.parametrize(("event", "is_purged"), [(UNINSTALLED, True), (None, False)])
async def test_a_token_of_another_workspace_leaves_the_event_as_the_proof(
    team_context: Context,
    clock: FakeClock,
    outlet: RecordingOutlet,
    event: ChatEvent | None,
    *,
    is_purged: bool,
) -> None:
    """After a move of the deployment an uninstalled workspace is deleted, a refused one is not."""
    await store_installation(team_context)
    outlet.installation_status = InstallationStatus.UNPROVEN
    scope = team_context.store.across_workspaces
    await scope.write(lambda repos: suspend_workspace(repos, WORKSPACE, "token_revoked", clock()))
    if event:
        await EVENT_HANDLER(event, team_context)
    clock.advance(hours=24)

    assert await purge_workspaces.run(team_context) == is_purged
    assert await has_team(team_context) != is_purged


async def test_a_payload_after_a_refused_call_cancels_the_purge(
    team_context: Context, clock: FakeClock
) -> None:
    """The workspace is back: it is deleted neither then nor after another kind of refusal.

    A call that succeeds, which follows, ends the proof.
    """
    await store_installation(team_context)
    scope = team_context.store.across_workspaces
    await scope.write(
        lambda repos: suspend_workspace(repos, WORKSPACE, "account_inactive", clock())
    )
    clock.advance(hours=23)
    await EVENT_HANDLER(PayloadReceived(WORKSPACE), team_context)
    clock.advance(hours=2)
    assert await purge_workspaces.run(team_context) == 0
    success = ProbeResult(ProbeStatus.AVAILABLE)
    await scope.write(lambda repos: record_probe_result(repos, WORKSPACE, success, clock(), 0.0))
    await scope.write(lambda repos: suspend_workspace(repos, WORKSPACE, "missing_scope", clock()))
    clock.advance(hours=400)

    assert await purge_workspaces.run(team_context) == 0


async def test_a_restart_does_not_postpone_a_purge(team_context: Context, clock: FakeClock) -> None:
    """A token that is refused again after each restart counts from its first refusal."""
    await store_installation(team_context)
    scope = team_context.store.across_workspaces
    for _ in range(4):
        await scope.write(
            lambda repos: suspend_workspace(repos, WORKSPACE, "token_revoked", clock())
        )
        clock.advance(hours=6)
        await scope.write(lambda repos: repos.workspaces.resume_all())
        assert await purge_workspaces.run(team_context) == 0
    await scope.write(lambda repos: suspend_workspace(repos, WORKSPACE, "token_revoked", clock()))

    assert await purge_workspaces.run(team_context) == 1


async def test_an_event_after_a_payload_has_its_whole_day(
    team_context: Context, clock: FakeClock
) -> None:
    """A refusal of long ago, which no call has disproved, does not shorten the grace."""
    await store_installation(team_context)
    scope = team_context.store.across_workspaces
    await scope.write(lambda repos: suspend_workspace(repos, WORKSPACE, "token_revoked", clock()))
    await EVENT_HANDLER(PayloadReceived(WORKSPACE), team_context)
    clock.advance(hours=400)
    await EVENT_HANDLER(UNINSTALLED, team_context)
    clock.advance(hours=23)
    assert await purge_workspaces.run(team_context) == 0

    clock.advance(hours=1)
    assert await purge_workspaces.run(team_context) == 1


async def test_a_pending_deletion_is_logged_every_hour(
    team_context: Context, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """With a number alone, until the workspace is resumed."""
    await EVENT_HANDLER(UNINSTALLED, team_context)
    for _ in range(120):
        await purge_workspaces.run(team_context)
        clock.advance(minutes=1)
    await EVENT_HANDLER(WorkspaceConnected(WORKSPACE), team_context)
    clock.advance(hours=2)
    await purge_workspaces.run(team_context)

    records = [entry for entry in caplog.records if entry.name == "attune.purge"]
    assert [entry.message for entry in records] == ["workspaces.deletion_pending"] * 2
    assert [entry.__dict__["count"] for entry in records] == [1, 1]
    assert not any(WORKSPACE in str(entry.__dict__) for entry in records)
