"""What kind of payload Slack sent, decided before anything in it is believed."""

import json
from collections.abc import Mapping
from enum import Enum
from urllib.parse import parse_qsl

from bot.chat import request_body
from bot.chat.request_body import Payload
from bot.chat.slack.inbound import form_values

_MAX_FIELDS = 100


class PayloadKind(Enum):
    """The payloads that people's acts arrive in; Slack's own word is the value."""

    COMMAND = "command"
    ACTION = "block_actions"
    SUBMISSION = "view_submission"
    CLOSED = "view_closed"
    SHORTCUT = "shortcut"
    EVENT = "event_callback"


_REQUIRED_PATHS: Mapping[PayloadKind, tuple[tuple[str, ...], ...]] = {
    PayloadKind.COMMAND: (("command",), ("user_id",), ("team_id",)),
    PayloadKind.ACTION: (("user", "id"),),
    PayloadKind.SUBMISSION: (("user", "id"), ("view", "id"), ("view", "callback_id")),
    PayloadKind.CLOSED: (("user", "id"), ("view", "id"), ("view", "callback_id")),
    PayloadKind.SHORTCUT: (("user", "id"), ("callback_id",)),
    PayloadKind.EVENT: (("event", "type"),),
}

_DICT_FIELDS = ("view", "message", "container", "channel", "team", "enterprise", "state")
"""Parts of an interaction that are tables wherever they are not missing."""


def parse_payload(body: bytes, content_type: str) -> Payload:
    """Return the payload in a body that is known to be Slack's; MalformedError otherwise.

    Events come as JSON; commands as a form; everything else as JSON in a form's one field.
    """
    try:
        text = body.decode()
        if "json" in content_type or text.startswith("{"):
            return request_body.require_dict(json.loads(text))
        form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS))
        return (
            request_body.require_dict(json.loads(form["payload"]))
            if "payload" in form
            else request_body.require_dict(form)
        )
    except (ValueError, RecursionError):
        raise request_body.MalformedError from None


def classify_payload(payload: Payload) -> PayloadKind | None:
    """Return what a payload is; ``None`` for one that asks nothing of this bot.

    MalformedError when a kind known here lacks what that kind always has.
    """
    found = _match_kind(payload)
    if found is not None:
        _validate_payload(found, payload)
    return found


def _match_kind(payload: Payload) -> PayloadKind | None:
    if "type" not in payload and "command" in payload:
        return PayloadKind.COMMAND
    if "type" not in payload and "ssl_check" in payload:
        return None
    said = request_body.require_text(payload, ("type",))
    if said == "message_action":
        return PayloadKind.SHORTCUT
    return next(
        (one for one in PayloadKind if one.value == said and one is not PayloadKind.COMMAND), None
    )


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
        steps = payload.get("actions")
        if not isinstance(steps, list) or not steps:
            raise request_body.MalformedError
        request_body.require_text(request_body.require_dict(steps[0]), ("action_id",))
    try:
        form_values.parse_form_values(payload.get("view") or payload)
    except (TypeError, AttributeError, KeyError):
        raise request_body.MalformedError from None


def _validate_event(payload: Payload) -> None:
    authorizations = payload.get("authorizations")
    if authorizations is not None:
        if not isinstance(authorizations, list):
            raise request_body.MalformedError
        for one in authorizations:
            request_body.require_dict(one)
