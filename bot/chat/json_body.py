"""JSON objects from outside: parsed, bounded in depth, and free of text that cannot be stored."""

import json
import re
from collections.abc import Collection

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
    parts: list[object] = [payload]
    for _ in range(MAX_DEPTH):
        parts = [child for part in parts for child in _list_children(part)]
        if not parts:
            return
    raise MalformedError


def _list_children(part: object) -> Collection[object]:
    if isinstance(part, dict):
        return part.values()
    return part if isinstance(part, list) else ()


def replace_unstorable(payload: Payload) -> Payload:
    """Return *payload* with a replacement for each unstorable character of its keys and texts."""
    return {_clean_text(key): _clean_value(value) for key, value in payload.items()}


def _clean_value(value: object) -> object:
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, list):
        return [_clean_value(item) for item in value]
    return replace_unstorable(value) if isinstance(value, dict) else value


def _clean_text(text: str) -> str:
    return _UNSTORABLE.sub(_REPLACEMENT, text)
