"""A request links a workspace to its own organisation alone, whatever else it names."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import product
from typing import Any

import pytest

from bot.chat.slack import SlackOutboundSide
from bot.chat.slack.oauth.installed_workspaces import InstalledWorkspaces
from bot.chat.slack.oauth.organisation_workspaces import OrganisationWorkspaces
from bot.chat.slack.outbound.installed_workspace import WorkspaceUnknownError
from bot.slack_installations import SlackInstallations
from bot.store.store import Store
from tests.chat.slack.oauth.processes import (
    get_access,
    get_tokens,
    install,
    open_process,
    read_links,
)
from tests.journeys.installable_slack import InstallableSlack, run_installable_slack
from tests.store.conftest import database, store

__all__ = ["database", "store"]

NORTH, SOUTH, SEPARATE, STRANGER = "T0NORTH", "T0SOUTH", "T0SEPARATE", "T0STRANGER"
HERE, ELSEWHERE, UNKNOWN = "E0HERE", "E0ELSEWHERE", "E0UNKNOWN"
ORGANISATIONS = {NORTH: HERE, SOUTH: ELSEWHERE, SEPARATE: "", STRANGER: ""}
"""The workspaces of the test by id, each with the organisation that Slack lists it for."""

OTHERS = ((NORTH, HERE), (SOUTH, ELSEWHERE), (STRANGER, UNKNOWN), (SEPARATE, HERE))
"""A user's own workspace and organisation, or what else a payload may name."""

Json = dict[str, Any]


def build_payloads(installed: str, team: str, organisation: str) -> dict[str, Json]:
    """Return a payload of every kind that is from *installed*, and names the others beside it."""
    interaction: Json = {
        "is_enterprise_install": True,
        "team": {"id": team, "enterprise_id": organisation},
        "enterprise": {"id": organisation},
        "user": {"id": "U1", "team_id": team},
    }
    event: Json = {"event": {"type": "app_home_opened"}, "team_id": team}
    shared: Json = {"enterprise_id": organisation, "is_enterprise_install": True}
    own: Json = {"team_id": installed, "is_enterprise_install": False}
    return {
        "submission": {**interaction, "view": {"app_installed_team_id": installed}},
        "press": {**interaction, "message": {"team": installed}},
        "press without a team": {**interaction, "team": None, "message": {"team": installed}},
        "shortcut": {**interaction, "team": None, "user": {"id": "U1", "team_id": installed}},
        "own team": {**interaction, "team": {"id": installed, "enterprise_id": organisation}},
        "command": {"team_id": installed, **shared, "is_enterprise_install": "true"},
        "event": {**event, **shared, "authorizations": [own]},
        "event of an organisation": {**event, "authorizations": [{**shared, "team_id": installed}]},
        "event of two": {**event, "authorizations": [own, {**shared, "team_id": team}]},
    }


KINDS = tuple(build_payloads("", "", ""))


@pytest.fixture
def slack() -> Iterator[InstallableSlack]:
    """A fake of Slack with two organisations."""
    with run_installable_slack() as running:
        running.workspaces = {HERE: (NORTH,), ELSEWHERE: (SOUTH,)}
        yield running


@pytest.fixture
async def process(slack: InstallableSlack, store: Store) -> AsyncIterator[SlackOutboundSide]:
    """The sending half of a process."""
    process = open_process(slack, store)
    yield process
    await process.api_client.close()


@pytest.fixture
async def workspaces(process: SlackOutboundSide) -> AsyncIterator[InstalledWorkspaces]:
    """What the process serves."""
    async with open_workspaces(process, 20.0) as workspaces:
        yield workspaces


@asynccontextmanager
async def open_workspaces(
    process: SlackOutboundSide, seconds: float
) -> AsyncIterator[InstalledWorkspaces]:
    """Return what a process serves, which waits for Slack's answer for *seconds* at most."""
    organisation_workspaces = OrganisationWorkspaces(get_access(process), seconds)
    workspaces = InstalledWorkspaces(get_tokens(process), organisation_workspaces)
    yield workspaces
    await workspaces.close()


@pytest.mark.parametrize("is_linked", [True, False])
@pytest.mark.parametrize("kind", KINDS)
async def test_no_payload_moves_a_workspace_to_another_tenant(
    slack: InstallableSlack,
    store: Store,
    workspaces: InstalledWorkspaces,
    kind: str,
    *,
    is_linked: bool,
) -> None:
    """With all mixtures of ids, each keeps its own token, and a new one gets its own or none."""
    slack_lists, slack.workspaces = slack.workspaces, slack.workspaces if is_linked else {}
    tokens = {place: await install(slack, store, place) for place in (HERE, ELSEWHERE, SEPARATE)}
    slack.workspaces = slack_lists
    rows = SlackInstallations(store)

    for installed, (team, organisation) in product(ORGANISATIONS, OTHERS):
        payload = build_payloads(installed, team, organisation)[kind]
        is_served = await workspaces.serves(payload)
        assert is_served or not (is_linked or installed == SEPARATE) or installed == STRANGER
        for place, own_organisation in ORGANISATIONS.items():
            bot = await rows.find(f"slack:{place}")
            own_token = tokens.get(place) or tokens.get(own_organisation)
            assert bot is None or bot.tokens.bot_token == own_token, (payload, place)
            assert bot is not None or not is_linked or place == STRANGER, (payload, place)


@pytest.mark.parametrize("kind", ["shortcut", "own team", "command", "event of an organisation"])
async def test_a_new_workspace_of_an_organisation_is_linked_by_its_first_request(
    slack: InstallableSlack, store: Store, workspaces: InstalledWorkspaces, kind: str
) -> None:
    """Slack lists it for the organisation's token."""
    slack.workspaces = {}
    await install(slack, store, HERE)
    slack.workspaces = {HERE: (NORTH,)}

    assert await workspaces.serves(build_payloads(NORTH, NORTH, HERE)[kind])

    assert await read_links(store, f"slack:{NORTH}") == {f"slack:{NORTH}": f"slack:{HERE}"}


@pytest.mark.parametrize("had_own_token", [True, False])
async def test_a_workspace_whose_link_has_ended_is_linked_by_its_next_request(
    slack: InstallableSlack,
    store: Store,
    workspaces: InstalledWorkspaces,
    *,
    had_own_token: bool,
) -> None:
    """Slack lists it again; a token of its own that the link had replaced is not taken for one."""
    if had_own_token:
        await install(slack, store, NORTH)
        slack.uninstall(NORTH)
    token = await install(slack, store, HERE)
    rows = SlackInstallations(store)
    await rows.end_link(f"slack:{HERE}", f"slack:{NORTH}")

    assert await workspaces.serves(build_payloads(NORTH, NORTH, HERE)["command"])

    bot = await rows.find(f"slack:{NORTH}")
    assert bot
    assert bot.tokens.bot_token == token


async def test_a_workspace_that_slack_does_not_list_is_asked_about_once(
    slack: InstallableSlack, store: Store, workspaces: InstalledWorkspaces
) -> None:
    """Its requests are refused, the next ones without a call, and nothing is linked."""
    await install(slack, store, HERE)
    payload = build_payloads(STRANGER, STRANGER, HERE)["command"]

    results = [await workspaces.serves(payload) for _ in range(3)]

    assert results == [False] * 3
    assert len(slack.uses_of("auth.teams.list")) == 1
    assert await read_links(store, f"slack:{STRANGER}") == {f"slack:{STRANGER}": ""}


async def test_a_workspace_is_unknown_until_slack_answers(
    slack: InstallableSlack, store: Store, process: SlackOutboundSide
) -> None:
    """Without an answer within the limit nothing is served; requests of a moment share a call."""
    slack.workspaces = {}
    await install(slack, store, HERE)
    slack.workspaces, slack.listing_seconds = {HERE: (NORTH,)}, 1.0
    payload = build_payloads(NORTH, NORTH, HERE)["command"]

    async with open_workspaces(process, 0.1) as workspaces:
        results = await asyncio.gather(
            *(workspaces.serves(payload) for _ in range(3)), return_exceptions=True
        )
        await asyncio.to_thread(slack.wait_for_uses, "auth.teams.list", 1)
        links = await read_links(store, f"slack:{NORTH}")

    assert [type(result) for result in results] == [WorkspaceUnknownError] * 3
    assert len(slack.uses_of("auth.teams.list")) == 1
    assert links == {f"slack:{NORTH}": ""}


async def test_a_workspace_is_unknown_while_slack_refuses_to_list_any(
    slack: InstallableSlack, store: Store, workspaces: InstalledWorkspaces
) -> None:
    """A refused call says nothing about the workspace, and is repeated by the next request."""
    await install(slack, store, HERE)
    slack.uninstall(HERE)

    for _ in range(2):
        with pytest.raises(WorkspaceUnknownError):
            await workspaces.serves(build_payloads(STRANGER, STRANGER, HERE)["command"])

    assert slack.refused_calls == ["auth.teams.list"] * 2
