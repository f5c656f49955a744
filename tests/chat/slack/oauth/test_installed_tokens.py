"""Tokens of installed workspaces: each its own, renewed once by whichever process is first."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import text

from bot.chat.slack import ClientCredentials, SlackOutboundSide
from bot.chat.slack.oauth.installation_rows import NotInstalledError
from bot.chat.slack.oauth.installed_tokens import InstalledTokens
from bot.chat.slack.oauth.organisation_workspaces import OrganisationWorkspaces
from bot.conversation import Address, SendResult, SendStatus
from bot.elements import Message, Text
from bot.slack_installations import SlackInstallations
from bot.store.store import Store
from tests.chat.slack.oauth.processes import get_access, get_tokens, install, open_process
from tests.journeys.installable_slack import (
    CLIENT_ID,
    CLIENT_SECRET,
    InstallableSlack,
    run_installable_slack,
)
from tests.key_folders import open_test_store
from tests.store.conftest import PEPPERS, database, store
from tests.store.sample_workspaces import purge

__all__ = ["database", "store"]

HELLO = Message("Hello", (Text("Hello"),))
NORTH, SOUTH = "T0NORTH", "T0SOUTH"
SOON, PAST = 60, -60
"""Seconds until the expiry of a token that is renewed while in force, and of one that is not."""


@pytest.fixture
def slack() -> Iterator[InstallableSlack]:
    """A fake of Slack whose tokens expire."""
    with run_installable_slack() as running:
        running.rotates = True
        yield running


@pytest.fixture
async def other_store(store: Store, database: str) -> AsyncIterator[Store]:
    """The store of another process on the same database."""
    other = open_test_store(database, PEPPERS)
    yield other
    await other.close()


async def send_from(processes: list[SlackOutboundSide], places: list[str]) -> list[SendResult]:
    """Send a message to each of *places* from each process, all at once, and close them."""
    sends = [
        process.outlet.send(Address(f"slack:{place}", channel="C1"), HELLO, f"{index}")
        for index, place in enumerate(places)
        for process in processes
    ]
    results = await asyncio.gather(*sends)
    for process in processes:
        await process.api_client.close()
    return results


@pytest.mark.parametrize("seconds", [SOON, PAST])
async def test_two_processes_renew_a_token_once_while_sending(
    slack: InstallableSlack, store: Store, other_store: Store, seconds: int
) -> None:
    """Every message is sent with a token of its workspace, and no refresh token is used twice."""
    slack.renewal_seconds = 0.3
    tokens = {place: await install(slack, store, place, seconds) for place in (NORTH, SOUTH)}
    processes = [open_process(slack, store), open_process(slack, other_store)]

    results = await send_from(processes, [NORTH, SOUTH] * 5)

    assert {result.status for result in results} == {SendStatus.SENT}
    assert sorted(slack.renewals) == [NORTH, SOUTH]
    assert slack.refused_calls == []
    assert {use.place for use in slack.uses_of("chat.postMessage")} == {NORTH, SOUTH}
    used_tokens = {use.token for use in slack.uses_of("chat.postMessage")}
    assert (used_tokens & set(tokens.values()) == set()) or seconds == SOON
    stored = await SlackInstallations(store).find(f"slack:{NORTH}")
    assert stored
    assert not stored.needs_renewal


async def test_the_claim_of_a_killed_process_ends(slack: InstallableSlack, store: Store) -> None:
    """A process that died before it asked Slack is replaced once its claim has ended."""
    await install(slack, store, NORTH, PAST)
    rows = SlackInstallations(store)
    installed = await rows.find(f"slack:{NORTH}")
    assert installed
    assert await rows.claim_renewal(installed, 2.0)

    (result,) = await send_from([open_process(slack, store)], [NORTH])

    assert result.status is SendStatus.SENT
    assert slack.renewals == [NORTH]


@pytest.mark.parametrize(
    ("seconds", "status"), [(SOON, SendStatus.SENT), (PAST, SendStatus.REJECTED_BY_WORKSPACE)]
)
async def test_a_refused_renewal_ends_nothing_while_the_token_is_in_force(
    slack: InstallableSlack, store: Store, seconds: int, status: SendStatus
) -> None:
    """With a wrong client secret messages go on until the token expires; then none is posted."""
    await install(slack, store, NORTH, seconds)
    (result,) = await send_from([open_process(slack, store, "another-secret")], [NORTH])

    assert result.status is status
    assert len(slack.uses_of("chat.postMessage")) == (status is SendStatus.SENT)


async def test_a_workspace_without_an_installation_gets_no_token(
    slack: InstallableSlack, store: Store
) -> None:
    """A message to it is not sent with another tenant's token: no call is made."""
    await install(slack, store, NORTH, 40_000)
    (result,) = await send_from([open_process(slack, store)], [SOUTH])

    assert (result.status, result.reason) == (SendStatus.REJECTED_BY_WORKSPACE, "not_installed")
    assert slack.uses == []


async def test_a_forgotten_workspace_is_read_anew(slack: InstallableSlack, store: Store) -> None:
    """What a process has read serves for seconds, until it is told to forget it."""
    token = await install(slack, store, NORTH, 40_000)
    rows = SlackInstallations(store)
    credentials = ClientCredentials(CLIENT_ID, CLIENT_SECRET)
    tokens = InstalledTokens(rows, credentials, cache_seconds=60.0)
    client = open_process(slack, store).api_client
    before = await tokens.get_token(f"slack:{NORTH}", client.create_client)
    await purge(store, f"slack:{NORTH}")
    cached = await tokens.get_token(f"slack:{NORTH}", client.create_client)
    tokens.invalidate(f"slack:{NORTH}")

    assert [before, cached] == [token, token]
    with pytest.raises(NotInstalledError):
        await tokens.get_token(f"slack:{NORTH}", client.create_client)


async def test_an_organisations_event_without_a_workspace_links_nothing(
    slack: InstallableSlack, store: Store
) -> None:
    """It is served if the organisation is installed, and adds no row."""
    await install(slack, store, "E0CLINICS", 40_000)
    process = open_process(slack, store)
    tokens, is_listed = get_tokens(process), OrganisationWorkspaces(get_access(process)).is_listed

    assert await tokens.ensure_served("slack:", "slack:E0CLINICS", is_listed)
    assert not await tokens.ensure_served("slack:", "slack:E0OTHER", is_listed)
    assert not await tokens.ensure_served("slack:", "", is_listed)
    assert await tokens.list_served_workspaces("slack:E0CLINICS") == ("slack:E0CLINICS",)


@pytest.mark.parametrize("is_closing", [True, False])
async def test_renewed_tokens_that_cannot_be_stored_are_used_and_stored_later(
    slack: InstallableSlack, store: Store, *, is_closing: bool
) -> None:
    """Slack has ended the former pair, so the new one outlasts a failing database and a stop."""
    slack.renewal_seconds = 0.3
    await install(slack, store, NORTH, PAST)
    process, rows = open_process(slack, store), SlackInstallations(store)
    tokens = get_tokens(process)
    sending = asyncio.create_task(
        process.outlet.send(Address(f"slack:{NORTH}", channel="C1"), HELLO, "1")
    )
    await asyncio.to_thread(slack.wait_for_renewal)
    await rename_table(store, "installation", "unavailable")
    result = await sending
    await rename_table(store, "unavailable", "installation")
    if is_closing:
        await tokens.close()
    deadline = time.monotonic() + 20
    while (stored := await rows.find(f"slack:{NORTH}")) is None or stored.needs_renewal:
        assert not is_closing
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    await tokens.close()
    await process.api_client.close()

    assert result.status is SendStatus.SENT
    assert slack.renewals == [NORTH]
    assert [use.token for use in slack.uses_of("chat.postMessage")] == [stored.tokens.bot_token]


async def rename_table(store: Store, name: str, new_name: str) -> None:
    """Make every statement about a table fail, or succeed again."""
    statement = text(f"alter table {name} rename to {new_name}")
    await store.across_workspaces.write(lambda repos: repos._connection.execute(statement))
