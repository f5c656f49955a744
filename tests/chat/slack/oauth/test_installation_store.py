"""Slack's protocol of an installation store, over the bot's own rows."""

import pytest
from slack_sdk.oauth.installation_store import Installation

from bot.chat.slack import InstallationsUnavailableError
from bot.chat.slack.oauth.installation_store import DatabaseInstallationStore
from bot.slack_installations import SlackInstallations
from bot.store.store import Store
from bot.workflows.workspace_purge import complete_purge
from tests.store.conftest import database, store
from tests.store.sample_counts import NOW

__all__ = ["database", "store"]

NORTH = Installation(
    team_id="T0NORTH", bot_token="xoxb-north", user_id="U0INSTALLER", bot_refresh_token="xoxe-1"
)
CLINICS = Installation(
    enterprise_id="E0CLINICS", bot_token="xoxb-e", user_id="", is_enterprise_install=True
)


async def test_saved_installations_are_found_as_slack_asks(store: Store) -> None:
    """A workspace is found by its id, an organisation by its own, and nothing by another."""
    installations = DatabaseInstallationStore(SlackInstallations(store))
    await installations.async_save(NORTH)
    await installations.async_save(CLINICS, ["slack:T0EAST"])

    bots = [
        await installations.async_find_bot(
            enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_organisation
        )
        for enterprise_id, team_id, is_organisation in (
            (None, "T0NORTH", False),
            ("E0CLINICS", None, True),
            ("E0CLINICS", "T0EAST", False),
            (None, "T0OTHER", False),
        )
    ]

    assert [bot and bot.bot_token for bot in bots] == ["xoxb-north", "xoxb-e", "xoxb-e", None]
    assert [bot and bot.is_enterprise_install for bot in bots] == [False, True, True, None]


async def test_an_installation_during_a_purge_is_refused_and_succeeds_after_it(
    store: Store,
) -> None:
    """Its row would be deleted with the rest, and Slack would call an app that knows no token."""
    installations = DatabaseInstallationStore(SlackInstallations(store))
    await installations.async_save(NORTH)
    await store.across_workspaces.write(
        lambda repos: repos.workspace_purges.begin("slack:T0NORTH", NOW)
    )

    with pytest.raises(InstallationsUnavailableError):
        await installations.async_save(NORTH)
    assert await complete_purge(store, "slack:T0NORTH", NOW)
    await installations.async_save(NORTH)

    assert await installations.async_find_bot(enterprise_id=None, team_id="T0NORTH")
