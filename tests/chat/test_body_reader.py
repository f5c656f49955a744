"""Request bodies are read in bounded memory, before anything about them is proven."""

import asyncio
from typing import Any

import pytest

from bot.chat.body_reader import BodyReader, IncompleteBodyError, TooLargeError

Message = dict[str, Any]


class FakeRequest:
    """One request in chunks; counts the chunks read."""

    def __init__(self, *chunks: bytes, content_length: str = "") -> None:
        """Create a request of *chunks* with an optional Content-Length header."""
        headers = [(b"content-length", content_length.encode("latin-1"))] if content_length else []
        self.scope: Message = {"type": "http", "headers": headers}
        self.chunks_read = 0
        self._chunks = chunks

    async def receive(self) -> Message:
        """Return the next chunk."""
        self.chunks_read += 1
        chunk = self._chunks[self.chunks_read - 1]
        more_body = self.chunks_read < len(self._chunks)
        return {"type": "http.request", "body": chunk, "more_body": more_body}


class OpenRequest:
    """A request whose chunks are sent one by one."""

    def __init__(self) -> None:
        """Create a request without a chunk."""
        self.scope: Message = {"type": "http", "headers": []}
        self.chunks: asyncio.Queue[Message] = asyncio.Queue()

    async def receive(self) -> Message:
        """Wait for the next chunk."""
        return await self.chunks.get()

    def send_chunk(self, body: bytes, *, is_last: bool = False) -> None:
        """Send a chunk of the body."""
        self.chunks.put_nowait({"type": "http.request", "body": body, "more_body": not is_last})


async def test_chunks_are_joined() -> None:
    """Chunks are joined, up to exactly the maximum size."""
    request = FakeRequest(b"abc", b"", b"de", content_length="5")

    assert await BodyReader(5).read_body(request.scope, request.receive) == b"abcde"


@pytest.mark.parametrize("content_length", ["6", "1" * 5000, "99999"])
async def test_declared_oversized_body_is_not_read(content_length: str) -> None:
    """No chunk is read when the Content-Length header exceeds the maximum size."""
    request = FakeRequest(b"a", content_length=content_length)

    with pytest.raises(TooLargeError):
        await BodyReader(5).read_body(request.scope, request.receive)
    assert request.chunks_read == 0


@pytest.mark.parametrize("content_length", ["", "1", "-3", "²", "+"])
async def test_oversized_body_is_not_read_to_end(content_length: str) -> None:
    """Regardless of the header, reading stops with the chunk that exceeds the maximum size."""
    request = FakeRequest(b"abcdefgh", b"ijklmnop", b"qrstuvwx", content_length=content_length)

    with pytest.raises(TooLargeError):
        await BodyReader(15).read_body(request.scope, request.receive)
    assert request.chunks_read == 2


async def test_body_of_a_client_that_went_away_is_incomplete() -> None:
    """A part of a body is never taken for the whole."""
    request = OpenRequest()
    request.send_chunk(b"half")
    request.chunks.put_nowait({"type": "http.disconnect"})

    with pytest.raises(IncompleteBodyError):
        await BodyReader(100).read_body(request.scope, request.receive)


async def test_oldest_unfinished_body_is_dropped_first() -> None:
    """Bodies in progress share one limit, and a new one displaces the oldest."""
    reader, requests = BodyReader(10, 20), [OpenRequest() for _ in range(3)]
    tasks = []
    for request in requests:
        request.send_chunk(b"12345678")
        tasks.append(asyncio.create_task(reader.read_body(request.scope, request.receive)))
        await asyncio.sleep(0)
    with pytest.raises(IncompleteBodyError):
        await asyncio.wait_for(tasks[0], 5)
    for request in requests[1:]:
        request.send_chunk(b"9", is_last=True)

    assert await asyncio.gather(*tasks[1:]) == [b"123456789"] * 2


async def test_bodies_that_ended_leave_room_for_others() -> None:
    """However a body ended, its bytes are no longer counted."""
    reader = BodyReader(10, 20)
    for _ in range(20):
        with pytest.raises(TooLargeError):
            await reader.read_body(*_build(b"123456", b"7890123"))
        await reader.read_body(*_build(b"12345", b"67890"))

    first = OpenRequest()
    first.send_chunk(b"12345678")
    task = asyncio.create_task(reader.read_body(first.scope, first.receive))
    await asyncio.sleep(0)
    first.send_chunk(b"9", is_last=True)
    assert await task == b"123456789"


def _build(*chunks: bytes) -> tuple[Message, Any]:
    request = FakeRequest(*chunks)
    return request.scope, request.receive
