"""Processes that share a store, and installations whose tokens a fake of Slack accepts."""

import time

from bot.chat.slack import (
    AccessSettings,
    ClientCredentials,
    InstallAccess,
    Installer,
    SlackOutboundSide,
)
from bot.chat.slack.oauth.installed_tokens import InstalledTokens
from bot.chat.slack.outbound.organisation_access import OrganisationAccess
from bot.chat.slack.token_rotation import TokenPair
from bot.slack_installations import SlackInstallations
from bot.store.store import Store
from tests.chat.slack.testbed import load_words
from tests.journeys.installable_slack import CLIENT_ID, CLIENT_SECRET, InstallableSlack

LONG = 40_000
"""Seconds until the expiry of a token that no test renews."""


def open_process(
    slack: InstallableSlack, store: Store, secret: str = CLIENT_SECRET
) -> SlackOutboundSide:
    """Return the sending half of a process on *store*."""
    access = InstallAccess(
        ClientCredentials(CLIENT_ID, secret),
        "https://attune.example.org",
        SlackInstallations(store),
    )
    return SlackOutboundSide(AccessSettings.with_installations(slack.api_url, access), load_words())


def get_tokens(process: SlackOutboundSide) -> InstalledTokens:
    """Return the tokens of a process."""
    assert process.installed_tokens
    return process.installed_tokens


def get_access(process: SlackOutboundSide) -> OrganisationAccess:
    """Return what a process knows about organisations."""
    assert process.organisation_access
    return process.organisation_access


async def install(slack: InstallableSlack, store: Store, place: str, seconds: float = LONG) -> str:
    """Store an installation whose token expires in *seconds*, and return the token."""
    issued = slack.issue_tokens(place)
    tokens = TokenPair(
        issued["access_token"], issued.get("refresh_token", ""), int(time.time() + seconds)
    )
    workspaces = [f"slack:{team}" for team in slack.workspaces.get(place, ())]
    installer = None if place.startswith("E") else Installer("U0INSTALLER", 12)
    await SlackInstallations(store).save(f"slack:{place}", tokens, installer, workspaces)
    return tokens.bot_token


async def read_links(store: Store, *workspaces: str) -> dict[str, str]:
    """Return the organisation that serves each of *workspaces*, ``""`` for none."""
    return await store.across_workspaces.read(
        lambda repos: {name: repos.installations.find_organisation(name) for name in workspaces}
    )
