"""The process of the stand-in of Slack: a server that costs little beside the bot it measures.

``python -m tests.growth.slack_stand_in PORT MESSAGES_PER_SECOND RETRY_AFTER``
"""

import asyncio
import json
import sys
from dataclasses import dataclass
from functools import partial
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import httptools
from uvicorn.loops.auto import auto_loop_factory

from tests.growth.slack_state import Answer, Json, SlackState

LATENCY_SECONDS = 0.020

_held_transports: list[asyncio.Transport] = []
"""Connections with a request that is not answered; they are closed when the faults end."""


class SlackConnection(asyncio.Protocol):
    """One connection of a bot, on which requests are answered in their order."""

    def __init__(self, state: SlackState) -> None:
        """Answer from *state*."""
        self._state = state
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._headers: dict[bytes, bytes] = {}
        self._url = self._body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Store the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Parse a part of a request."""
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        """Forget the request before, as httptools calls it at a beginning."""
        self._headers, self._url, self._body = {}, b"", b""

    def on_url(self, url: bytes) -> None:
        """Append to the URL."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Store a header."""
        self._headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        """Append to the body."""
        self._body += body

    def on_message_complete(self) -> None:
        """Answer after the latency, or at once where the simulation itself asks."""
        url = urlsplit(self._url.decode())
        method = url.path.rpartition("/")[2]
        if method.startswith("_"):
            self._write(Answer(self._control(method)))
            return
        arguments = _parse_arguments(self._body, self._headers, url.query)
        authorization = self._headers.get(b"authorization", b"").decode()
        answer = self._state.answer_call(method, arguments, authorization)
        if answer.is_given:
            loop = asyncio.get_running_loop()
            loop.call_later(LATENCY_SECONDS, partial(self._write, answer))
        elif self._transport is not None:
            _held_transports.append(self._transport)

    def _control(self, method: str) -> Json:
        if method == "_begin_round":
            self._state.begin_round(json.loads(self._body))
        elif method == "_end_faults":
            self._state.end_faults()
            while _held_transports:
                _held_transports.pop().close()
        return self._state.collect_figures()

    def _write(self, answer: Answer) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        content = json.dumps(answer.body).encode()
        lines = [f"HTTP/1.1 {answer.status} Answer", "content-type: application/json"]
        lines += [f"content-length: {len(content)}"]
        lines += [f"retry-after: {answer.retry_after}"] if answer.retry_after else []
        self._transport.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)


@dataclass(frozen=True)
class StandInAddress:
    """Where the stand-in listens."""

    port: int

    @property
    def api_url(self) -> str:
        """The base URL of the Web API."""
        return f"http://127.0.0.1:{self.port}/api/"


def _parse_arguments(body: bytes, headers: dict[bytes, bytes], query: str) -> dict[str, Any]:
    if b"json" in headers.get(b"content-type", b""):
        return dict(json.loads(body))
    pairs = parse_qsl(body.decode()) + parse_qsl(query)
    return {name: json.loads(value) if value[:1] in "{[" else value for name, value in pairs}


async def _serve(port: int, messages_per_second: float, retry_after_seconds: int) -> None:
    state = SlackState(messages_per_second, retry_after_seconds)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SlackConnection(state), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(_serve(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
