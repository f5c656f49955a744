"""What kind of activity Teams sent, decided before anything in it is believed."""

import json
from collections.abc import Mapping
from enum import Enum

from bot.chat import request_body
from bot.chat.msteams.action_data import Carried, ForeignError, unpack
from bot.chat.request_body import Payload


class Kind(Enum):
    """The activities that this bot acts upon; Teams' own word is the value."""

    MESSAGE = "message"
    INSTALLED = "installationUpdate"
    CHANGED = "conversationUpdate"
    EXECUTED = "adaptiveCard/action"
    FETCHED = "task/fetch"
    SUBMITTED = "task/submit"


INVOKES = frozenset({Kind.EXECUTED, Kind.FETCHED, Kind.SUBMITTED})
"""Kinds that are answered in the reply to Teams' own request."""


class UnknownInvokeError(Exception):
    """Teams asks for an answer that this bot has none for."""


_NEEDED: Mapping[Kind, tuple[tuple[str, ...], ...]] = {
    Kind.MESSAGE: (("from", "id"),),
    Kind.INSTALLED: (("action",),),
    Kind.CHANGED: (),
    Kind.EXECUTED: (("from", "aadObjectId"),),
    Kind.FETCHED: (("from", "aadObjectId"),),
    Kind.SUBMITTED: (("from", "aadObjectId"),),
}

_ALWAYS = (("id",), ("conversation", "id"))

_TABLES = ("from", "recipient", "conversation", "channelData")
_LISTS = ("entities", "membersAdded", "membersRemoved")
_TEXTS = ("text", "locale", "localTimezone", "replyToId")


def parse(body: bytes) -> Payload:
    """Return the activity in a body; MalformedError when it is none."""
    try:
        return request_body.table(json.loads(body.decode()))
    except (ValueError, RecursionError):
        raise request_body.MalformedError from None


def kind(payload: Payload) -> Kind | None:
    """Return what an activity is; ``None`` for one that asks nothing of this bot.

    MalformedError when it has no type, or lacks what its kind always has;
    UnknownInvokeError when it waits for an answer of a kind unknown here.
    """
    said = request_body.text(payload, ("type",))
    name = request_body.text(payload, ("name",)) if said == "invoke" else said
    found = next((one for one in Kind if one.value == name), None)
    if (found in INVOKES) != (said == "invoke"):
        found = None
    if found is None:
        if said == "invoke":
            raise UnknownInvokeError
        return None
    _check(found, payload)
    return found


def carried(found: Kind, payload: Payload) -> Carried | None:
    """Return what the card carried on which somebody acted; ``None`` when it is not ours."""
    value = payload["value"]
    try:
        return unpack(value["action"].get("data") if found is Kind.EXECUTED else value.get("data"))
    except ForeignError:
        return None


def _check(found: Kind, payload: Payload) -> None:
    for path in (*_ALWAYS, *_NEEDED[found]):
        request_body.text(payload, path)
    for name in _TABLES:
        request_body.table(payload.get(name) or {})
    for name in _LISTS:
        for one in request_body.items(payload.get(name) or []):
            request_body.table(one)
    for name in _TEXTS:
        if not isinstance(payload.get(name) or "", str):
            raise request_body.MalformedError
    if found in INVOKES:
        value = request_body.table(payload.get("value"))
        if found is Kind.EXECUTED:
            request_body.table(value.get("action"))
