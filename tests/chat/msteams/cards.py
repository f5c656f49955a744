"""Validation of cards: Microsoft's JSON schema, and Teams' rules beyond it."""

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
"""Maximum size of a message in Teams, counted in UTF-16."""

MAX_ACTIONS = 6
MAX_CHOICES = 100
TEAMS_EXTENSION_KEYS = ("msteams", "choices.data")
"""Keys of Teams that the schema does not define; other clients ignore them."""


def find_card_faults(card: Card) -> list[str]:
    """Return all faults of a card, or an empty list."""
    return [
        *_schema_faults(_strip_extensions(card)),
        *_size_faults(card),
        *(fault for part in iter_parts(card) for fault in _part_faults(part)),
        *_duplicate_faults([part["id"] for part in iter_parts(card) if "id" in part]),
    ]


def iter_parts(card: object) -> Iterator[Card]:
    """Yield every element and action of a card, the card itself first."""
    if isinstance(card, dict):
        if "type" in card:
            yield card
        # The data of an action, the refresh and the mention entities are not rendered.
        for key, value in card.items():
            if key not in {"data", "refresh", *TEAMS_EXTENSION_KEYS}:
                yield from iter_parts(value)
    if isinstance(card, list):
        for item in card:
            yield from iter_parts(item)


def card_text(card: Card) -> str:
    """Return all visible texts of a card, one in each line."""
    keys = ("text", "title", "label", "placeholder")
    return "\n".join(str(part[key]) for part in iter_parts(card) for key in keys if key in part)


def actions_by_label(card: Card) -> dict[str, Card]:
    """Return the actions of a card by their labels."""
    card_actions = [part for part in iter_parts(card) if str(part["type"]).startswith("Action.")]
    return {str(action["title"]): action for action in card_actions}


def _schema_faults(card: Card) -> Iterator[str]:
    """Yield schema violations; each element is validated alone, so that equal ones are cached."""
    yield from _validate_json(json.dumps(card | {"body": []}))
    for element in card["body"]:
        yield from _validate_json(json.dumps({"type": "AdaptiveCard", "body": [element]}))


@cache
def _validate_json(card_json: str) -> tuple[str, ...]:
    return tuple(
        error.message[:200] for error in _build_validator().iter_errors(json.loads(card_json))
    )


def _strip_extensions(part: Any) -> Any:
    """Return a card without Teams' extensions, as a client sees it that knows only the schema."""
    if isinstance(part, list):
        return [_strip_extensions(item) for item in part if not _is_droppable(item)]
    if isinstance(part, dict):
        return {
            key: _strip_extensions(value)
            for key, value in part.items()
            if key not in TEAMS_EXTENSION_KEYS
        }
    return part


def _is_extension(part: Any) -> bool:
    return isinstance(part, Mapping) and str(part.get("type", "")).startswith("Chart.")


def _is_droppable(part: Any) -> bool:
    return _is_extension(part) and part.get("fallback") == "drop"


def _size_faults(card: Card) -> Iterator[str]:
    """Yield the size limits that a card exceeds.

    The UTF-16 limit is for posted messages; a card with inputs is only sent in a response.
    """
    card_json = json.dumps(card, ensure_ascii=False, separators=(",", ":"))
    if len(card_json.encode()) > MAX_CARD_BYTES:
        yield f"{len(card_json.encode())} bytes"
    has_inputs = any(str(part["type"]).startswith("Input.") for part in iter_parts(card))
    if not has_inputs and len(card_json.encode("utf-16-le")) > MAX_UTF16_BYTES:
        yield f"{len(card_json.encode('utf-16-le'))} bytes in Teams' own count"


def _part_faults(part: Card) -> Iterator[str]:
    if _is_extension(part) and "fallback" not in part:
        yield f"{part['type']} without a fallback"
    if len(part.get("actions", ())) > MAX_ACTIONS:
        yield f"{len(part['actions'])} actions in one row"
    if str(part["type"]).startswith("Input."):
        yield from _input_faults(part)
    if str(part["type"]).startswith("Image") and not part.get("altText"):
        yield "an image without an alternative text"
    if part.get("color") or part.get("style") in {"warning", "accent", "attention", "good"}:
        yield from _color_faults(part)


def _input_faults(part: Card) -> Iterator[str]:
    if not part.get("id") or not part.get("label"):
        yield "an input without a label"
    if part.get("isRequired") and not part.get("errorMessage"):
        yield "a required input without an error message"
    choices = part.get("choices", [])
    if len(choices) > MAX_CHOICES:
        yield f"{len(choices)} choices"
    values = [choice["value"] for choice in choices]
    if any("," in value or not value for value in values):
        yield "an empty choice value or one with a comma"
    yield from _duplicate_faults(values)


def _color_faults(part: Card) -> Iterator[str]:
    first_text = next((item["text"] for item in iter_parts(part) if "text" in item), "")
    if not first_text.startswith(("\N{WARNING SIGN}", "\N{INFORMATION SOURCE}")):
        yield "a colour without an icon that repeats its meaning"


def _duplicate_faults(names: list[str]) -> Iterator[str]:
    yield from (f"{name} twice" for name in {*names} if names.count(name) > 1)


@cache
def _build_validator() -> Any:
    """Build the validator of Microsoft's schema, or of one that allows everything.

    The schema file is optional, beside the clone. The schema's lists of alternatives are
    resolved by the ``type`` of the validated element: trying every alternative at every depth
    takes hours for one card.
    """
    schema = json.loads(SCHEMA_FILE.read_text()) if SCHEMA_FILE.exists() else {}
    definition_by_type = {
        type_name: definition_name
        for definition_name, definition in schema.get("definitions", {}).items()
        for type_name in definition.get("properties", {}).get("type", {}).get("enum", ())
    }

    def validate_by_type(
        validator: Any, options: Any, instance: Any, _schema: Any
    ) -> Iterator[Any]:
        refs = [option.get("allOf", [{}])[0].get("$ref", "") for option in options]
        type_name = instance.get("type", "") if isinstance(instance, dict) else ""
        if type_name == "TextRun" or not type_name or not all(refs):
            yield from jsonschema.Draft6Validator.VALIDATORS["anyOf"](
                validator, options, instance, _schema
            )
            return
        expected_ref = f"#/definitions/{definition_by_type.get(type_name)}"
        if expected_ref in refs:
            yield from validator.descend(instance, options[refs.index(expected_ref)])
        else:
            yield jsonschema.ValidationError(f"no {type_name} is allowed")

    extend_validator: Any = extend  # published without a type for its answer
    return extend_validator(jsonschema.Draft6Validator, {"anyOf": validate_by_type})(schema)
