"""Installations that Slack has confirmed: their rows, and their entries in the audit trail."""

import pytest
from slack_sdk.oauth.installation_store import Installation

from bot.chat.slack import InstallationsUnavailableError
from bot.chat.slack.oauth.installation_store import save_installation
from bot.domain.teams.audit_entry import AuditAction
from bot.slack_installations import SlackInstallations
from bot.store.store import Store
from bot.workflows.workspace_purge import complete_purge
from tests.store.conftest import database, store
from tests.store.sample_counts import NOW
from tests.store.sample_workspaces import purge

__all__ = ["database", "store"]

NORTH = Installation(
    team_id="T0NORTH",
    bot_token="xoxb-north",
    bot_scopes="chat:write,commands",
    user_id="U0INSTALLER",
    bot_refresh_token="xoxe-1",
)
CLINICS = Installation(
    enterprise_id="E0CLINICS", bot_token="xoxb-e", user_id="U0OWNER", is_enterprise_install=True
)


async def list_entries(store: Store, workspace: str) -> list[tuple[AuditAction, str, str]]:
    """Return action, actor and detail of each entry of a workspace."""
    entries = await store.across_workspaces.read(
        lambda repos: repos.audit_trail.list_entries(workspace=workspace)
    )
    return [(entry.action, entry.actor_id, entry.detail) for entry in entries]


async def test_saved_installations_are_found_as_slack_asks(store: Store) -> None:
    """A workspace is found by its id, an organisation by its own, and nothing by another."""
    rows = SlackInstallations(store)
    await save_installation(rows, NORTH)
    await save_installation(rows, CLINICS, ["slack:T0EAST"])

    bots = [
        await rows.find(f"slack:{place}") for place in ("T0NORTH", "E0CLINICS", "T0EAST", "T0OTHER")
    ]

    assert [bot and bot.tokens.bot_token for bot in bots] == [
        "xoxb-north",
        "xoxb-e",
        "xoxb-e",
        None,
    ]
    assert [bot and bot.installed_as for bot in bots] == [
        "slack:T0NORTH",
        "slack:E0CLINICS",
        "slack:E0CLINICS",
        None,
    ]


async def test_an_installation_is_in_the_audit_trail_of_its_workspace(store: Store) -> None:
    """With who installed the app and how many permissions; without a token."""
    await save_installation(SlackInstallations(store), NORTH)

    assert await list_entries(store, "slack:T0NORTH") == [
        (AuditAction.INSTALLED, "U0INSTALLER", "2")
    ]


async def test_an_organisations_installation_names_nobody(store: Store) -> None:
    """It is in the trail of each workspace that it serves, once, also if that is linked later."""
    rows = SlackInstallations(store)
    await save_installation(rows, CLINICS, ["slack:T0EAST"])
    for _ in range(2):
        await rows.link("slack:E0CLINICS", "slack:T0WEST", replaces=True)

    served = [("slack:E0CLINICS"), ("slack:T0EAST"), ("slack:T0WEST")]
    assert [await list_entries(store, workspace) for workspace in served] == [
        [(AuditAction.ORGANISATION_INSTALLED, "", "")]
    ] * 3


async def test_a_reinstallation_starts_with_an_empty_trail(store: Store) -> None:
    """A purge deletes the entry of the installation before it."""
    rows = SlackInstallations(store)
    await save_installation(rows, NORTH)
    await purge(store, "slack:T0NORTH")
    entries_after_purge = await list_entries(store, "slack:T0NORTH")
    await save_installation(rows, NORTH)

    assert entries_after_purge == []
    assert len(await list_entries(store, "slack:T0NORTH")) == 1


async def test_an_installation_during_a_purge_is_refused_and_succeeds_after_it(
    store: Store,
) -> None:
    """Its row would be deleted with the rest, and Slack would call an app that knows no token."""
    rows = SlackInstallations(store)
    await save_installation(rows, NORTH)
    await store.across_workspaces.write(
        lambda repos: repos.workspace_purges.begin("slack:T0NORTH", NOW)
    )

    with pytest.raises(InstallationsUnavailableError):
        await save_installation(rows, NORTH)
    assert await complete_purge(store, "slack:T0NORTH", NOW)
    await save_installation(rows, NORTH)

    assert await rows.find("slack:T0NORTH")
