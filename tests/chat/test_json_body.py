import json
from typing import Any

import pytest

from bot.chat import json_body
from bot.chat.request_body import MalformedError


def nest_lists(depth: int) -> str:
    """Return a JSON object of this depth, whose only value is a list in lists."""
    return json.dumps({"a": "X"}).replace('"X"', "[" * (depth - 1) + "]" * (depth - 1))


def test_object_of_maximum_depth_is_parsed() -> None:
    """An object that is nested as deep as the limit is accepted."""
    assert list(json_body.parse_json_object(nest_lists(json_body.MAX_DEPTH))) == ["a"]


@pytest.mark.parametrize("depth", [json_body.MAX_DEPTH + 1, 950, 100_000])
def test_object_above_maximum_depth_is_malformed(depth: int) -> None:
    """An object above the limit is malformed, below Python's recursion limit and above it."""
    with pytest.raises(MalformedError):
        json_body.parse_json_object(nest_lists(depth))


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"a": ' + "9" * 5_000 + "}"])
def test_other_text_is_malformed(text: str) -> None:
    """Text that is no JSON object, or has an integer that Python refuses, is malformed."""
    with pytest.raises(MalformedError):
        json_body.parse_json_object(text)


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("a\x00b", "a\ufffdb"),
        ("\ud83d", "\ufffd"),
        (["\udc00", 1, None], ["\ufffd", 1, None]),
        ({"\x00": {"a": "\x00"}}, {"\ufffd": {"a": "\ufffd"}}),
        ("\N{PILE OF POO}é", "\N{PILE OF POO}é"),
    ],
)
def test_unstorable_characters_are_replaced(value: Any, stored: Any) -> None:
    """NUL and half a surrogate pair are replaced in every key and string; other text is not."""
    payload = json_body.parse_json_object(json.dumps({"value": value}))

    assert json_body.replace_unstorable(payload) == {"value": stored}
