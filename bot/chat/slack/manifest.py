"""Slack app manifest as a JSON object: slash commands, Home tab, scopes, events, endpoint URLs."""

from typing import Any

from bot.chat.base_url import parse_base_url
from bot.chat.slack.bolt_app import ENDPOINT_PATH
from bot.content.catalogue import LanguagePack

COMMANDS = ("tip", "rupture", "checkin", "debriefs", "supervision")
"""The slash commands of the app, in the order in which Slack lists them."""

SCOPES = ("chat:write", "commands", "users:read")
"""Required OAuth scopes of the bot token. None of them allows an API method that reads messages."""

OPTIONAL_SCOPES = ("im:history", "im:write")
"""Optional OAuth scopes: open the bot's own private chats with users and read their history.

With them, a check-in whose send result is unknown is searched for with ``conversations.history``,
and sent again only if it is missing.
"""

BOT_EVENTS = ("app_home_opened", "app_uninstalled", "tokens_revoked", "user_change")
"""Event types to which the bot subscribes."""

ORGANISATION_EVENTS = ("team_access_granted", "team_access_revoked")
"""Further event types for an app that organisations can install for their workspaces."""

INSTALL_PATH, REDIRECT_PATH = "/slack/install", "/slack/oauth_redirect"
"""URL paths of the installation page and of the OAuth redirect endpoint."""

JsonObject = dict[str, Any]


def build_manifest(
    words: LanguagePack, *, base_url: str | None, installs_from_link: bool = False
) -> JsonObject:
    """Return the app manifest for the endpoint at *base_url*, or for Socket Mode if ``None``.

    With *installs_from_link* and a *base_url* the manifest has the OAuth redirect URL and the event
    types of organisations, so that any workspace can install the app from the bot's own page. Token
    rotation is off by default, since Slack does not allow an app to turn it off again; an app with
    rotated tokens is supported.

    Raises :class:`bot.errors.FaultyInputError` for an address that Slack does not call:
    the scheme must be https (http for loopback hosts only, which the sandbox uses), without a path.
    """
    url = _build_endpoint_url(base_url) if base_url is not None else None
    request_url = {"request_url": url} if url else {}
    is_distributed = installs_from_link and base_url is not None
    events = [*BOT_EVENTS, *(ORGANISATION_EVENTS if is_distributed else ())]
    redirect_urls = [f"{(base_url or '').rstrip('/')}{REDIRECT_PATH}"] if is_distributed else []
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": words.translate("manifest.name"),
            "description": words.translate("manifest.description"),
            "long_description": words.translate("manifest.long_description"),
            "background_color": "#2f4858",
        },
        "features": _build_features(words, url),
        "oauth_config": {
            "scopes": {"bot": list(SCOPES), "bot_optional": list(OPTIONAL_SCOPES)},
            **({"redirect_urls": redirect_urls} if redirect_urls else {}),
        },
        "settings": {
            "event_subscriptions": {"bot_events": events, **request_url},
            "interactivity": {"is_enabled": True, **request_url},
            "org_deploy_enabled": is_distributed,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }


def _build_features(words: LanguagePack, url: str | None) -> JsonObject:
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            # No text input in the bot's chat: the bot subscribes to no message events, by design.
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
    command: JsonObject = {
        "command": f"/{name}",
        "description": words.translate(f"manifest.commands.{name}.description"),
        "usage_hint": words.translate(f"manifest.commands.{name}.usage"),
        "should_escape": False,
    }
    return command | ({"url": url} if url else {})


def _build_endpoint_url(base_url: str) -> str:
    parse_base_url(base_url, accepts_loopback=True)
    return base_url.rstrip("/") + ENDPOINT_PATH
