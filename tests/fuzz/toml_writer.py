"""Serialize any value of a mutated document as TOML; the result need not be valid."""

import json
from typing import Any


def serialize_toml(document: Any) -> str:
    """Return *document* as TOML, with a heading for each dict in a list at its top level.

    A key with the value ``None``, which TOML has not, is omitted.
    """
    if not isinstance(document, dict):
        return _serialize_value(document)
    lines: list[str] = []
    tables: list[str] = []
    for key, value in document.items():
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            for item in value:
                tables += [f"[[{_serialize_key(key)}]]", *_serialize_pairs(item), ""]
        else:
            lines += _serialize_pairs({key: value})
    return "\n".join([*lines, "", *tables])


def _serialize_pairs(table: dict[str, Any]) -> list[str]:
    return [
        f"{_serialize_key(key)} = {_serialize_value(value)}"
        for key, value in table.items()
        if value is not None
    ]


def _serialize_key(key: str) -> str:
    is_bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if is_bare else json.dumps(key)


def _serialize_value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(_serialize_pairs(value)) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_serialize_value, value))}]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value)
