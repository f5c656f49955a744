"""What a card carries along, so that acting on it asks the right handler, once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal, cast

Table = Literal["commands", "forms", "buttons"]
Step = Literal["asked", "submitted", "changed", "closed"]
Answers = Mapping[str, tuple[str, ...]]

OURS = "attune"
"""Under this name lies everything of ours in the data of an action; beside it, the inputs."""

_TABLES = frozenset({"commands", "forms", "buttons"})
_STEPS = frozenset({"asked", "submitted", "changed", "closed"})

_LONGEST = 8_000
"""Characters that any text may have which a card brings back: a hundred people's ids fit."""


class Place(Enum):
    """What the card is that a person acts on, which decides how their answer is shown."""

    MESSAGE = "message"
    HOME = "home"
    FORM = "form"
    """A form inside a card; it stands in a chat, seen only by whoever opened it."""
    DIALOG = "dialog"


@dataclass(frozen=True)
class Act:
    """What somebody asks by acting: the parts of a :class:`bot.conversation.Request` to come.

    ``keyword`` goes with commands, ``answers`` with forms.
    """

    table: Table
    name: str
    data: str = ""
    keyword: str = ""
    step: Step = "asked"
    answers: Answers = field(default_factory=dict)


@dataclass(frozen=True)
class Stand:
    """Where a card stands while it is shown.

    ``key`` is made afresh for each showing and comes back from all its actions: that is
    how a double click is known. ``title`` heads a dialog whose content changes.
    ``opened_by`` asks for the same form again, to show under its fields what cannot be
    kept; it only ever reads.
    """

    place: Place
    key: str = ""
    title: str = ""
    opened_by: Act | None = None


@dataclass(frozen=True)
class Carried:
    """One action of a card, read back: what it asks, and from where.

    ``typed`` are the fields whose answer is one typed line, commas and all.
    """

    act: Act
    stand: Stand
    typed: tuple[str, ...] = ()


class ForeignError(Exception):
    """An action's data is not what this bot puts into its cards. It carries no part of it."""


def pack(act: Act, stand: Stand, typed: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the data of an action; a product adds the card's inputs beside it."""
    parts: dict[str, Any] = {
        "act": _packed(act),
        "place": stand.place.value,
        "key": stand.key,
        "title": stand.title,
        "opened_by": _packed(stand.opened_by) if stand.opened_by else None,
        "typed": list(typed),
    }
    return {OURS: {name: value for name, value in parts.items() if value}}


def unpack(data: object) -> Carried:
    """Read an action's data with the inputs beside it.

    Raises ForeignError unless it has the shape that :func:`pack` gave it. What it says is
    judged by the handlers: a person can forge all of it.
    """
    table = _table(data)
    ours = _table(table.get(OURS))
    typed = tuple(_text(one) for one in _list(ours.get("typed", [])))
    place = _text(ours.get("place", ""))
    if place not in {one.value for one in Place}:
        raise ForeignError
    act = _act(_table(ours.get("act")))
    if act.table == "forms" and act.step != "asked":
        act = Act(act.table, act.name, act.data, act.keyword, act.step, _answers(table, typed))
    opened_by = ours.get("opened_by")
    return Carried(
        act,
        Stand(
            Place(place),
            _text(ours.get("key", "")),
            _text(ours.get("title", "")),
            _act(_table(opened_by)) if opened_by is not None else None,
        ),
        typed,
    )


def _packed(act: Act) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "in": act.table,
        "name": act.name,
        "data": act.data,
        "keyword": act.keyword,
        "step": "" if act.step == "asked" else act.step,
        "answers": {name: list(codes) for name, codes in act.answers.items()},
    }
    return {name: value for name, value in parts.items() if value}


def _act(ours: Mapping[str, Any]) -> Act:
    table, step = _text(ours.get("in", "")), _text(ours.get("step", "asked"))
    if table not in _TABLES or step not in _STEPS:
        raise ForeignError
    answers = _table(ours.get("answers", {}))
    return Act(
        cast("Table", table),
        _text(ours.get("name", "")),
        _text(ours.get("data", "")),
        _text(ours.get("keyword", "")),
        cast("Step", step),
        {name: tuple(_text(one) for one in _list(codes)) for name, codes in answers.items()},
    )


def _answers(table: Mapping[str, Any], typed: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Read the inputs: a field left empty has no codes, several codes come with commas."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in table.items():
        if name in {OURS, "msteams"}:
            continue
        said = _text(value).strip()
        codes = (said,) if name in typed else tuple(one.strip() for one in said.split(","))
        found[name] = tuple(filter(None, codes))
    return found


def _table(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ForeignError
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise ForeignError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise ForeignError
    return value
