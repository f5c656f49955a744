"""Slack adapter: request handling, Block Kit rendering, Web API calls and the app manifest."""

from bot.chat.slack.adapter import (
    AccessSettings,
    SlackAdapter,
    SlackOutboundSide,
    check_account,
    check_app_token,
    check_channels,
)
from bot.chat.slack.manifest import build_manifest
from bot.chat.slack.outbound.account_checks import AccountCheck
from bot.chat.slack.token_rotation import TokenPair, TokenRotator

__all__ = [
    "AccessSettings",
    "AccountCheck",
    "SlackAdapter",
    "SlackOutboundSide",
    "TokenPair",
    "TokenRotator",
    "build_manifest",
    "check_account",
    "check_app_token",
    "check_channels",
]
