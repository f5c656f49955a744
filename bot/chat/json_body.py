"""JSON objects from outside: parsed, bounded in depth, and free of text that cannot be stored."""

import json
import re
from collections.abc import Iterator
from typing import Any

from bot.chat.request_body import MalformedError, Payload, require_dict

MAX_DEPTH = 100
"""Maximum nesting of a payload, far above the products' own. Code that walks or prints a value
reaches Python's recursion limit at a depth that a payload can have otherwise."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL, which PostgreSQL rejects, and halves of surrogate pairs, which UTF-8 cannot encode.

Both are valid in JSON as escape sequences: a client that cuts a text within an emoji sends one.
"""

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def parse_json_object(text: str) -> Payload:
    """Return the JSON object in *text*.

    Raises :class:`bot.chat.request_body.MalformedError` for any other text, and for an object
    that is nested deeper than :data:`MAX_DEPTH`.
    """
    try:
        payload = require_dict(json.loads(text))
    except (ValueError, RecursionError):
        raise MalformedError from None
    check_depth(payload)
    return payload


def check_depth(payload: Payload) -> None:
    """Raise :class:`bot.chat.request_body.MalformedError` for a payload that is nested too deep."""
    if any(depth >= MAX_DEPTH for depth, _ in enumerate(_iter_levels(payload))):
        raise MalformedError


def replace_unstorable(payload: Payload) -> Payload:
    """Return *payload* with a replacement for each unstorable character of its keys and texts.

    A payload without any, as nearly all are, is returned itself.
    """
    return _clean_dict(payload) if _has_unstorable_text(payload) else payload


def _has_unstorable_text(payload: Payload) -> bool:
    for level in _iter_levels(payload):
        keys = [key for part in level if isinstance(part, dict) for key in part]
        texts = [part for part in level if isinstance(part, str)]
        if _UNSTORABLE.search("".join(keys + texts)):
            return True
    return False


def _iter_levels(payload: Payload) -> Iterator[list[Any]]:
    """Yield the values at each depth, *payload* first: no depth exhausts Python's stack."""
    level: list[Any] = [payload]
    while level:
        yield level
        values = [child for part in level if isinstance(part, dict) for child in part.values()]
        items = [child for part in level if isinstance(part, list) for child in part]
        level = values + items


def _clean_dict(values_by_key: Payload) -> Payload:
    return {_clean_text(key): _clean_value(value) for key, value in values_by_key.items()}


def _clean_value(value: object) -> object:
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, list):
        return [_clean_value(item) for item in value]
    return _clean_dict(value) if isinstance(value, dict) else value


def _clean_text(text: str) -> str:
    return _UNSTORABLE.sub(_REPLACEMENT, text)
