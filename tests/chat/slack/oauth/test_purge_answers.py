"""What Slack answers before a purge, for workspaces that installed the app from the link."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.context import Context
from bot.conversation import WorkspaceDisconnected
from handlers import EVENT_HANDLER
from schedules import purge_workspaces
from tests.chat.slack.oauth.processes import install, open_process
from tests.doubles import FakeClock, clock, context, empty_database, full_catalogue, outlet
from tests.journeys.installable_slack import InstallableSlack, run_installable_slack
from tests.key_folders import open_test_store

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]

CLINICS = "slack:E0CLINICS"
NORTH, SOUTH = "slack:T0NORTH", "slack:T0SOUTH"


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
