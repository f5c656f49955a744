"""A small language for shapes: what a value may be, and where it is not."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Json = dict[str, Any]

Check = Callable[[Any, str], Iterator[str]]
"""Names what is wrong with a value; each fault begins with the pointer that was given."""


def string_check(max_length: int, min_length: int = 0, pattern: str = "") -> Check:
    """Ask for a text of so many characters, of a certain form."""

    def check_string(value: Any, pointer: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
        if not isinstance(value, str):
            yield f"{pointer}: no string"
        elif not min_length <= len(value) <= max_length:
            yield f"{pointer}: not {min_length} to {max_length} characters"
        elif pattern and not re.fullmatch(pattern, value):
            yield f"{pointer}: malformed"

    return check_string


def check_boolean(value: Any, pointer: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
    """Ask for true or false."""
    if not isinstance(value, bool):
        yield f"{pointer}: not true or false"


def integer_check(minimum: int, maximum: int) -> Check:
    """Ask for a whole number within bounds."""

    def check_integer(value: Any, pointer: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
        if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= maximum:
            yield f"{pointer}: not a number from {minimum} to {maximum}"

    return check_integer


def check_number(value: Any, pointer: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
    """Ask for any number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        yield f"{pointer}: no number"


def enum_check(*values: str) -> Check:
    """Ask for one of a few words."""

    def check_choice(value: Any, pointer: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
        if value not in values:
            yield f"{pointer}: unknown {value!r}"

    return check_choice


def list_check(item_check: Check, min_items: int, max_items: int) -> Check:
    """Ask for a list of so many items."""

    def check_list(value: Any, pointer: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
        if not isinstance(value, list):
            yield f"{pointer}: no list"
            return
        if not min_items <= len(value) <= max_items:
            yield f"{pointer}: not {min_items} to {max_items} items"
        for place, one in enumerate(value):
            yield from item_check(one, f"{pointer}/{place}")

    return check_list


def object_check(properties: Mapping[str, Check], required: Sequence[str] = ()) -> Check:
    """Ask for a table with these keys and no others, some of them needed."""

    def check_object(value: Any, pointer: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
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
    """Ask for a table whose ``type`` says which check it has to pass."""

    def check_typed_object(value: Any, pointer: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in checks_by_type:
            yield f"{pointer}: {kind!r} cannot stand here"
        else:
            yield from checks_by_type[kind](value, pointer)

    return check_typed_object


def combine_checks(shape: Check, *rules: Check) -> Check:
    """Ask for a shape, and of what has it for some sense as well."""

    def run_checks(value: Any, pointer: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
        wrong = list(shape(value, pointer))
        yield from wrong
        for one in rules if not wrong else ():
            yield from one(value, pointer)

    return run_checks


def accept_anything(_value: Any, _pointer: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
    """Ask for nothing."""
    yield from ()


_TEXT_OBJECT_FLAGS = {"plain_text": "emoji", "mrkdwn": "verbatim"}


def text_object_check(max_length: int, *text_types: str) -> Check:
    """Ask for a text object of 1 to *most* characters; of any kind, unless *kinds* are named."""
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
    """Ask for a plain text of 1 to *most* characters."""
    return text_object_check(max_length, "plain_text")
