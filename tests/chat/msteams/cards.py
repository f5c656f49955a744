"""What Teams would make of a card: Microsoft's own schema, and the rules beside it."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema
from jsonschema.validators import extend

from bot.chat.msteams.render.composition import Card
from bot.chat.msteams.render.surfaces import MAX_CARD_BYTES
from tests.sources import ROOT

SCHEMA_FILE = ROOT.parent / "shared" / "schemas" / "adaptive-card-1.5.json"

MAX_UTF16_BYTES = 40 * 1024
"""What Teams takes of a message, each character counted as two bytes."""

MAX_ACTIONS = 6
MAX_CHOICES = 100
TEAMS_EXTENSION_KEYS = ("msteams", "choices.data")
"""What Teams reads in a card beyond the schema; every other client passes it over."""


def find_card_faults(card: Card) -> list[str]:
    """Return what is wrong with a card that Teams is to show; nothing when all is well."""
    return [
        *_schema_faults(_strip_extensions(card)),
        *_size_faults(card),
        *(fault for part in iter_parts(card) for fault in _part_faults(part)),
        *_duplicate_faults([part["id"] for part in iter_parts(card) if "id" in part]),
    ]


def iter_parts(card: object) -> Iterator[Card]:
    """Every element and action of a card, the card itself first."""
    if isinstance(card, dict):
        if "type" in card:
            yield card
        # What an action brings back, and whom a card mentions, is no part of what is shown.
        for key, value in card.items():
            if key not in {"data", *TEAMS_EXTENSION_KEYS}:
                yield from iter_parts(value)
    if isinstance(card, list):
        for one in card:
            yield from iter_parts(one)


def card_text(card: Card) -> str:
    """Everything that a card shows, one part a line."""
    keys = ("text", "title", "label", "placeholder")
    return "\n".join(str(part[key]) for part in iter_parts(card) for key in keys if key in part)


def actions_by_label(card: Card) -> dict[str, Card]:
    """The steps that a card offers, by their labels."""
    kinds = [part for part in iter_parts(card) if str(part["type"]).startswith("Action.")]
    return {str(one["title"]): one for one in kinds}


def _schema_faults(card: Card) -> Iterator[str]:
    """What Microsoft's schema finds; the same element on many cards is looked at once."""
    yield from _validate_json(json.dumps(card | {"body": []}))
    for element in card["body"]:
        yield from _validate_json(json.dumps({"type": "AdaptiveCard", "body": [element]}))


@cache
def _validate_json(card_json: str) -> tuple[str, ...]:
    return tuple(
        error.message[:200] for error in _build_validator().iter_errors(json.loads(card_json))
    )


def _strip_extensions(part: Any) -> Any:
    """What a client sees that knows the schema and nothing else: extensions give way."""
    if isinstance(part, list):
        return [_strip_extensions(one) for one in part if not _is_droppable(one)]
    if isinstance(part, dict):
        return {
            key: _strip_extensions(one)
            for key, one in part.items()
            if key not in TEAMS_EXTENSION_KEYS
        }
    return part


def _is_extension(part: Any) -> bool:
    return isinstance(part, Mapping) and str(part.get("type", "")).startswith("Chart.")


def _is_droppable(part: Any) -> bool:
    return _is_extension(part) and part.get("fallback") == "drop"


def _size_faults(card: Card) -> Iterator[str]:
    """Whether a card is light enough. What asks is never posted: it answers a pressed step."""
    written = json.dumps(card, ensure_ascii=False, separators=(",", ":"))
    if len(written.encode()) > MAX_CARD_BYTES:
        yield f"{len(written.encode())} bytes"
    asks = any(str(part["type"]).startswith("Input.") for part in iter_parts(card))
    if not asks and len(written.encode("utf-16-le")) > MAX_UTF16_BYTES:
        yield f"{len(written.encode('utf-16-le'))} bytes in Teams' own count"


def _part_faults(part: Card) -> Iterator[str]:
    if _is_extension(part) and "fallback" not in part:
        yield f"{part['type']} without a fallback"
    if len(part.get("actions", ())) > MAX_ACTIONS:
        yield f"{len(part['actions'])} actions in one row"
    if str(part["type"]).startswith("Input."):
        yield from _input_faults(part)
    if str(part["type"]).startswith("Image") and not part.get("altText"):
        yield "a picture without words"
    if part.get("color") or part.get("style") in {"warning", "accent", "attention", "good"}:
        yield from _color_faults(part)


def _input_faults(part: Card) -> Iterator[str]:
    if not part.get("id") or not part.get("label"):
        yield "a question without a label"
    if part.get("isRequired") and not part.get("errorMessage"):
        yield "a required question that does not say so"
    choices = part.get("choices", [])
    if len(choices) > MAX_CHOICES:
        yield f"{len(choices)} choices"
    values = [one["value"] for one in choices]
    if any("," in one or not one for one in values):
        yield "an answer that cannot be told from two"
    yield from _duplicate_faults(values)


def _color_faults(part: Card) -> Iterator[str]:
    first = next((one["text"] for one in iter_parts(part) if "text" in one), "")
    if not first.startswith(("\N{WARNING SIGN}", "\N{INFORMATION SOURCE}")):
        yield "a colour that says more than its words"


def _duplicate_faults(names: list[str]) -> Iterator[str]:
    yield from (f"{one} twice" for one in {*names} if names.count(one) > 1)


@cache
def _build_validator() -> Any:
    """Microsoft's schema where it lies beside the clone, else one that allows everything.

    Its lists of alternatives are told apart by the type of what is checked, instead of
    trying every one at every depth, which takes hours for one card.
    """
    schema = json.loads(SCHEMA_FILE.read_text()) if SCHEMA_FILE.exists() else {}
    kinds = {
        kind: name
        for name, one in schema.get("definitions", {}).items()
        for kind in one.get("properties", {}).get("type", {}).get("enum", ())
    }

    def validate_by_type(
        validator: Any, options: Any, instance: Any, _schema: Any
    ) -> Iterator[Any]:
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
    return made(jsonschema.Draft6Validator, {"anyOf": validate_by_type})(schema)
