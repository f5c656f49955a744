"""Responses are complete, and payloads are validated before they are parsed."""

from http import HTTPStatus
from typing import Any

import pytest

from bot.chat import request_body

Message = dict[str, Any]


async def test_response_has_length_and_allow_header() -> None:
    """The length header counts bytes, and a 405 has an Allow header."""
    messages: list[Message] = []

    async def send(message: Any) -> None:
        messages.append(dict(message))

    await request_body.send_response(send, HTTPStatus.OK, '"é"')
    await request_body.send_response(send, HTTPStatus.METHOD_NOT_ALLOWED)

    starts = [dict(message["headers"]) for message in messages[::2]]
    assert [message["status"] for message in messages[::2]] == [200, 405]
    assert [message["body"] for message in messages[1::2]] == ['"é"'.encode(), b""]
    assert [start[b"content-length"] for start in starts] == [b"4", b"0"]
    assert [start.get(b"allow") for start in starts] == [None, b"POST"]


@pytest.mark.parametrize("value", [None, [], "word", 1, True])
def test_other_type_is_no_dict(value: object) -> None:
    """A value of another type than a dict is malformed."""
    with pytest.raises(request_body.MalformedError):
        request_body.require_dict(value)
    with pytest.raises(request_body.MalformedError):
        request_body.require_text({"from": value}, ("from", "id"))


@pytest.mark.parametrize("value", [None, {}, "word", 1])
def test_other_type_is_no_list(value: object) -> None:
    """A value of another type than a list is malformed, a string included."""
    with pytest.raises(request_body.MalformedError):
        request_body.require_list(value)


@pytest.mark.parametrize("value", [None, "", 7, [], {}])
def test_missing_or_empty_text_is_malformed(value: object) -> None:
    """The value at the end of a path must be a non-empty string."""
    with pytest.raises(request_body.MalformedError):
        request_body.require_text({"from": {"id": value}}, ("from", "id"))
    assert request_body.require_text({"from": {"id": "x"}}, ("from", "id")) == "x"
