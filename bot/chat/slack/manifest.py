"""The Slack app as Slack is told of it: commands, pages, scopes and addresses."""

from typing import Any
from urllib.parse import urlsplit

from bot.chat.slack.bolt_app import ENDPOINT_PATH
from bot.content.catalogue import LanguagePack
from bot.errors import Fault, FaultyInputError

COMMANDS = ("tip", "rupture", "checkin", "debriefs", "supervision")
"""The slash commands that Slack offers to people, in the order it lists them."""

SCOPES = ("chat:write", "commands", "users:read")
"""What the bot may do wherever it is installed. It can read no message anywhere."""

OPTIONAL_SCOPES = ("im:history", "im:write")
"""What a workspace may grant beyond: to find and read the bot's own private chats with people.

Then a check-in whose sending ended in doubt is looked for, and sent only where it is missing.
"""

BOT_EVENTS = ("app_home_opened", "app_uninstalled", "tokens_revoked", "user_change")

_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})

JsonObject = dict[str, Any]


def build_manifest(words: LanguagePack, *, base_url: str | None) -> JsonObject:
    """Return the app manifest for a bot reached at *base_url*, or by Socket Mode if ``None``.

    Raises :class:`bot.errors.FaultyInputError` for an address that Slack would not call:
    it has to be https (http on this machine alone, for the practice workspace).
    """
    url = _build_endpoint_url(base_url) if base_url is not None else None
    addressed = {"request_url": url} if url else {}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": words.translate("manifest.name"),
            "description": words.translate("manifest.description"),
            "long_description": words.translate("manifest.long_description"),
            "background_color": "#2f4858",
        },
        "features": _build_features(words, url),
        "oauth_config": {"scopes": {"bot": list(SCOPES), "bot_optional": list(OPTIONAL_SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": list(BOT_EVENTS), **addressed},
            "interactivity": {"is_enabled": True, **addressed},
            "org_deploy_enabled": False,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }


def _build_features(words: LanguagePack, url: str | None) -> JsonObject:
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            # Nobody is invited to type to the bot: it could not read it, and should not.
            "messages_tab_read_only_enabled": True,
        },
        "bot_user": {"display_name": words.translate("manifest.name"), "always_online": True},
        "shortcuts": [
            {
                "name": words.translate("manifest.shortcut.debrief.name"),
                "type": "global",
                "callback_id": "debrief",
                "description": words.translate("manifest.shortcut.debrief.description"),
            }
        ],
        "slash_commands": [_build_command(name, words, url) for name in COMMANDS],
    }


def _build_command(name: str, words: LanguagePack, url: str | None) -> JsonObject:
    made: JsonObject = {
        "command": f"/{name}",
        "description": words.translate(f"manifest.commands.{name}.description"),
        "usage_hint": words.translate(f"manifest.commands.{name}.usage"),
        "should_escape": False,
    }
    return made | ({"url": url} if url else {})


def _build_endpoint_url(base_url: str) -> str:
    parts = urlsplit(base_url)
    here = parts.scheme == "http" and parts.hostname in _LOOPBACK_HOSTS
    if not parts.hostname or parts.query or parts.fragment or not (parts.scheme == "https" or here):
        refused = Fault("--base-url", "manifest.base_url")
        raise FaultyInputError((refused,))
    return base_url.rstrip("/") + ENDPOINT_PATH
