"""Load generator: signed requests over kept connections, at a rate or as fast as they are answered.

It runs in the event loop of the measurement, and what it costs is the same for every target.
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Self

import httptools

from tests.bench.floors import ENDPOINT_PATH
from tests.chat.slack import payloads
from tests.chat.slack.payloads import Payload

_view_numbers = count()


class RefusedRequestError(Exception):
    """The target answered a status other than 200."""


def encode_request(payload: Payload, *, retry_number: int = 0) -> bytes:
    """Return *payload* as the bytes of a signed HTTP request, signed now.

    With *retry_number* it is marked as Slack marks its repetitions.
    """
    body, content_type = payloads.encode_payload(payload)
    headers = payloads.sign_headers(body, content_type)
    if retry_number:
        headers |= {"x-slack-retry-num": str(retry_number), "x-slack-retry-reason": "http_timeout"}
    lines = [f"POST {ENDPOINT_PATH} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def build_debrief(person_id: str, view_number: int | None = None) -> Payload:
    """Return the submission of a debrief, from a form that was opened for it alone."""
    number = next(_view_numbers) if view_number is None else view_number
    values = {
        "form": {"form": payloads.radio_state("away")},
        "status": {"status": payloads.radio_state("touched")},
    }
    payload = payloads.build_submission(id=f"V{number}", state={"values": values})
    return {**payload, "user": {"id": person_id, "team_id": payloads.TEAM}}


def build_tip(person_id: str) -> Payload:
    """Return the command ``/tip``."""
    return payloads.build_command("/tip", user_id=person_id)


class Connection(asyncio.Protocol):
    """One connection, on which one request at a time is answered."""

    def __init__(self) -> None:
        """Wait for no answer yet."""
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[int] | None = None
        self._parser = httptools.HttpResponseParser(self)

    @classmethod
    async def connect(cls, port: int) -> Self:
        """Connect to *port* of the loopback address."""
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(cls, "127.0.0.1", port)
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Store the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Parse a part of an answer."""
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """Resolve the answer, as httptools calls it at its end."""
        if self._answer and not self._answer.done():
            self._answer.set_result(self._parser.get_status_code())
        self._parser = httptools.HttpResponseParser(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the request that waits for its answer."""
        if self._answer and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())

    async def send(self, request: bytes) -> int:
        """Send *request* and return the status; raises :class:`OSError` if the target ends."""
        assert self._transport
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        """Close the connection."""
        if self._transport:
            self._transport.close()


@dataclass
class ConnectionPool:
    """Connections to one port, of which an idle one is used again."""

    port: int
    idle: list[Connection] = field(default_factory=list)

    async def time_request(self, request: bytes) -> float:
        """Send *request*, and return the milliseconds until its answer was complete.

        Raises :class:`RefusedRequestError` for a status other than 200.
        """
        start = time.perf_counter()
        connection = self.idle.pop() if self.idle else await Connection.connect(self.port)
        status = await connection.send(request)
        milliseconds = (time.perf_counter() - start) * 1000
        self.idle.append(connection)
        if status != 200:
            raise RefusedRequestError(status)
        return milliseconds

    def close(self) -> None:
        """Close all idle connections."""
        for connection in self.idle:
            connection.close()
        self.idle.clear()


async def send_at_rate(
    port: int, requests: Iterator[Payload], request_count: int, per_second: float
) -> list[float]:
    """Send requests at a fixed rate, whatever the answers take, and return their milliseconds."""
    pool, tasks, start = ConnectionPool(port), [], time.perf_counter()
    for number in range(request_count):
        request = encode_request(next(requests))
        await asyncio.sleep(max(0.0, start + number / per_second - time.perf_counter()))
        tasks.append(asyncio.create_task(pool.time_request(request)))
    durations = await asyncio.gather(*tasks)
    pool.close()
    return durations


@dataclass(frozen=True)
class Saturation:
    """The answers of a saturated turn, and how long it lasted."""

    answer_count: int
    seconds: float

    @property
    def answers_per_second(self) -> float:
        """The throughput."""
        return self.answer_count / self.seconds


async def saturate(
    port: int, requests: Iterator[Payload], seconds: float, connection_count: int = 10
) -> Saturation:
    """Send a request on each connection as soon as the last is answered, for *seconds*."""
    pool, start, answer_count = ConnectionPool(port), time.perf_counter(), 0

    async def send_repeatedly() -> None:
        nonlocal answer_count
        while time.perf_counter() < start + seconds or answer_count == 0:
            await pool.time_request(encode_request(next(requests)))
            answer_count += 1

    await asyncio.gather(*(send_repeatedly() for _ in range(connection_count)))
    pool.close()
    return Saturation(answer_count, time.perf_counter() - start)


async def send_all(
    port: int, requests: Iterator[Payload], request_count: int, connection_count: int = 10
) -> None:
    """Send *request_count* requests, on each connection the next once the last is answered."""
    pool, numbers = ConnectionPool(port), iter(range(request_count))

    async def send_repeatedly() -> None:
        for _ in numbers:
            await pool.time_request(encode_request(next(requests)))

    await asyncio.gather(*(send_repeatedly() for _ in range(connection_count)))
    pool.close()


async def wait_for_answer(port: int, payload: Payload, timeout_seconds: float = 60.0) -> None:
    """Send *payload* until it is answered with 200; raises :class:`TimeoutError`."""
    async with asyncio.timeout(timeout_seconds):
        while True:
            pool = ConnectionPool(port)
            try:
                await pool.time_request(encode_request(payload))
            except (OSError, RefusedRequestError):
                await asyncio.sleep(0.005)
            else:
                return
            finally:
                pool.close()
