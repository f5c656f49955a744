"""What a card carries along, so that acting on it asks the right handler, once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal, cast

HandlerTable = Literal["commands", "forms", "buttons"]
Step = Literal["asked", "submitted", "changed", "closed"]
Answers = Mapping[str, tuple[str, ...]]

DATA_KEY = "attune"
"""Under this name lies everything of ours in the data of an action; beside it, the inputs."""

_HANDLER_TABLES = frozenset({"commands", "forms", "buttons"})
_STEPS = frozenset({"asked", "submitted", "changed", "closed"})

_MAX_TEXT_LENGTH = 8_000
"""Characters that any text may have which a card brings back: a hundred people's ids fit."""


class Surface(Enum):
    """What the card is that a person acts on, which decides how their answer is shown."""

    MESSAGE = "message"
    HOME = "home"
    FORM = "form"
    """A form inside a card; it stands in a chat, seen only by whoever opened it."""
    DIALOG = "dialog"


@dataclass(frozen=True)
class Action:
    """What somebody asks by acting: the parts of a :class:`bot.conversation.Request` to come.

    ``keyword`` goes with commands, ``answers`` with forms.
    """

    table: HandlerTable
    name: str
    data: str = ""
    keyword: str = ""
    step: Step = "asked"
    answers: Answers = field(default_factory=dict)


@dataclass(frozen=True)
class CardContext:
    """Where a card stands while it is shown.

    ``key`` is made afresh for each showing and comes back from all its actions: that is
    how a double click is known. ``title`` heads a dialog whose content changes.
    ``opened_by`` asks for the same form again, to show under its fields what cannot be
    kept; it only ever reads.
    """

    surface: Surface
    render_id: str = ""
    dialog_title: str = ""
    reopen_action: Action | None = None


@dataclass(frozen=True)
class ActionData:
    """One action of a card, read back: what it asks, and from where.

    ``typed`` are the fields whose answer is one typed line, commas and all.
    """

    action: Action
    card_context: CardContext
    text_field_ids: tuple[str, ...] = ()


class ForeignActionError(Exception):
    """An action's data is not what this bot puts into its cards. It carries no part of it."""


def pack_action_data(
    action: Action, card_context: CardContext, text_field_ids: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return the data of an action; a product adds the card's inputs beside it."""
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
    """Read an action's data with the inputs beside it.

    Raises ForeignError unless it has the shape that :func:`pack` gave it. What it says is
    judged by the handlers: a person can forge all of it.
    """
    table = _require_dict(data)
    ours = _require_dict(table.get(DATA_KEY))
    typed = tuple(_require_text(one) for one in _require_list(ours.get("typed", [])))
    place = _require_text(ours.get("place", ""))
    if place not in {one.value for one in Surface}:
        raise ForeignActionError
    act = _parse_action(_require_dict(ours.get("act")))
    if act.table == "forms" and act.step != "asked":
        act = Action(
            act.table, act.name, act.data, act.keyword, act.step, _parse_answers(table, typed)
        )
    opened_by = ours.get("opened_by")
    return ActionData(
        act,
        CardContext(
            Surface(place),
            _require_text(ours.get("key", "")),
            _require_text(ours.get("title", "")),
            _parse_action(_require_dict(opened_by)) if opened_by is not None else None,
        ),
        typed,
    )


def _serialize_action(action: Action) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "in": action.table,
        "name": action.name,
        "data": action.data,
        "keyword": action.keyword,
        "step": "" if action.step == "asked" else action.step,
        "answers": {name: list(codes) for name, codes in action.answers.items()},
    }
    return {name: value for name, value in parts.items() if value}


def _parse_action(serialized: Mapping[str, Any]) -> Action:
    table, step = (
        _require_text(serialized.get("in", "")),
        _require_text(serialized.get("step", "asked")),
    )
    if table not in _HANDLER_TABLES or step not in _STEPS:
        raise ForeignActionError
    answers = _require_dict(serialized.get("answers", {}))
    return Action(
        cast("HandlerTable", table),
        _require_text(serialized.get("name", "")),
        _require_text(serialized.get("data", "")),
        _require_text(serialized.get("keyword", "")),
        cast("Step", step),
        {
            name: tuple(_require_text(one) for one in _require_list(codes))
            for name, codes in answers.items()
        },
    )


def _parse_answers(
    inputs: Mapping[str, Any], text_field_ids: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Read the inputs: a field left empty has no codes, several codes come with commas."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in inputs.items():
        if name in {DATA_KEY, "msteams"}:
            continue
        said = _require_text(value).strip()
        codes = (said,) if name in text_field_ids else tuple(one.strip() for one in said.split(","))
        found[name] = tuple(filter(None, codes))
    return found


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
