"""Payload of a card action: serialized into the card, parsed from the request that returns it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal, cast

from bot.conversation import RequestStep

HandlerTable = Literal["commands", "forms", "buttons"]
Answers = Mapping[str, tuple[str, ...]]

DATA_KEY = "attune"
"""Key of this bot's payload in an action's data dict; the values of the inputs are its siblings."""

_HANDLER_TABLES = frozenset({"commands", "forms", "buttons"})

_MAX_TEXT_LENGTH = 8_000
"""Maximum characters of any string in a returned payload: the ids of a hundred people fit."""


class CardSurface(Enum):
    """Kind of card that an action belongs to; decides where the response is rendered."""

    MESSAGE = "message"
    HOME = "home"
    FORM = "form"
    """A form inside a card in a chat, visible only to the person who opened it."""
    DIALOG = "dialog"


@dataclass(frozen=True)
class Action:
    """Handler call that an action requests; becomes a :class:`bot.conversation.Request`.

    ``table`` and ``name`` route to the handler. ``keyword`` belongs to commands, ``answers`` to
    forms.
    """

    table: HandlerTable
    name: str
    data: str = ""
    keyword: str = ""
    step: RequestStep = RequestStep.REQUESTED
    answers: Answers = field(default_factory=dict)


@dataclass(frozen=True)
class CardContext:
    """Context in which a card is rendered, serialized into each of its actions.

    ``render_id`` is a fresh token for each rendering, returned by all actions of the card: it is
    the idempotency key that identifies a double click. ``dialog_title`` is the title of a
    dialog whose content changes. ``reopen_action`` requests the same form again, to render it
    with validation errors under its fields; its handler only reads.
    """

    surface: CardSurface
    render_id: str = ""
    dialog_title: str = ""
    reopen_action: Action | None = None


@dataclass(frozen=True)
class ActionData:
    """Parsed payload of one action: the handler call and the context of its card.

    ``text_field_ids`` are the fields whose value is one string, so that its commas are no
    separators.
    """

    action: Action
    card_context: CardContext
    text_field_ids: tuple[str, ...] = ()


class ForeignActionError(Exception):
    """Raised when an action's data was not created by this bot; carries no part of the data."""


def pack_action_data(
    action: Action, card_context: CardContext, text_field_ids: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Serialize an action and its context to the data dict of a card action.

    Teams adds the values of the card's inputs as sibling keys.
    """
    parts: dict[str, Any] = {
        "act": _serialize_action(action),
        "place": card_context.surface.value,
        "key": card_context.render_id,
        "title": card_context.dialog_title,
        "opened_by": _serialize_action(card_context.reopen_action)
        if card_context.reopen_action
        else None,
        "typed": list(text_field_ids),
    }
    return {DATA_KEY: {name: value for name, value in parts.items() if value}}


def unpack_action_data(data: object) -> ActionData:
    """Parse an action's data dict and the input values in it.

    Raises :class:`ForeignActionError` unless the data has the schema of
    :func:`pack_action_data`. Authorization is left to the handlers: a client can forge every
    value.
    """
    inputs = _require_dict(data)
    payload = _require_dict(inputs.get(DATA_KEY))
    text_field_ids = tuple(_require_text(item) for item in _require_list(payload.get("typed", [])))
    surface = _require_text(payload.get("place", ""))
    if surface not in {member.value for member in CardSurface}:
        raise ForeignActionError
    action = _parse_action(_require_dict(payload.get("act")))
    if action.table == "forms" and action.step is not RequestStep.REQUESTED:
        action = Action(
            action.table,
            action.name,
            action.data,
            action.keyword,
            action.step,
            _parse_answers(inputs, text_field_ids),
        )
    reopen_action = payload.get("opened_by")
    return ActionData(
        action,
        CardContext(
            CardSurface(surface),
            _require_text(payload.get("key", "")),
            _require_text(payload.get("title", "")),
            _parse_action(_require_dict(reopen_action)) if reopen_action is not None else None,
        ),
        text_field_ids,
    )


def _serialize_action(action: Action) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "in": action.table,
        "name": action.name,
        "data": action.data,
        "keyword": action.keyword,
        "step": "" if action.step is RequestStep.REQUESTED else action.step.value,
        "answers": {name: list(codes) for name, codes in action.answers.items()},
    }
    return {name: value for name, value in parts.items() if value}


def _parse_action(serialized: Mapping[str, Any]) -> Action:
    table = _require_text(serialized.get("in", ""))
    step = _require_text(serialized.get("step", RequestStep.REQUESTED.value))
    if table not in _HANDLER_TABLES or step not in {member.value for member in RequestStep}:
        raise ForeignActionError
    answers = _require_dict(serialized.get("answers", {}))
    return Action(
        cast("HandlerTable", table),
        _require_text(serialized.get("name", "")),
        _require_text(serialized.get("data", "")),
        _require_text(serialized.get("keyword", "")),
        RequestStep(step),
        {
            name: tuple(_require_text(item) for item in _require_list(codes))
            for name, codes in answers.items()
        },
    )


def _parse_answers(
    inputs: Mapping[str, Any], text_field_ids: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Parse the input values by field id: an empty string has no codes, commas separate codes."""
    answers: dict[str, tuple[str, ...]] = {}
    for name, value in inputs.items():
        if name in {DATA_KEY, "msteams"}:
            continue
        text = _require_text(value).strip()
        codes = (text,) if name in text_field_ids else tuple(map(str.strip, text.split(",")))
        answers[name] = tuple(filter(None, codes))
    return answers


def _require_dict(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ForeignActionError
    return value


def _require_list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise ForeignActionError
    return value


def _require_text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _MAX_TEXT_LENGTH:
        raise ForeignActionError
    return value
