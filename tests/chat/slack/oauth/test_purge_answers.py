"""What Slack answers before a purge, for workspaces that installed the app from the link."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.context import Context
from bot.conversation import (
    Address,
    OrganisationAccessChanged,
    PayloadReceived,
    SendStatus,
    WorkspaceDisconnected,
)
from bot.elements import Message, Text
from bot.workflows.reachability import suspend_workspace
from handlers import EVENT_HANDLER
from schedules import COMPOSERS, purge_workspaces, weekly_checkin
from schedules.delivery.sender import DeliverySender
from tests.chat.slack.oauth.processes import install, open_process, read_links
from tests.chat.slack.oauth.test_installation_events import EventBench
from tests.doubles import FakeClock, clock, context, empty_database, full_catalogue, outlet
from tests.journeys.installable_slack import InstallableSlack, run_installable_slack
from tests.key_folders import open_test_store
from tests.sample_team import CLINICIANS, TEAM, set_up_team
from tests.store.sample_counts import build_team

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]

CLINICS, HELLO = "slack:E0CLINICS", Message("Hello", (Text("Hello"),))
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
        await _save_team_of(context, workspace)
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


@pytest.mark.parametrize("had_own_token", [False, True])
@pytest.mark.parametrize("is_listed", [False, True])
async def test_slack_is_asked_before_a_workspace_whose_link_has_ended_is_purged(
    slack: InstallableSlack,
    context: Context,
    clock: FakeClock,
    *,
    is_listed: bool,
    had_own_token: bool,
) -> None:
    """Its organisation has allowed the app again, and the event was lost: it is served as before.

    Its own token, which the organisation's installation had replaced, proves nothing.
    """
    bench = EventBench(slack, context)
    if had_own_token:
        await install(slack, context.store, "T0NORTH")
        slack.uninstall("T0NORTH")
    await install(slack, context.store, "E0CLINICS")
    await _save_team_of(context, NORTH)
    await _take_out_of(slack, bench, NORTH)
    slack.workspaces["E0CLINICS"] = ("T0NORTH", "T0SOUTH") if is_listed else ("T0SOUTH",)
    bench.organisation_workspaces.invalidate(CLINICS, [NORTH])
    clock.advance(hours=24)

    purged_count = await purge_workspaces.run(
        replace(context, outlets={"slack": bench.process.outlet})
    )
    result = await bench.process.outlet.send(Address(NORTH, channel="C1"), HELLO, "1")
    await bench.process.api_client.close()

    assert purged_count == (not is_listed)
    assert await bench.read_reasons(NORTH) == [""]
    assert await read_links(context.store, NORTH) == {NORTH: CLINICS if is_listed else ""}
    assert (result.status is SendStatus.SENT) == is_listed
    teams = await context.store.across_workspaces.read(lambda repos: repos.teams.list_teams_ever())
    assert len(teams) == is_listed


@pytest.mark.parametrize("is_allowed_again", [False, True])
async def test_a_workspace_that_is_refused_without_an_event_is_purged(
    slack: InstallableSlack, context: Context, clock: FakeClock, *, is_allowed_again: bool
) -> None:
    """The organisation's token works, but neither messages nor probes end the time of a day."""
    slack.workspaces["E0CLINICS"] = ("T0PRACTICE", "T0SOUTH")
    slack.workspaces_by_chat = {person.id: "T0PRACTICE" for person in CLINICIANS}
    await install(slack, context.store, "E0CLINICS")
    process = open_process(slack, context.store)
    context = replace(context, outlets={"slack": process.outlet})
    await _plan_checkins(context)
    slack.workspaces["E0CLINICS"] = ("T0SOUTH",)
    sender = DeliverySender(context, COMPOSERS)
    await sender.send_all_due()
    assert slack.refused_calls
    if is_allowed_again:
        slack.workspaces["E0CLINICS"] = ("T0PRACTICE", "T0SOUTH")
    purge_counts = []
    for _ in range(24):
        clock.advance(hours=1)
        await sender.send_all_due()
        purge_counts.append(await purge_workspaces.run(context))
    await process.api_client.close()

    assert purge_counts == [0] * 23 + [int(not is_allowed_again)]
    assert bool(slack.uses_of("chat.postMessage")) == is_allowed_again


async def test_a_workspace_whose_token_was_replaced_unnoticed_is_linked(
    slack: InstallableSlack, context: Context
) -> None:
    """Its organisation was installed while Slack did not list its workspaces."""
    bench = EventBench(slack, context)
    await install(slack, context.store, "T0NORTH")
    listed, slack.workspaces = slack.workspaces, {}
    await install(slack, context.store, "E0CLINICS")
    slack.workspaces = listed
    slack.uninstall("T0NORTH")

    await bench.events.handle_event(WorkspaceDisconnected(NORTH, "tokens_revoked"))
    await bench.after_response.wait_for_background_tasks()
    await bench.process.api_client.close()

    assert await bench.read_reasons(NORTH) == [""]
    assert await read_links(context.store, NORTH) == {NORTH: CLINICS}


async def test_workspaces_that_are_due_at_once_share_a_call(
    slack: InstallableSlack, context: Context, clock: FakeClock
) -> None:
    """Slack limits the calls; a refusal is shared too, and lets all of them wait."""
    ids = [f"T0CLINIC{number}" for number in range(5)]
    slack.workspaces["E0CLINICS"] = tuple(ids)
    await install(slack, context.store, "E0CLINICS")
    bench, workspaces = EventBench(slack, context), [f"slack:{team_id}" for team_id in ids]
    for workspace in workspaces:
        await bench.suspend(workspace, "team_access_revoked")
    slack.listing_error = "ratelimited"
    clock.advance(hours=24)

    purged_count = await purge_workspaces.run(
        replace(context, outlets={"slack": bench.process.outlet})
    )
    await bench.process.api_client.close()

    assert purged_count == 0
    assert len(slack.uses_of("auth.teams.list")) == 1
    assert await bench.read_reasons(*workspaces) == ["team_access_revoked"] * 5


async def _plan_checkins(context: Context) -> None:
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: [repos.people.join_team(clinician, TEAM.id) for clinician in CLINICIANS]
    )
    await weekly_checkin.run(context)


async def _take_out_of(slack: InstallableSlack, bench: EventBench, workspace: str) -> None:
    """Take the app out of a workspace as its organisation; Slack sends the event."""
    slack.workspaces["E0CLINICS"] = ("T0SOUTH",)
    event = OrganisationAccessChanged(CLINICS, (workspace,), is_granted=False)
    await bench.events.handle_event(event)
    await bench.after_response.wait_for_background_tasks()
    assert await bench.read_reasons(workspace) == ["team_access_revoked"]


async def _save_team_of(context: Context, workspace: str) -> None:
    await context.store.across_workspaces.write(
        lambda repos: repos.teams.save(replace(build_team(workspace), workspace=workspace))
    )
