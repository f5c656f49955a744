"""Events about installations mark the workspaces that they concern, and no other."""

from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext

import pytest

from bot.chat.after_response import AfterResponse
from bot.chat.slack import InstallationsUnavailableError
from bot.chat.slack.oauth.installation_events import InstallationEvents
from bot.chat.slack.oauth.organisation_workspaces import OrganisationWorkspaces
from bot.context import Context
from bot.conversation import ChatEvent, OrganisationAccessChanged, WorkspaceDisconnected
from bot.workflows.reachability import suspend_workspace
from handlers import EVENT_HANDLER
from tests.chat.slack.oauth.processes import (
    get_access,
    get_tokens,
    install,
    open_process,
    read_links,
)
from tests.doubles import clock, context, empty_database, full_catalogue, outlet
from tests.journeys.installable_slack import InstallableSlack, run_installable_slack

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]

CLINICS, OTHER = "slack:E0CLINICS", "slack:E0OTHER"
NORTH, SOUTH = "slack:T0NORTH", "slack:T0SOUTH"


@pytest.fixture
def slack() -> Iterator[InstallableSlack]:
    """A fake of Slack with an organisation of two workspaces."""
    with run_installable_slack() as running:
        running.workspaces = {"E0CLINICS": ("T0NORTH", "T0SOUTH")}
        yield running


class EventBench:
    """The events of a process, with the handlers behind them."""

    def __init__(self, slack: InstallableSlack, context: Context) -> None:
        """Use the store of *context*, and call *slack*."""
        self.context = context
        self.process = open_process(slack, context.store)
        self.after_response = AfterResponse()
        self.organisation_workspaces = OrganisationWorkspaces(get_access(self.process))
        self.events = InstallationEvents(
            get_tokens(self.process),
            self.organisation_workspaces,
            self.process.outlet,
            self.after_response,
            self.handle_event,
        )

    async def handle_event(self, event: ChatEvent) -> None:
        """Apply an event to the store."""
        await EVENT_HANDLER(event, self.context)

    async def check_at_start(self) -> None:
        """Check the installations, as at a start."""
        self.events.start_check()
        await self.after_response.wait_for_background_tasks()

    async def suspend(self, workspace: str, reason: str) -> None:
        """Suspend a workspace."""
        now = self.context.now()
        await self.context.store.across_workspaces.write(
            lambda repos: suspend_workspace(repos, workspace, reason, now)
        )

    async def read_reasons(self, *workspaces: str) -> list[str]:
        """Return why each of *workspaces* is suspended."""
        return await self.context.store.across_workspaces.read(
            lambda repos: [repos.workspaces.suspension_reason(name) for name in workspaces]
        )


@pytest.fixture
async def bench(slack: InstallableSlack, context: Context) -> AsyncIterator[EventBench]:
    """A process in which the organisation is installed."""
    bench = EventBench(slack, context)
    await install(slack, context.store, "E0CLINICS")
    yield bench
    await bench.process.api_client.close()


@pytest.mark.parametrize(
    ("organisation", "listed", "reason"),
    [
        (CLINICS, ("T0SOUTH",), "team_access_revoked"),
        (CLINICS, ("T0NORTH", "T0SOUTH"), ""),
        (OTHER, ("T0NORTH", "T0SOUTH"), ""),
    ],
    ids=["in force", "late", "another organisation"],
)
async def test_a_workspace_without_access_is_uninstalled_unless_slack_lists_it(
    slack: InstallableSlack,
    bench: EventBench,
    organisation: str,
    listed: tuple[str, ...],
    reason: str,
) -> None:
    """The others stay, and the organisation's token, which works, takes nothing back."""
    slack.workspaces["E0CLINICS"] = listed
    await bench.events.handle_event(
        OrganisationAccessChanged(organisation, (NORTH,), is_granted=False)
    )
    await bench.after_response.wait_for_background_tasks()
    await bench.check_at_start()

    assert await bench.read_reasons(NORTH, SOUTH, CLINICS) == [reason, "", ""]
    links = await read_links(bench.context.store, NORTH, SOUTH)
    assert links == {NORTH: "" if reason else CLINICS, SOUTH: CLINICS}


async def test_a_revoked_workspace_keeps_its_own_installation(
    slack: InstallableSlack, bench: EventBench
) -> None:
    """The event is about the organisation's installation, which does not serve it any more."""
    await install(slack, bench.context.store, "T0NORTH")

    await bench.events.handle_event(OrganisationAccessChanged(CLINICS, (NORTH,), is_granted=False))

    assert await bench.read_reasons(NORTH) == [""]


async def test_a_grant_links_and_resumes_a_workspace_that_slack_lists(
    slack: InstallableSlack, bench: EventBench
) -> None:
    """Its own installation is replaced, as Slack does; one that is not listed stays as it is."""
    slack.workspaces["E0CLINICS"] = ("T0NORTH",)
    for place in ("T0NORTH", "T0SOUTH"):
        await install(slack, bench.context.store, place)
        await bench.suspend(f"slack:{place}", "tokens_revoked")

    await bench.events.handle_event(
        OrganisationAccessChanged(CLINICS, (NORTH, SOUTH), is_granted=True)
    )

    assert await bench.read_reasons(NORTH, SOUTH) == ["", "tokens_revoked"]
    links = await read_links(bench.context.store, NORTH, SOUTH)
    assert links == {NORTH: CLINICS, SOUTH: ""}


@pytest.mark.parametrize("is_granted", [True, False])
async def test_an_event_about_many_workspaces_asks_slack_once(
    slack: InstallableSlack, bench: EventBench, *, is_granted: bool
) -> None:
    """Slack would refuse a call for each of them, and its retry of the event would begin anew."""
    ids = tuple(f"T0CLINIC{number:02}" for number in range(30))
    slack.workspaces["E0CLINICS"] = ids
    await install(slack, bench.context.store, "E0CLINICS")
    await bench.context.store.across_workspaces.write(
        lambda repos: repos.workspace_purges.begin(f"slack:{ids[0]}", bench.context.now())
    )
    workspaces = tuple(f"slack:{team_id}" for team_id in ids)
    event = OrganisationAccessChanged(CLINICS, workspaces, is_granted=is_granted)

    with pytest.raises(InstallationsUnavailableError) if is_granted else nullcontext():
        await bench.events.handle_event(event)
    await bench.after_response.wait_for_background_tasks()

    assert len(slack.uses_of("auth.teams.list")) == 1
    links = await read_links(bench.context.store, *workspaces[1:])
    assert set(links.values()) == {CLINICS}


@pytest.mark.parametrize(("is_listed", "reason"), [(True, ""), (False, "team_access_revoked")])
async def test_an_organisations_token_alone_resumes_no_refused_workspace(
    slack: InstallableSlack, bench: EventBench, reason: str, *, is_listed: bool
) -> None:
    """Only Slack's list shows whether its event was a late one."""
    slack.workspaces["E0CLINICS"] = ("T0NORTH",) if is_listed else ()
    await bench.suspend(NORTH, "team_access_revoked")

    await bench.check_at_start()

    assert await bench.read_reasons(NORTH, CLINICS) == [reason, ""]


async def test_a_start_links_a_workspace_that_was_allowed_again(
    slack: InstallableSlack, bench: EventBench
) -> None:
    """The event of that was lost; its link had ended, and is not forgotten."""
    slack.workspaces["E0CLINICS"] = ("T0SOUTH",)
    event = OrganisationAccessChanged(CLINICS, (NORTH,), is_granted=False)
    await bench.events.handle_event(event)
    await bench.after_response.wait_for_background_tasks()
    slack.workspaces["E0CLINICS"] = ("T0NORTH", "T0SOUTH")

    restarted = EventBench(slack, bench.context)
    await restarted.check_at_start()
    await restarted.process.api_client.close()

    assert await bench.read_reasons(NORTH) == [""]
    assert await read_links(bench.context.store, NORTH) == {NORTH: CLINICS}


@pytest.mark.parametrize("is_uninstalled", [True, False])
async def test_a_start_checks_every_marked_installation(
    slack: InstallableSlack, bench: EventBench, *, is_uninstalled: bool
) -> None:
    """A mark whose check was lost is taken back if the token works, for all workspaces of it."""
    for workspace in (CLINICS, NORTH, SOUTH):
        await bench.suspend(workspace, "app_uninstalled")
    if is_uninstalled:
        slack.uninstall("E0CLINICS")

    await bench.check_at_start()

    reason = "app_uninstalled" if is_uninstalled else ""
    assert await bench.read_reasons(CLINICS, NORTH, SOUTH) == [reason] * 3


async def test_an_uninstallation_of_an_organisation_marks_its_workspaces(
    slack: InstallableSlack, bench: EventBench
) -> None:
    """A token that Slack refuses takes nothing back."""
    slack.uninstall("E0CLINICS")

    await bench.events.handle_event(WorkspaceDisconnected(CLINICS, "app_uninstalled"))
    await bench.after_response.wait_for_background_tasks()

    assert await bench.read_reasons(CLINICS, NORTH, SOUTH) == ["app_uninstalled"] * 3


async def test_a_late_event_about_an_organisation_resumes_what_slack_lists(
    slack: InstallableSlack, bench: EventBench
) -> None:
    """Its token works; a workspace that it is not listed for stays marked, and its link ends."""
    slack.workspaces["E0CLINICS"] = ("T0SOUTH",)

    await bench.events.handle_event(WorkspaceDisconnected(CLINICS, "app_uninstalled"))
    await bench.after_response.wait_for_background_tasks()

    assert await bench.read_reasons(CLINICS, NORTH, SOUTH) == ["", "app_uninstalled", ""]
    links = await read_links(bench.context.store, NORTH, SOUTH)
    assert links == {NORTH: "", SOUTH: CLINICS}
