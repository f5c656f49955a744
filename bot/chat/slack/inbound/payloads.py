"""Decode, classify and validate Slack's payloads before they are parsed into requests."""

from collections.abc import Mapping
from enum import Enum
from urllib.parse import parse_qsl

from bot.chat import json_body, request_body
from bot.chat.request_body import Payload
from bot.chat.slack.inbound import form_values

_MAX_FIELDS = 100
"""Maximum number of fields of a form-encoded body."""


class PayloadKind(Enum):
    """Payload kinds that this bot handles; the value is Slack's own name for it."""

    COMMAND = "command"
    ACTION = "block_actions"
    SUBMISSION = "view_submission"
    CLOSED = "view_closed"
    SHORTCUT = "shortcut"
    EVENT = "event_callback"


_KINDS_BY_TYPE = {kind.value: kind for kind in PayloadKind if kind is not PayloadKind.COMMAND}
"""The payload kinds by the ``type`` that Slack sends; a command has none."""

_REQUIRED_PATHS: Mapping[PayloadKind, tuple[tuple[str, ...], ...]] = {
    PayloadKind.COMMAND: (("command",), ("user_id",), ("team_id",)),
    PayloadKind.ACTION: (("user", "id"),),
    PayloadKind.SUBMISSION: (("user", "id"), ("view", "id"), ("view", "callback_id")),
    PayloadKind.CLOSED: (("user", "id"), ("view", "id"), ("view", "callback_id")),
    PayloadKind.SHORTCUT: (("user", "id"), ("callback_id",)),
    PayloadKind.EVENT: (("event", "type"),),
}

_DICT_FIELDS = ("view", "message", "container", "channel", "team", "enterprise", "state")
"""Keys of an interaction whose values must be objects wherever they are present."""


def parse_payload(body: bytes, content_type: str) -> Payload:
    """Return the payload of a request body whose signature was verified.

    Events are sent as JSON, commands as a form, all other kinds as JSON in the form field
    ``payload``. Unstorable characters are replaced, except in a challenge, which is returned as
    it is. Raises :class:`bot.chat.request_body.MalformedError` for any other body.
    """
    try:
        payload = _decode_payload(body.decode(), content_type)
    except ValueError:
        raise request_body.MalformedError from None
    is_challenge = payload.get("type") == "url_verification"
    return payload if is_challenge else json_body.replace_unstorable(payload)


def _decode_payload(text: str, content_type: str) -> Payload:
    if "json" in content_type or text.startswith("{"):
        return json_body.parse_json_object(text)
    form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS))
    return json_body.parse_json_object(form["payload"]) if "payload" in form else {**form}


def classify_payload(payload: Payload) -> PayloadKind | None:
    """Return the kind of a payload; ``None`` for one that this bot does not handle.

    Raises :class:`bot.chat.request_body.MalformedError` when a required value is missing.
    """
    kind = _match_kind(payload)
    if kind is not None:
        _validate_payload(kind, payload)
    return kind


def _match_kind(payload: Payload) -> PayloadKind | None:
    if "type" not in payload and "command" in payload:
        return PayloadKind.COMMAND
    if "type" not in payload and "ssl_check" in payload:
        return None
    payload_type = request_body.require_text(payload, ("type",))
    if payload_type == "message_action":
        return PayloadKind.SHORTCUT
    return _KINDS_BY_TYPE.get(payload_type)


def _validate_payload(kind: PayloadKind, payload: Payload) -> None:
    for path in _REQUIRED_PATHS[kind]:
        request_body.require_text(payload, path)
    if kind not in {PayloadKind.COMMAND, PayloadKind.EVENT}:
        _validate_interaction(kind, payload)
    if kind is PayloadKind.EVENT:
        _validate_event(payload)


def _validate_interaction(kind: PayloadKind, payload: Payload) -> None:
    for name in _DICT_FIELDS:
        if payload.get(name) is not None:
            request_body.require_dict(payload[name])
    if kind is PayloadKind.ACTION:
        actions = payload.get("actions")
        if not isinstance(actions, list) or not actions:
            raise request_body.MalformedError
        request_body.require_text(request_body.require_dict(actions[0]), ("action_id",))
    try:
        form_values.parse_form_values(payload.get("view") or payload)
    except (TypeError, AttributeError, KeyError):
        raise request_body.MalformedError from None


def _validate_event(payload: Payload) -> None:
    authorizations = payload.get("authorizations")
    if authorizations is not None:
        if not isinstance(authorizations, list):
            raise request_body.MalformedError
        for authorization in authorizations:
            request_body.require_dict(authorization)
