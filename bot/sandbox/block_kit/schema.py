"""A small language for shapes: what a value may be, and where it is not."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Json = dict[str, Any]

Check = Callable[[Any, str], Iterator[str]]
"""Names what is wrong with a value; each fault begins with the pointer that was given."""


def string(most: int, least: int = 0, pattern: str = "") -> Check:
    """Ask for a text of so many characters, of a certain form."""

    def check(value: Any, at: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
        if not isinstance(value, str):
            yield f"{at}: no string"
        elif not least <= len(value) <= most:
            yield f"{at}: not {least} to {most} characters"
        elif pattern and not re.fullmatch(pattern, value):
            yield f"{at}: malformed"

    return check


def boolean(value: Any, at: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
    """Ask for true or false."""
    if not isinstance(value, bool):
        yield f"{at}: not true or false"


def whole(least: int, most: int) -> Check:
    """Ask for a whole number within bounds."""

    def check(value: Any, at: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            yield f"{at}: not a number from {least} to {most}"

    return check


def number(value: Any, at: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
    """Ask for any number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        yield f"{at}: no number"


def one_of(*values: str) -> Check:
    """Ask for one of a few words."""

    def check(value: Any, at: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
        if value not in values:
            yield f"{at}: unknown {value!r}"

    return check


def listing(item: Check, least: int, most: int) -> Check:
    """Ask for a list of so many items."""

    def check(value: Any, at: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
        if not isinstance(value, list):
            yield f"{at}: no list"
            return
        if not least <= len(value) <= most:
            yield f"{at}: not {least} to {most} items"
        for place, one in enumerate(value):
            yield from item(one, f"{at}/{place}")

    return check


def record(known: Mapping[str, Check], needed: Sequence[str] = ()) -> Check:
    """Ask for a table with these keys and no others, some of them needed."""

    def check(value: Any, at: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
        if not isinstance(value, dict):
            yield f"{at}: no object"
            return
        yield from (f"{at}/{key}: missing" for key in needed if key not in value)
        for key, part in value.items():
            if key in known:
                yield from known[key](part, f"{at}/{key}")
            else:
                yield f"{at}/{key}: unknown key"

    return check


def by_type(kinds: Mapping[str, Check]) -> Check:
    """Ask for a table whose ``type`` says which check it has to pass."""

    def check(value: Any, at: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in kinds:
            yield f"{at}: {kind!r} cannot stand here"
        else:
            yield from kinds[kind](value, at)

    return check


def both(shape: Check, *sense: Check) -> Check:
    """Ask for a shape, and of what has it for some sense as well."""

    def check(value: Any, at: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
        wrong = list(shape(value, at))
        yield from wrong
        for one in sense if not wrong else ():
            yield from one(value, at)

    return check


def anything(_value: Any, _at: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
    """Ask for nothing."""
    yield from ()


_TEXTS = {"plain_text": "emoji", "mrkdwn": "verbatim"}


def text(most: int, *kinds: str) -> Check:
    """Ask for a text object of 1 to *most* characters; of any kind, unless *kinds* are named."""
    return by_type(
        {
            kind: record(
                {"type": anything, "text": string(most, 1), _TEXTS[kind]: boolean},
                ("text",),
            )
            for kind in kinds or tuple(_TEXTS)
        }
    )


def plain(most: int) -> Check:
    """Ask for a plain text of 1 to *most* characters."""
    return text(most, "plain_text")
