"""Slack adapter: request handling, Block Kit rendering, Web API calls and the app manifest."""

from bot.chat.slack.access_settings import AccessSettings
from bot.chat.slack.adapter import (
    SlackAdapter,
    SlackOutboundSide,
    check_account,
    check_app_token,
    check_channels,
)
from bot.chat.slack.manifest import build_manifest
from bot.chat.slack.oauth.install_routes import InstallAccess
from bot.chat.slack.oauth.installation_rows import (
    InstallationsUnavailableError,
    InstallationUnreadableError,
    InstalledBot,
    Installer,
)
from bot.chat.slack.outbound.account_checks import AccountCheck
from bot.chat.slack.token_rotation import ClientCredentials, TokenPair, TokenRotator

__all__ = [
    "AccessSettings",
    "AccountCheck",
    "ClientCredentials",
    "InstallAccess",
    "InstallationUnreadableError",
    "InstallationsUnavailableError",
    "InstalledBot",
    "Installer",
    "SlackAdapter",
    "SlackOutboundSide",
    "TokenPair",
    "TokenRotator",
    "build_manifest",
    "check_account",
    "check_app_token",
    "check_channels",
]
