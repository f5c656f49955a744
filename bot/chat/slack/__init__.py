"""Slack: what comes in, how it looks, what goes out."""

from bot.chat.slack.adapter import Access, SlackRoom, account, build
from bot.chat.slack.manifest import manifest
from bot.chat.slack.token_rotation import Pair, Renewed

__all__ = ["Access", "Pair", "Renewed", "SlackRoom", "account", "build", "manifest"]
