"""Combinators for JSON schema checks that report each fault with a JSON pointer."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Json = dict[str, Any]

Check = Callable[[Any, str], Iterator[str]]
"""Yields the faults of a value; each one begins with the JSON pointer argument."""


def string_check(max_length: int, min_length: int = 0, pattern: str = "") -> Check:
    """Return a check for a string with length bounds and an optional regular expression."""

    def check_string(value: Any, pointer: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
        if not isinstance(value, str):
            yield f"{pointer}: no string"
        elif not min_length <= len(value) <= max_length:
            yield f"{pointer}: not {min_length} to {max_length} characters"
        elif pattern and not re.fullmatch(pattern, value):
            yield f"{pointer}: malformed"

    return check_string


def check_boolean(value: Any, pointer: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Check for a boolean."""
    if not isinstance(value, bool):
        yield f"{pointer}: not true or false"


def integer_check(minimum: int, maximum: int) -> Check:
    """Return a check for an integer within inclusive bounds."""

    def check_integer(value: Any, pointer: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
        if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= maximum:
            yield f"{pointer}: not a number from {minimum} to {maximum}"

    return check_integer


def check_number(value: Any, pointer: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Check for an integer or a float."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        yield f"{pointer}: no number"


def enum_check(*values: str) -> Check:
    """Return a check for one of *values*."""

    def check_choice(value: Any, pointer: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
        if value not in values:
            yield f"{pointer}: unknown {value!r}"

    return check_choice


def list_check(item_check: Check, min_items: int, max_items: int) -> Check:
    """Return a check for a list with bounds on its length, and a check of each item."""

    def check_list(value: Any, pointer: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
        if not isinstance(value, list):
            yield f"{pointer}: no list"
            return
        if not min_items <= len(value) <= max_items:
            yield f"{pointer}: not {min_items} to {max_items} items"
        for index, item in enumerate(value):
            yield from item_check(item, f"{pointer}/{index}")

    return check_list


def object_check(properties: Mapping[str, Check], required: Sequence[str] = ()) -> Check:
    """Return a check for an object with these keys and no others, some of them required."""

    def check_object(value: Any, pointer: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
        if not isinstance(value, dict):
            yield f"{pointer}: no object"
            return
        yield from (f"{pointer}/{key}: missing" for key in required if key not in value)
        for key, part in value.items():
            if key in properties:
                yield from properties[key](part, f"{pointer}/{key}")
            else:
                yield f"{pointer}/{key}: unknown key"

    return check_object


def check_by_type(checks_by_type: Mapping[str, Check]) -> Check:
    """Return a check for an object whose ``type`` selects the check (a discriminated union)."""

    def check_typed_object(value: Any, pointer: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in checks_by_type:
            yield f"{pointer}: {kind!r} is an invalid type here"
        else:
            yield from checks_by_type[kind](value, pointer)

    return check_typed_object


def combine_checks(schema: Check, *rules: Check) -> Check:
    """Return a check for a schema, and for further rules where the schema is valid."""

    def run_checks(value: Any, pointer: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
        faults = list(schema(value, pointer))
        yield from faults
        for rule in rules if not faults else ():
            yield from rule(value, pointer)

    return run_checks


def accept_anything(_value: Any, _pointer: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Accept any value."""
    yield from ()


_TEXT_OBJECT_FLAGS = {"plain_text": "emoji", "mrkdwn": "verbatim"}


def text_object_check(max_length: int, *text_types: str) -> Check:
    """Return a check for a text object of 1 to *max_length* characters, of any type by default."""
    return check_by_type(
        {
            kind: object_check(
                {
                    "type": accept_anything,
                    "text": string_check(max_length, 1),
                    _TEXT_OBJECT_FLAGS[kind]: check_boolean,
                },
                ("text",),
            )
            for kind in text_types or tuple(_TEXT_OBJECT_FLAGS)
        }
    )


def plain_text_check(max_length: int) -> Check:
    """Return a check for a ``plain_text`` object of 1 to *max_length* characters."""
    return text_object_check(max_length, "plain_text")
