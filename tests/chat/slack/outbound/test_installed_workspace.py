"""The workspace that the bot token belongs to."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.installed_workspace import InstalledWorkspace, WorkspaceUnknownError
from bot.chat.slack.outbound.outlet import SlackOutlet
from tests.chat.slack import payloads
from tests.chat.slack.testbed import fixed_token
from tests.chat.slack.web_api import FakeWebApi, PlannedAnswer

WORKSPACE = f"slack:{payloads.TEAM}"
IDENTITY = {"ok": True, "team_id": payloads.TEAM}


@pytest.fixture
async def workspace(api: FakeWebApi) -> AsyncIterator[InstalledWorkspace]:
    """The workspace of a token that the fake Web API knows."""
    api_client = ApiClient(api.url, fixed_token)
    installed_workspace = InstalledWorkspace(SlackOutlet(api_client))
    yield installed_workspace
    await installed_workspace.close()
    await api_client.close()


async def test_workspace_is_looked_up_once(api: FakeWebApi, workspace: InstalledWorkspace) -> None:
    """Requests that arrive together share one call, and later ones need none."""
    api.planned_answers["auth.test"] = PlannedAnswer(IDENTITY, delay_seconds=0.05)

    together = await asyncio.gather(workspace.get_workspace(), workspace.get_workspace())

    assert [*together, await workspace.get_workspace()] == [WORKSPACE] * 3
    assert api.called_methods() == ["auth.test"]


@pytest.mark.parametrize(
    "failure",
    [
        PlannedAnswer({"ok": False, "error": "invalid_auth"}),
        PlannedAnswer({"ok": True}),
        PlannedAnswer("<html>", 502),
        PlannedAnswer(drops_connection=True),
    ],
    ids=["refused", "no team", "gateway", "lost"],
)
async def test_failed_lookup_is_repeated(
    api: FakeWebApi, workspace: InstalledWorkspace, failure: PlannedAnswer
) -> None:
    """A failed lookup leaves the workspace unknown, and the next request repeats it."""
    api.planned_answers["auth.test"] = [failure, PlannedAnswer(IDENTITY)]

    with pytest.raises(WorkspaceUnknownError):
        await workspace.get_workspace()

    assert await workspace.get_workspace() == WORKSPACE


async def test_slow_lookup_goes_on_for_the_next_request(api: FakeWebApi) -> None:
    """A request does not wait beyond its limit, and the same lookup serves the next request."""
    api.planned_answers["auth.test"] = PlannedAnswer(IDENTITY, delay_seconds=0.2)
    api_client = ApiClient(api.url, fixed_token)
    workspace = InstalledWorkspace(SlackOutlet(api_client), timeout_seconds=0.01)

    with pytest.raises(WorkspaceUnknownError):
        await workspace.get_workspace()
    assert workspace._lookup
    await workspace._lookup

    assert await workspace.get_workspace() == WORKSPACE
    assert api.called_methods() == ["auth.test"]
    await api_client.close()


async def test_close_cancels_running_lookup(api: FakeWebApi, workspace: InstalledWorkspace) -> None:
    """A lookup that Slack does not answer does not delay the end of the process."""
    api.planned_answers["auth.test"] = PlannedAnswer(IDENTITY, delay_seconds=30)
    workspace.start_lookup()

    await workspace.close()

    with pytest.raises(WorkspaceUnknownError):
        await workspace.get_workspace()
