"""What Slack answers before a purge, for workspaces that installed the app from the link."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.context import Context
from bot.conversation import PayloadReceived, WorkspaceDisconnected
from bot.store.repositories import Repositories
from bot.workflows.reachability import suspend_workspace
from handlers import EVENT_HANDLER
from schedules import purge_workspaces
from tests.chat.slack.oauth.processes import install, open_process
from tests.doubles import FakeClock, clock, context, empty_database, full_catalogue, outlet
from tests.journeys.installable_slack import InstallableSlack, run_installable_slack
from tests.key_folders import open_test_store
from tests.store.sample_counts import build_team

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]

NORTH, SOUTH, EAST, WEST = (f"slack:T0{name}" for name in ("NORTH", "SOUTH", "EAST", "WEST"))


@pytest.fixture
def slack() -> Iterator[InstallableSlack]:
    """A fake of Slack with an organisation of two workspaces."""
    with run_installable_slack() as running:
        running.workspaces = {"E0CLINICS": ("T0NORTH", "T0SOUTH")}
        yield running


@pytest.mark.parametrize("place", ["T0NORTH", "E0CLINICS"])
async def test_a_purge_waits_while_no_key_opens_the_tokens(
    slack: InstallableSlack, context: Context, clock: FakeClock, tmp_path: Path, place: str
) -> None:
    """After a start with another pepper a late event proves nothing, whosever the token is."""
    await install(slack, context.store, place)
    await EVENT_HANDLER(WorkspaceDisconnected(NORTH, "app_uninstalled"), context)
    other = open_test_store(
        f"sqlite:///{tmp_path}/attune.sqlite", (b"another made-up pepper for this test",)
    )
    process = open_process(slack, other)
    clock.advance(hours=24)

    purged_count = await purge_workspaces.run(
        replace(context, store=other, outlets={"slack": process.outlet})
    )
    await process.api_client.close()
    await other.close()

    assert purged_count == 0
    reason = await context.store.across_workspaces.read(
        lambda repos: repos.workspaces.suspension_reason(NORTH)
    )
    assert reason == "app_uninstalled"


async def test_a_refused_organisation_is_purged_with_its_quiet_workspaces(
    slack: InstallableSlack, context: Context, clock: FakeClock
) -> None:
    """One call that is refused counts for all without another token; one with its own stays.

    A workspace whose late payload ended the suspension is suspended again with that purge.
    """
    slack.workspaces["E0CLINICS"] = ("T0NORTH", "T0SOUTH", "T0EAST", "T0WEST")
    for place in ("E0CLINICS", "T0EAST"):
        await install(slack, context.store, place)
    slack.uninstall("E0CLINICS")
    scope, process = context.store.across_workspaces, open_process(slack, context.store)
    purging = replace(context, outlets={"slack": process.outlet})
    for workspace in (SOUTH, EAST, WEST):
        await scope.write(partial(_save_team, workspace=workspace))
    await scope.write(lambda repos: suspend_workspace(repos, NORTH, "token_revoked", clock()))
    await purge_workspaces.run(purging)
    await EVENT_HANDLER(PayloadReceived(WEST), context)
    clock.advance(hours=24)
    owners = []
    for _ in range(2):
        await purge_workspaces.run(purging)
        teams = await scope.read(lambda repos: repos.teams.list_teams_ever())
        owners.append({team.workspace for team in teams})
    await process.api_client.close()

    assert owners == [{EAST, WEST}, {EAST}]


def _save_team(repos: Repositories, workspace: str) -> None:
    repos.teams.save(replace(build_team(workspace), workspace=workspace))
