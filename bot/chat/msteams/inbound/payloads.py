"""Classification and schema validation of activities, before any of their values is used."""

from collections.abc import Mapping
from enum import Enum

from bot.chat import json_body, request_body
from bot.chat.msteams.action_data import ActionData, ForeignActionError, unpack_action_data
from bot.chat.request_body import Payload


class PayloadKind(Enum):
    """Kinds of activity that are dispatched; the value is Teams' activity type or invoke name."""

    MESSAGE = "message"
    INSTALLATION_UPDATE = "installationUpdate"
    CONVERSATION_UPDATE = "conversationUpdate"
    CARD_ACTION = "adaptiveCard/action"
    DIALOG_FETCH = "task/fetch"
    DIALOG_SUBMIT = "task/submit"


INVOKE_KINDS = frozenset(
    {PayloadKind.CARD_ACTION, PayloadKind.DIALOG_FETCH, PayloadKind.DIALOG_SUBMIT}
)
"""Kinds that are answered in the body of the HTTP response."""


class UnknownInvokeError(Exception):
    """Raised for an invoke whose name this bot does not handle."""


_REQUIRED_PATHS: Mapping[PayloadKind, tuple[tuple[str, ...], ...]] = {
    PayloadKind.MESSAGE: (("from", "id"),),
    PayloadKind.INSTALLATION_UPDATE: (("action",),),
    PayloadKind.CONVERSATION_UPDATE: (),
    PayloadKind.CARD_ACTION: (("from", "id"),),
    PayloadKind.DIALOG_FETCH: (("from", "id"),),
    PayloadKind.DIALOG_SUBMIT: (("from", "id"),),
}

_COMMON_REQUIRED_PATHS = (("id",), ("conversation", "id"))

_DICT_FIELDS = ("from", "recipient", "conversation", "channelData")
_LIST_FIELDS = ("entities", "membersAdded", "membersRemoved")
_TEXT_FIELDS = ("text", "locale", "localTimezone", "replyToId")


def parse_payload(body: bytes) -> Payload:
    """Parse a request body as a JSON dict; raises MalformedError when it is none."""
    try:
        payload = json_body.parse_json_object(body.decode())
    except UnicodeDecodeError:
        raise request_body.MalformedError from None
    return json_body.replace_unstorable(payload)


def classify_payload(payload: Payload) -> PayloadKind | None:
    """Return the kind of an activity, or ``None`` for a type that is ignored.

    Raises MalformedError for an activity without a type or a required field of its kind, and
    :class:`UnknownInvokeError` for an invoke of an unknown name.
    """
    activity_type = request_body.require_text(payload, ("type",))
    is_invoke = activity_type == "invoke"
    name = request_body.require_text(payload, ("name",)) if is_invoke else activity_type
    kind = next((kind for kind in PayloadKind if kind.value == name), None)
    if (kind in INVOKE_KINDS) != is_invoke:
        kind = None
    if kind is None:
        if is_invoke:
            raise UnknownInvokeError
        return None
    _validate_payload(kind, payload)
    return kind


def parse_action_data(kind: PayloadKind, payload: Payload) -> ActionData | None:
    """Parse the action data of an invoke; return ``None`` when this bot did not create it."""
    value = payload["value"]
    try:
        return unpack_action_data(
            value["action"].get("data") if kind is PayloadKind.CARD_ACTION else value.get("data")
        )
    except ForeignActionError:
        return None


def _validate_payload(kind: PayloadKind, payload: Payload) -> None:
    for path in (*_COMMON_REQUIRED_PATHS, *_REQUIRED_PATHS[kind]):
        request_body.require_text(payload, path)
    for name in _DICT_FIELDS:
        request_body.require_dict(payload.get(name) or {})
    for name in _LIST_FIELDS:
        for item in request_body.require_list(payload.get(name) or []):
            request_body.require_dict(item)
    for name in _TEXT_FIELDS:
        if not isinstance(payload.get(name) or "", str):
            raise request_body.MalformedError
    if kind in INVOKE_KINDS:
        value = request_body.require_dict(payload.get("value"))
        if kind is PayloadKind.CARD_ACTION:
            request_body.require_dict(value.get("action"))
