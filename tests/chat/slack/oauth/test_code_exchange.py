"""An organisation is installed again, for the workspaces that Slack lists now."""

from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from bot.chat.slack import ClientCredentials
from bot.chat.slack.oauth.code_exchange import CodeExchange, InstallationResult
from bot.context import Context
from bot.conversation import WorkspaceDisconnected
from bot.slack_installations import SlackInstallations
from tests.chat.slack.oauth.processes import install, read_links
from tests.chat.slack.oauth.test_installation_events import CLINICS, NORTH, SOUTH, EventBench
from tests.doubles import FakeClock, clock, context, empty_database, full_catalogue, outlet
from tests.journeys.installable_slack import (
    ALL_SCOPES,
    CLIENT_ID,
    CLIENT_SECRET,
    InstallableSlack,
    run_installable_slack,
)

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]

REDIRECT_URL = "https://attune.example.org/slack/oauth_redirect"


@pytest.fixture
def slack() -> Iterator[InstallableSlack]:
    """A fake of Slack with an organisation of two workspaces."""
    with run_installable_slack() as running:
        running.workspaces = {"E0CLINICS": ("T0NORTH", "T0SOUTH")}
        yield running


@pytest.fixture
async def bench(slack: InstallableSlack, context: Context) -> AsyncIterator[EventBench]:
    """A process in which the organisation is installed."""
    bench = EventBench(slack, context)
    await install(slack, context.store, "E0CLINICS")
    yield bench
    await bench.process.api_client.close()


async def install_again(slack: InstallableSlack, bench: EventBench) -> None:
    """Install the app in the organisation from the link."""
    parameters = {
        "client_id": CLIENT_ID,
        "scope": ALL_SCOPES,
        "redirect_uri": REDIRECT_URL,
        "state": "0" * 32,
    }
    return_url = slack.consent(
        f"{slack.base_url}/oauth/v2/authorize?{urlencode(parameters)}", "E0CLINICS"
    )
    exchange = CodeExchange(
        ClientCredentials(CLIENT_ID, CLIENT_SECRET),
        REDIRECT_URL,
        SlackInstallations(bench.context.store),
    )
    (code,) = parse_qs(urlsplit(return_url).query)["code"]
    result = await exchange.install(code, bench.process.api_client, bench.events.handle_event)
    await bench.after_response.wait_for_background_tasks()
    assert result is InstallationResult.INSTALLED


@pytest.mark.parametrize("was_uninstalled", [True, False])
async def test_an_organisation_that_is_installed_again_serves_what_slack_lists(
    slack: InstallableSlack, bench: EventBench, clock: FakeClock, *, was_uninstalled: bool
) -> None:
    """A workspace that is not listed any more keeps its mark, or gets one, and its link ends."""
    marked_at = clock()
    if was_uninstalled:
        slack.uninstall("E0CLINICS")
        await bench.events.handle_event(WorkspaceDisconnected(CLINICS, "app_uninstalled"))
        await bench.after_response.wait_for_background_tasks()
        clock.advance(hours=1)
    slack.workspaces["E0CLINICS"] = ("T0SOUTH",)

    await install_again(slack, bench)

    reason = "app_uninstalled" if was_uninstalled else "team_access_revoked"
    assert await bench.read_reasons(CLINICS, NORTH, SOUTH) == ["", reason, ""]
    links = await read_links(bench.context.store, NORTH, SOUTH)
    assert links == {NORTH: "", SOUTH: CLINICS}
    state = await bench.context.store.across_workspaces.read(
        lambda repos: repos.workspaces.get_state(NORTH)
    )
    assert state.uninstalled_at == marked_at


async def test_without_a_list_an_organisation_serves_what_it_did(
    slack: InstallableSlack, bench: EventBench
) -> None:
    """No answer proves nothing against a workspace; a call that is refused would."""
    slack.uninstall("E0CLINICS")
    await bench.events.handle_event(WorkspaceDisconnected(CLINICS, "app_uninstalled"))
    await bench.after_response.wait_for_background_tasks()
    slack.listing_error = "internal_error"

    await install_again(slack, bench)

    assert await bench.read_reasons(CLINICS, NORTH, SOUTH) == ["", "", ""]
    links = await read_links(bench.context.store, NORTH, SOUTH)
    assert links == {NORTH: CLINICS, SOUTH: CLINICS}
