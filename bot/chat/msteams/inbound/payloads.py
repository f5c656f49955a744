"""What kind of activity Teams sent, decided before anything in it is believed."""

import json
from collections.abc import Mapping
from enum import Enum

from bot.chat import request_body
from bot.chat.msteams.action_data import ActionData, ForeignActionError, unpack_action_data
from bot.chat.request_body import Payload


class PayloadKind(Enum):
    """The activities that this bot acts upon; Teams' own word is the value."""

    MESSAGE = "message"
    INSTALLATION_UPDATE = "installationUpdate"
    CONVERSATION_UPDATE = "conversationUpdate"
    CARD_ACTION = "adaptiveCard/action"
    DIALOG_FETCH = "task/fetch"
    DIALOG_SUBMIT = "task/submit"


INVOKE_KINDS = frozenset(
    {PayloadKind.CARD_ACTION, PayloadKind.DIALOG_FETCH, PayloadKind.DIALOG_SUBMIT}
)
"""Kinds that are answered in the reply to Teams' own request."""


class UnknownInvokeError(Exception):
    """Teams asks for an answer that this bot has none for."""


_REQUIRED_PATHS: Mapping[PayloadKind, tuple[tuple[str, ...], ...]] = {
    PayloadKind.MESSAGE: (("from", "id"),),
    PayloadKind.INSTALLATION_UPDATE: (("action",),),
    PayloadKind.CONVERSATION_UPDATE: (),
    PayloadKind.CARD_ACTION: (("from", "aadObjectId"),),
    PayloadKind.DIALOG_FETCH: (("from", "aadObjectId"),),
    PayloadKind.DIALOG_SUBMIT: (("from", "aadObjectId"),),
}

_COMMON_REQUIRED_PATHS = (("id",), ("conversation", "id"))

_DICT_FIELDS = ("from", "recipient", "conversation", "channelData")
_LIST_FIELDS = ("entities", "membersAdded", "membersRemoved")
_TEXT_FIELDS = ("text", "locale", "localTimezone", "replyToId")


def parse_payload(body: bytes) -> Payload:
    """Return the activity in a body; MalformedError when it is none."""
    try:
        return request_body.require_dict(json.loads(body.decode()))
    except (ValueError, RecursionError):
        raise request_body.MalformedError from None


def classify_payload(payload: Payload) -> PayloadKind | None:
    """Return what an activity is; ``None`` for one that asks nothing of this bot.

    MalformedError when it has no type, or lacks what its kind always has;
    UnknownInvokeError when it waits for an answer of a kind unknown here.
    """
    said = request_body.require_text(payload, ("type",))
    name = request_body.require_text(payload, ("name",)) if said == "invoke" else said
    found = next((one for one in PayloadKind if one.value == name), None)
    if (found in INVOKE_KINDS) != (said == "invoke"):
        found = None
    if found is None:
        if said == "invoke":
            raise UnknownInvokeError
        return None
    _validate_payload(found, payload)
    return found


def parse_action_data(kind: PayloadKind, payload: Payload) -> ActionData | None:
    """Return what the card carried on which somebody acted; ``None`` when it is not ours."""
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
        for one in request_body.require_list(payload.get(name) or []):
            request_body.require_dict(one)
    for name in _TEXT_FIELDS:
        if not isinstance(payload.get(name) or "", str):
            raise request_body.MalformedError
    if kind in INVOKE_KINDS:
        value = request_body.require_dict(payload.get("value"))
        if kind is PayloadKind.CARD_ACTION:
            request_body.require_dict(value.get("action"))
