"""Slack: what comes in, how it looks, what goes out."""

from bot.chat.slack.app_manifest import manifest
from bot.chat.slack.renewal import Pair, Renewed
from bot.chat.slack.room import Access, SlackRoom, account, build

__all__ = ["Access", "Pair", "Renewed", "SlackRoom", "account", "build", "manifest"]
