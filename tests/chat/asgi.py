"""Send requests directly to an ASGI application, without a server."""

import asyncio
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message

_RESPONSE_DELAY_SECONDS = 0.005
"""Seconds that sending takes where the order of events is recorded: no task may start meanwhile."""


@dataclass
class Response:
    """A received response: status, body, and headers by lowercase name."""

    status: int = 0
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        """The body, parsed as JSON."""
        return json.loads(self.body)


async def send_request(
    app: ASGIApp,
    method: str,
    path: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    event_order: list[str] | None = None,
) -> Response:
    """Send one request; append ``answered`` to *event_order* once the response was sent.

    A compressed body is decompressed, as by any HTTP client.
    """
    response = Response()
    chunks = [body[start : start + 65536] for start in range(0, len(body), 65536)] or [b""]

    async def receive() -> Message:
        if not chunks:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}

    async def send(message: Message) -> None:
        await asyncio.sleep(0 if event_order is None else _RESPONSE_DELAY_SECONDS)
        if message["type"] == "http.response.start":
            response.status = message["status"]
            response.headers = {key.decode(): value.decode() for key, value in message["headers"]}
        else:
            response.body += message.get("body", b"")
            if event_order is not None:
                event_order.append("answered")

    await app(_build_scope(method, path, headers or {}), receive, send)
    if response.headers.get("content-encoding") == "gzip":
        response.body = gzip.decompress(response.body)
    return response


def _build_scope(method: str, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [
            (key.lower().encode(), value.encode("latin-1")) for key, value in headers.items()
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
    }
