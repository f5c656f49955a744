"""The Slack app as Slack is told of it: commands, pages, scopes and addresses."""

from typing import Any
from urllib.parse import urlsplit

from bot.chat.slack.bolt_app import PATH
from bot.content.catalogue import Words
from bot.errors import Fault, FaultyInputError

COMMANDS = ("tip", "rupture", "checkin", "debriefs", "supervision")
"""The slash commands that Slack offers to people, in the order it lists them."""

SCOPES = ("chat:write", "commands", "users:read")
"""What the bot may do wherever it is installed. It can read no message anywhere."""

OPTIONAL_SCOPES = ("im:history", "im:write")
"""What a workspace may grant beyond: to find and read the bot's own private chats with people.

Then a check-in whose sending ended in doubt is looked for, and sent only where it is missing.
"""

EVENTS = ("app_home_opened", "app_uninstalled", "tokens_revoked", "user_change")

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})

Table = dict[str, Any]


def manifest(words: Words, *, base_url: str | None) -> Table:
    """Return the app manifest for a bot reached at *base_url*, or by Socket Mode if ``None``.

    Raises :class:`bot.errors.FaultyInputError` for an address that Slack would not call:
    it has to be https (http on this machine alone, for the practice workspace).
    """
    url = _endpoint(base_url) if base_url is not None else None
    addressed = {"request_url": url} if url else {}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": words.say("manifest.name"),
            "description": words.say("manifest.description"),
            "long_description": words.say("manifest.long_description"),
            "background_color": "#2f4858",
        },
        "features": _features(words, url),
        "oauth_config": {"scopes": {"bot": list(SCOPES), "bot_optional": list(OPTIONAL_SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS), **addressed},
            "interactivity": {"is_enabled": True, **addressed},
            "org_deploy_enabled": False,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }


def _features(words: Words, url: str | None) -> Table:
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            # Nobody is invited to type to the bot: it could not read it, and should not.
            "messages_tab_read_only_enabled": True,
        },
        "bot_user": {"display_name": words.say("manifest.name"), "always_online": True},
        "shortcuts": [
            {
                "name": words.say("manifest.shortcut.debrief.name"),
                "type": "global",
                "callback_id": "debrief",
                "description": words.say("manifest.shortcut.debrief.description"),
            }
        ],
        "slash_commands": [_command(name, words, url) for name in COMMANDS],
    }


def _command(name: str, words: Words, url: str | None) -> Table:
    made: Table = {
        "command": f"/{name}",
        "description": words.say(f"manifest.commands.{name}.description"),
        "usage_hint": words.say(f"manifest.commands.{name}.usage"),
        "should_escape": False,
    }
    return made | ({"url": url} if url else {})


def _endpoint(base_url: str) -> str:
    parts = urlsplit(base_url)
    here = parts.scheme == "http" and parts.hostname in _HERE
    if not parts.hostname or parts.query or parts.fragment or not (parts.scheme == "https" or here):
        refused = Fault("--base-url", "manifest.base_url")
        raise FaultyInputError((refused,))
    return base_url.rstrip("/") + PATH
