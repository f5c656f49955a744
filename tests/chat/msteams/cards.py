"""Validation of cards: Microsoft's JSON schema, and Teams' rules beyond it."""

import json
import marshal
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

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

_KEYS_WITHOUT_DEMANDS = {"type", "description", "default", "version", "features", "examples"}
"""Keys of a property in the schema that ask no more of its value than a type."""


_MARSHAL_VERSION = 2
"""The last format whose bytes depend on the value alone, not on which objects are shared."""


class Findings(NamedTuple):
    """What was found in an element of a card's body, or in the card without its body."""

    faults: tuple[str, ...]
    ids: tuple[str, ...]
    has_inputs: bool
    utf8_size: int
    utf16_size: int
    """Bytes of its JSON without spaces, in each encoding."""


def find_card_faults(card: Card) -> list[str]:
    """Return all faults of a card, or an empty list."""
    parts = (card | {"body": []}, *card["body"])
    findings = [_examine_part(marshal.dumps(part, _MARSHAL_VERSION)) for part in parts]
    return [
        *(fault for finding in findings for fault in finding.faults),
        *_size_faults(findings),
        *_duplicate_faults([part_id for finding in findings for part_id in finding.ids]),
    ]


@cache
def _examine_part(marshalled_part: bytes) -> Findings:
    """Examine a part of a card, once: the cards of a language share most of their elements."""
    part = marshal.loads(marshalled_part)  # noqa: S302 - marshalled above
    parts = list(iter_parts(part))
    faults = (*_schema_faults(part), *(fault for inner in parts for fault in _part_faults(inner)))
    ids = tuple(inner["id"] for inner in parts if "id" in inner)
    has_inputs = any(str(inner["type"]).startswith("Input.") for inner in parts)
    part_json = json.dumps(part, ensure_ascii=False, separators=(",", ":"))
    sizes = (len(part_json.encode()), len(part_json.encode("utf-16-le")))
    return Findings(faults, ids, has_inputs, *sizes)


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


def _schema_faults(part: Card) -> tuple[str, ...]:
    """Return schema violations; an element is validated alone, as the body of a card."""
    if _is_droppable(part):
        return ()
    known_part = _strip_for_schema(part)
    is_card = part.get("type") == "AdaptiveCard"
    card = known_part if is_card else {"type": "AdaptiveCard", "body": [known_part]}
    return _validate_json(json.dumps(card))


@cache
def _validate_json(card_json: str) -> tuple[str, ...]:
    return tuple(
        error.message[:200] for error in _build_validator().iter_errors(json.loads(card_json))
    )


def _strip_for_schema(part: Any) -> Any:
    """Return a card without Teams' extensions, as a client sees it that knows only the schema.

    Texts and data of which the schema asks nothing are empty: elements that differ in them alone
    are then validated once.
    """
    if isinstance(part, list):
        return [_strip_for_schema(item) for item in part if not _is_droppable(item)]
    if isinstance(part, dict):
        return {
            key: _strip_value(key, value)
            for key, value in part.items()
            if key not in TEAMS_EXTENSION_KEYS
        }
    return part


def _strip_value(key: str, value: Any) -> Any:
    if isinstance(value, str):
        return "" if key in _list_unrestricted_keys("string") else value
    if isinstance(value, dict) and key in _list_unrestricted_keys("object"):
        return {}
    return _strip_for_schema(value)


@cache
def _list_unrestricted_keys(type_name: str) -> frozenset[str]:
    """Return the properties that may be any value of a JSON type wherever the schema has them."""
    unrestricted_by_key: dict[str, bool] = {}
    for key, definition in _iter_properties(_load_schema()):
        options = definition.get("anyOf", [definition])
        is_unrestricted = not definition or any(
            option.get("type") == type_name and option.keys() <= _KEYS_WITHOUT_DEMANDS
            for option in options
        )
        unrestricted_by_key[key] = unrestricted_by_key.get(key, True) and is_unrestricted
    return frozenset(key for key, is_free in unrestricted_by_key.items() if is_free)


def _iter_properties(schema: Any) -> Iterator[tuple[str, Card]]:
    """Yield each property of each definition, with what the schema asks of its value."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {}).items()
    for item in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(item, dict | list):
            yield from _iter_properties(item)


def _is_extension(part: Any) -> bool:
    return isinstance(part, dict) and str(part.get("type", "")).startswith("Chart.")


def _is_droppable(part: Any) -> bool:
    return _is_extension(part) and part.get("fallback") == "drop"


def _size_faults(findings: list[Findings]) -> Iterator[str]:
    """Yield the size limits that a card exceeds, whose parts the *findings* are of.

    The UTF-16 limit is for posted messages; a card with inputs is only sent in a response.
    """
    comma_count = max(0, len(findings) - 2)  # between the elements of the body
    utf8_size = sum(finding.utf8_size for finding in findings) + comma_count
    utf16_size = sum(finding.utf16_size for finding in findings) + 2 * comma_count
    if utf8_size > MAX_CARD_BYTES:
        yield f"{utf8_size} bytes"
    if not any(finding.has_inputs for finding in findings) and utf16_size > MAX_UTF16_BYTES:
        yield f"{utf16_size} bytes in Teams' own count"


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
def _load_schema() -> Any:
    return json.loads(SCHEMA_FILE.read_text()) if SCHEMA_FILE.exists() else {}


@cache
def _build_validator() -> Any:
    """Build the validator of Microsoft's schema, or of one that allows everything.

    The schema file is optional, beside the clone. The schema's lists of alternatives are
    resolved by the ``type`` of the validated element: trying every alternative at every depth
    takes hours for one card.
    """
    schema = _load_schema()
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
