"""What comes over a wire is measured and looked at before it is believed."""

from http import HTTPStatus
from typing import Any

import pytest

from bot.chat import request_body

Message = dict[str, Any]


class Wire:
    """One request in parts, and what it was answered; counts how many parts were read."""

    def __init__(self, *parts: bytes, said: str = "") -> None:
        """Send *parts*, and *said* as their length."""
        headers = [(b"Content-Length", said.encode("latin-1"))] if said else []
        self.scope: Message = {"type": "http", "headers": headers}
        self.answered: list[Message] = []
        self.read = 0
        self._parts = parts

    async def receive(self) -> Message:
        """Hand over the next part."""
        self.read += 1
        more = self.read < len(self._parts)
        return {"type": "http.request", "body": self._parts[self.read - 1], "more_body": more}

    async def send(self, message: Any) -> None:
        """Keep what was answered."""
        self.answered.append(dict(message))


async def test_a_body_is_put_together_from_its_parts() -> None:
    """Up to the last byte that is allowed."""
    one = Wire(b"abc", b"", b"de", said="5")

    assert await request_body.read_body(one.scope, one.receive, 5) == b"abcde"


@pytest.mark.parametrize("said", ["6", "1" * 5000, "99999"])
async def test_a_body_that_says_it_is_too_large_is_not_read(said: str) -> None:
    """Not one part of it."""
    one = Wire(b"a", said=said)

    with pytest.raises(request_body.TooLargeError):
        await request_body.read_body(one.scope, one.receive, 5)
    assert one.read == 0


@pytest.mark.parametrize("said", ["", "1", "-3", "²", "+"])
async def test_a_body_that_turns_out_too_large_is_not_read_to_its_end(said: str) -> None:
    """Whatever it says of itself: reading stops with the part that is too much."""
    one = Wire(b"abcdefgh", b"ijklmnop", b"qrstuvwx", said=said)

    with pytest.raises(request_body.TooLargeError):
        await request_body.read_body(one.scope, one.receive, 15)
    assert one.read == 2


async def test_an_answer_is_whole() -> None:
    """Its length is that of its bytes, and a refused method is told which one is taken."""
    one = Wire(b"")
    await request_body.send_response(one.send, HTTPStatus.OK, '"é"')
    await request_body.send_response(one.send, HTTPStatus.METHOD_NOT_ALLOWED)

    starts = [dict(part["headers"]) for part in one.answered[::2]]
    assert [part["status"] for part in one.answered[::2]] == [200, 405]
    assert [part["body"] for part in one.answered[1::2]] == ['"é"'.encode(), b""]
    assert [start[b"content-length"] for start in starts] == [b"4", b"0"]
    assert [start.get(b"allow") for start in starts] == [None, b"POST"]


@pytest.mark.parametrize("value", [None, [], "word", 1, True])
def test_what_is_no_table_is_malformed(value: object) -> None:
    """Nothing is read out of it."""
    with pytest.raises(request_body.MalformedError):
        request_body.require_dict(value)
    with pytest.raises(request_body.MalformedError):
        request_body.require_text({"from": value}, ("from", "id"))


@pytest.mark.parametrize("value", [None, {}, "word", 1])
def test_what_is_no_list_is_malformed(value: object) -> None:
    """A word has letters, and is no list of them."""
    with pytest.raises(request_body.MalformedError):
        request_body.require_list(value)


@pytest.mark.parametrize("found", [None, "", 7, [], {}])
def test_words_that_are_none_are_malformed(found: object) -> None:
    """At the end of a path there are words, at least one."""
    with pytest.raises(request_body.MalformedError):
        request_body.require_text({"from": {"id": found}}, ("from", "id"))
    assert request_body.require_text({"from": {"id": "x"}}, ("from", "id")) == "x"
