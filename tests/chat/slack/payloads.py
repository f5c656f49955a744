"""Builders of Slack payloads, signed as Slack signs them; every part can be replaced."""

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

SIGNING_SECRET = "0badc0de" * 4
TEAM, MARIE, CHANNEL = "T1CLINIC", "U1MARIE", "C1TEAM"
FORM_TYPE, JSON_TYPE = "application/x-www-form-urlencoded", "application/json"

Payload = dict[str, Any]


def sign_headers(
    body: bytes, content_type: str = FORM_TYPE, *, timestamp: float | None = None
) -> dict[str, str]:
    """Return the headers that Slack sends with *body*, signed now or at *timestamp*."""
    timestamp_text = str(int(time.time() if timestamp is None else timestamp))
    digest = hmac.new(
        SIGNING_SECRET.encode(), b"v0:" + timestamp_text.encode() + b":" + body, hashlib.sha256
    )
    return {
        "content-type": content_type,
        "x-slack-request-timestamp": timestamp_text,
        "x-slack-signature": f"v0={digest.hexdigest()}",
    }


def encode_interaction(payload: Payload) -> bytes:
    """Return an interaction's body: JSON in the form field ``payload``."""
    return urlencode({"payload": json.dumps(payload)}).encode()


def build_command(name: str = "/rupture", text: str = "", **parts: object) -> Payload:
    """Return the payload of a slash command."""
    return {
        "token": "old",
        "team_id": TEAM,
        "channel_id": CHANNEL,
        "user_id": MARIE,
        "command": name,
        "text": text,
        "response_url": "",
        "trigger_id": "1.2.command",
        **parts,
    }


def build_view(form_name: str = "debrief", **parts: object) -> Payload:
    """Return the view of an open form, as Slack sends it."""
    return {
        "id": "V1",
        "type": "modal",
        "hash": "156.abc",
        "callback_id": form_name,
        "private_metadata": "kept",
        "title": {"type": "plain_text", "text": "Debrief"},
        "blocks": [{"type": "input", "block_id": "form"}, {"type": "input", "block_id": "status"}],
        "state": {
            "values": {
                "form": {"form": radio_state("away")},
                "status": {"status": radio_state(None)},
            }
        },
        **parts,
    }


def radio_state(code: str | None) -> Payload:
    """Return the state of radio buttons with one selected option, or none."""
    option = {"text": {"type": "plain_text", "text": "…"}, "value": code} if code else None
    return {"type": "radio_buttons", "selected_option": option}


def build_submission(form_name: str = "debrief", **parts: object) -> Payload:
    """Return the payload of a form submission."""
    return _build_interaction(
        "view_submission", trigger_id="1.2.submit", view=build_view(form_name, **parts)
    )


def build_view_closed(form_name: str = "debrief", **parts: object) -> Payload:
    """Return the payload of a form that was closed without being submitted."""
    return _build_interaction("view_closed", is_cleared=False, view=build_view(form_name, **parts))


def build_button_press(button_name: str = "tip.next", value: str = "", **parts: object) -> Payload:
    """Return the payload of a click on a button in a message."""
    action = {"type": "button", "action_id": button_name, "block_id": "b", "action_ts": "9.1"}
    if value:
        action["value"] = value
    default_parts: Payload = {
        "trigger_id": "1.2.press",
        "response_url": "",
        "channel": {"id": CHANNEL, "name": "team"},
        "container": {"type": "message", "channel_id": CHANNEL},
        "actions": [action],
    }
    return _build_interaction("block_actions", **{**default_parts, **parts})


def build_view_press(view: Payload, button_name: str, value: str = "") -> Payload:
    """Return the payload of a click on a button in a form or in the Home tab."""
    payload = build_button_press(button_name, value, view=view)
    del payload["response_url"], payload["channel"]
    return payload


def build_field_change(view: Payload, field: str, state: Payload) -> Payload:
    """Return the payload of a changed field that refreshes its form."""
    action = {**state, "action_id": field, "block_id": field, "action_ts": "9.2"}
    return {**build_view_press(view, "x"), "actions": [action]}


def build_home_tab() -> Payload:
    """Return the view of the app's Home tab, as Slack sends it."""
    return {"id": "V0", "type": "home", "hash": "1.h", "callback_id": "", "private_metadata": ""}


def build_shortcut(shortcut_name: str = "debrief") -> Payload:
    """Return the payload of a global shortcut."""
    return _build_interaction(
        "shortcut", callback_id=shortcut_name, trigger_id="1.2.short", action_ts="9.3"
    )


def build_event(event_type: str = "app_home_opened", **parts: object) -> Payload:
    """Return the payload of an event."""
    return {
        "type": "event_callback",
        "team_id": TEAM,
        "event_id": "Ev1",
        "authorizations": [{"team_id": TEAM, "is_enterprise_install": False}],
        "event": {"type": event_type, "user": MARIE, "channel": "D1", "tab": "home", **parts},
    }


def _build_interaction(interaction_type: str, **parts: object) -> Payload:
    return {
        "type": interaction_type,
        "team": {"id": TEAM, "domain": "clinic"},
        "user": {"id": MARIE, "team_id": TEAM},
        "api_app_id": "A1",
        "token": "old",
        **parts,
    }


def encode_payload(payload: Payload) -> tuple[bytes, str]:
    """Return a payload's body and content type: command, event, or interaction."""
    if "command" in payload:
        return urlencode(payload).encode(), FORM_TYPE
    if payload.get("type") in {"event_callback", "url_verification", "app_rate_limited"}:
        return json.dumps(payload).encode(), JSON_TYPE
    return encode_interaction(payload), FORM_TYPE
