"""What Teams would make of a card: Microsoft's own schema, and the rules beside it."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema
from jsonschema.validators import extend

from bot.chat.msteams.render.composition import Card
from bot.chat.msteams.render.surfaces import MOST_BYTES
from tests.sources import ROOT

SCHEMA = ROOT.parent / "shared" / "schemas" / "adaptive-card-1.5.json"

MOST_WIDE_BYTES = 40 * 1024
"""What Teams takes of a message, each character counted as two bytes."""

MOST_ACTIONS = 6
MOST_CHOICES = 100
TEAMS_OWN = ("msteams", "choices.data")
"""What Teams reads in a card beyond the schema; every other client passes it over."""


def faults(card: Card) -> list[str]:
    """Return what is wrong with a card that Teams is to show; nothing when all is well."""
    return [
        *_by_schema(_standard(card)),
        *_weight(card),
        *(fault for part in parts(card) for fault in _wrong(part)),
        *_repeated([part["id"] for part in parts(card) if "id" in part]),
    ]


def parts(card: object) -> Iterator[Card]:
    """Every element and action of a card, the card itself first."""
    if isinstance(card, dict):
        if "type" in card:
            yield card
        # What an action brings back, and whom a card mentions, is no part of what is shown.
        for key, value in card.items():
            if key not in {"data", *TEAMS_OWN}:
                yield from parts(value)
    if isinstance(card, list):
        for one in card:
            yield from parts(one)


def text(card: Card) -> str:
    """Everything that a card shows, one part a line."""
    keys = ("text", "title", "label", "placeholder")
    return "\n".join(str(part[key]) for part in parts(card) for key in keys if key in part)


def actions(card: Card) -> dict[str, Card]:
    """The steps that a card offers, by their labels."""
    kinds = [part for part in parts(card) if str(part["type"]).startswith("Action.")]
    return {str(one["title"]): one for one in kinds}


def _by_schema(card: Card) -> Iterator[str]:
    """What Microsoft's schema finds; the same element on many cards is looked at once."""
    yield from _checked(json.dumps(card | {"body": []}))
    for element in card["body"]:
        yield from _checked(json.dumps({"type": "AdaptiveCard", "body": [element]}))


@cache
def _checked(written: str) -> tuple[str, ...]:
    return tuple(error.message[:200] for error in _validator().iter_errors(json.loads(written)))


def _standard(part: Any) -> Any:
    """What a client sees that knows the schema and nothing else: extensions give way."""
    if isinstance(part, list):
        return [_standard(one) for one in part if not _dropped(one)]
    if isinstance(part, dict):
        return {key: _standard(one) for key, one in part.items() if key not in TEAMS_OWN}
    return part


def _extension(part: Any) -> bool:
    return isinstance(part, Mapping) and str(part.get("type", "")).startswith("Chart.")


def _dropped(part: Any) -> bool:
    return _extension(part) and part.get("fallback") == "drop"


def _weight(card: Card) -> Iterator[str]:
    """Whether a card is light enough. What asks is never posted: it answers a pressed step."""
    written = json.dumps(card, ensure_ascii=False, separators=(",", ":"))
    if len(written.encode()) > MOST_BYTES:
        yield f"{len(written.encode())} bytes"
    asks = any(str(part["type"]).startswith("Input.") for part in parts(card))
    if not asks and len(written.encode("utf-16-le")) > MOST_WIDE_BYTES:
        yield f"{len(written.encode('utf-16-le'))} bytes in Teams' own count"


def _wrong(part: Card) -> Iterator[str]:
    if _extension(part) and "fallback" not in part:
        yield f"{part['type']} without a fallback"
    if len(part.get("actions", ())) > MOST_ACTIONS:
        yield f"{len(part['actions'])} actions in one row"
    if str(part["type"]).startswith("Input."):
        yield from _unasked(part)
    if str(part["type"]).startswith("Image") and not part.get("altText"):
        yield "a picture without words"
    if part.get("color") or part.get("style") in {"warning", "accent", "attention", "good"}:
        yield from _colour_alone(part)


def _unasked(part: Card) -> Iterator[str]:
    if not part.get("id") or not part.get("label"):
        yield "a question without a label"
    if part.get("isRequired") and not part.get("errorMessage"):
        yield "a required question that does not say so"
    choices = part.get("choices", [])
    if len(choices) > MOST_CHOICES:
        yield f"{len(choices)} choices"
    values = [one["value"] for one in choices]
    if any("," in one or not one for one in values):
        yield "an answer that cannot be told from two"
    yield from _repeated(values)


def _colour_alone(part: Card) -> Iterator[str]:
    first = next((one["text"] for one in parts(part) if "text" in one), "")
    if not first.startswith(("\N{WARNING SIGN}", "\N{INFORMATION SOURCE}")):
        yield "a colour that says more than its words"


def _repeated(names: list[str]) -> Iterator[str]:
    yield from (f"{one} twice" for one in {*names} if names.count(one) > 1)


@cache
def _validator() -> Any:
    """Microsoft's schema where it lies beside the clone, else one that allows everything.

    Its lists of alternatives are told apart by the type of what is checked, instead of
    trying every one at every depth, which takes hours for one card.
    """
    schema = json.loads(SCHEMA.read_text()) if SCHEMA.exists() else {}
    kinds = {
        kind: name
        for name, one in schema.get("definitions", {}).items()
        for kind in one.get("properties", {}).get("type", {}).get("enum", ())
    }

    def by_type(validator: Any, options: Any, instance: Any, _schema: Any) -> Iterator[Any]:
        refs = [one.get("allOf", [{}])[0].get("$ref", "") for one in options]
        kind = instance.get("type", "") if isinstance(instance, dict) else ""
        if kind == "TextRun" or not kind or not all(refs):
            yield from jsonschema.Draft6Validator.VALIDATORS["anyOf"](
                validator, options, instance, _schema
            )
            return
        wanted = f"#/definitions/{kinds.get(kind)}"
        if wanted in refs:
            yield from validator.descend(instance, options[refs.index(wanted)])
        else:
            yield jsonschema.ValidationError(f"no {kind} here")

    made: Any = extend  # published without a type for its answer
    return made(jsonschema.Draft6Validator, {"anyOf": by_type})(schema)
