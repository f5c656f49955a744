"""What kind of payload Slack sent, decided before anything in it is believed."""

import json
from collections.abc import Mapping
from enum import Enum
from urllib.parse import parse_qsl

from bot.chat import request_body
from bot.chat.request_body import Payload
from bot.chat.slack.inbound import form_values

_MOST_FIELDS = 100


class Kind(Enum):
    """The payloads that people's acts arrive in; Slack's own word is the value."""

    COMMAND = "command"
    ACTION = "block_actions"
    SUBMISSION = "view_submission"
    CLOSED = "view_closed"
    SHORTCUT = "shortcut"
    EVENT = "event_callback"


_NEEDED: Mapping[Kind, tuple[tuple[str, ...], ...]] = {
    Kind.COMMAND: (("command",), ("user_id",), ("team_id",)),
    Kind.ACTION: (("user", "id"),),
    Kind.SUBMISSION: (("user", "id"), ("view", "id"), ("view", "callback_id")),
    Kind.CLOSED: (("user", "id"), ("view", "id"), ("view", "callback_id")),
    Kind.SHORTCUT: (("user", "id"), ("callback_id",)),
    Kind.EVENT: (("event", "type"),),
}

_TABLES = ("view", "message", "container", "channel", "team", "enterprise", "state")
"""Parts of an interaction that are tables wherever they are not missing."""


def parse(body: bytes, content_type: str) -> Payload:
    """Return the payload in a body that is known to be Slack's; MalformedError otherwise.

    Events come as JSON; commands as a form; everything else as JSON in a form's one field.
    """
    try:
        text = body.decode()
        if "json" in content_type or text.startswith("{"):
            return request_body.table(json.loads(text))
        form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
        return (
            request_body.table(json.loads(form["payload"]))
            if "payload" in form
            else request_body.table(form)
        )
    except (ValueError, RecursionError):
        raise request_body.MalformedError from None


def kind(payload: Payload) -> Kind | None:
    """Return what a payload is; ``None`` for one that asks nothing of this bot.

    MalformedError when a kind known here lacks what that kind always has.
    """
    found = _kind(payload)
    if found is not None:
        _check(found, payload)
    return found


def _kind(payload: Payload) -> Kind | None:
    if "type" not in payload and "command" in payload:
        return Kind.COMMAND
    if "type" not in payload and "ssl_check" in payload:
        return None
    said = request_body.text(payload, ("type",))
    if said == "message_action":
        return Kind.SHORTCUT
    return next((one for one in Kind if one.value == said and one is not Kind.COMMAND), None)


def _check(found: Kind, payload: Payload) -> None:
    for path in _NEEDED[found]:
        request_body.text(payload, path)
    if found not in {Kind.COMMAND, Kind.EVENT}:
        _check_interaction(found, payload)
    if found is Kind.EVENT:
        _check_event(payload)


def _check_interaction(found: Kind, payload: Payload) -> None:
    for name in _TABLES:
        if payload.get(name) is not None:
            request_body.table(payload[name])
    if found is Kind.ACTION:
        steps = payload.get("actions")
        if not isinstance(steps, list) or not steps:
            raise request_body.MalformedError
        request_body.text(request_body.table(steps[0]), ("action_id",))
    try:
        form_values.read(payload.get("view") or payload)
    except (TypeError, AttributeError, KeyError):
        raise request_body.MalformedError from None


def _check_event(payload: Payload) -> None:
    authorizations = payload.get("authorizations")
    if authorizations is not None:
        if not isinstance(authorizations, list):
            raise request_body.MalformedError
        for one in authorizations:
            request_body.table(one)
