"""Request bodies are bounded and validated before they are parsed."""

from http import HTTPStatus
from typing import Any

import pytest

from bot.chat import request_body

Message = dict[str, Any]


class FakeRequest:
    """One request in chunks; records its responses and the number of chunks read."""

    def __init__(self, *chunks: bytes, content_length: str = "") -> None:
        """Create a request of *chunks* with an optional Content-Length header."""
        headers = [(b"content-length", content_length.encode("latin-1"))] if content_length else []
        self.scope: Message = {"type": "http", "headers": headers}
        self.messages: list[Message] = []
        self.chunks_read = 0
        self._chunks = chunks

    async def receive(self) -> Message:
        """Return the next chunk."""
        self.chunks_read += 1
        chunk = self._chunks[self.chunks_read - 1]
        more_body = self.chunks_read < len(self._chunks)
        return {"type": "http.request", "body": chunk, "more_body": more_body}

    async def send(self, message: Any) -> None:
        """Record a message of the response."""
        self.messages.append(dict(message))


async def test_chunks_are_joined() -> None:
    """Chunks are joined, up to exactly the maximum size."""
    request = FakeRequest(b"abc", b"", b"de", content_length="5")

    assert await request_body.read_body(request.scope, request.receive, 5) == b"abcde"


@pytest.mark.parametrize("content_length", ["6", "1" * 5000, "99999"])
async def test_declared_oversized_body_is_not_read(content_length: str) -> None:
    """No chunk is read when the Content-Length header exceeds the maximum size."""
    request = FakeRequest(b"a", content_length=content_length)

    with pytest.raises(request_body.TooLargeError):
        await request_body.read_body(request.scope, request.receive, 5)
    assert request.chunks_read == 0


@pytest.mark.parametrize("content_length", ["", "1", "-3", "²", "+"])
async def test_oversized_body_is_not_read_to_end(content_length: str) -> None:
    """Regardless of the header, reading stops with the chunk that exceeds the maximum size."""
    request = FakeRequest(b"abcdefgh", b"ijklmnop", b"qrstuvwx", content_length=content_length)

    with pytest.raises(request_body.TooLargeError):
        await request_body.read_body(request.scope, request.receive, 15)
    assert request.chunks_read == 2


async def test_response_has_length_and_allow_header() -> None:
    """The length header counts bytes, and a 405 has an Allow header."""
    request = FakeRequest(b"")
    await request_body.send_response(request.send, HTTPStatus.OK, '"é"')
    await request_body.send_response(request.send, HTTPStatus.METHOD_NOT_ALLOWED)

    starts = [dict(message["headers"]) for message in request.messages[::2]]
    assert [message["status"] for message in request.messages[::2]] == [200, 405]
    assert [message["body"] for message in request.messages[1::2]] == ['"é"'.encode(), b""]
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
