"""Connection limit, header limits and timeouts of the HTTP server, before any authentication.

Uvicorn limits neither the size of headers nor the time of a request. Its own connection limit
responds with 503 to every request while clients that never complete one hold all connections.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_CONNECTIONS = 512
"""Maximum open connections; beyond it, the one that has waited longest for a request is closed."""

MAX_HEADER_BYTES = 16 * 1024
"""Maximum bytes of a request without its body: request line, headers, chunk framing, trailers."""

MAX_HEADERS = 64
"""Maximum header lines of a request, trailers included."""

MAX_PIPELINED_REQUESTS = 8
"""Maximum requests on one connection that are queued until an earlier one has its response."""

REQUEST_TIMEOUT_SECONDS = 10.0
"""Timeout in which a request must arrive completely; the products' own timeouts are shorter."""

SHUTDOWN_REQUEST_TIMEOUT_SECONDS = 1.0
"""Timeout of a request whose body is incomplete when the graceful shutdown begins."""

RESPONSE_TIMEOUT_SECONDS = 10.0
"""Timeout in which a client must read a response, if the connection is closed after it."""

_TOO_LARGE = "header_too_large"


class RequestLimitError(Exception):
    """A request exceeds a limit. Raised in the parser's callbacks; the response is 400."""


class LimitedHttpProtocol(HttpToolsProtocol):
    """Uvicorn's HTTP protocol class with timeouts, header limits and a connection limit.

    A connection without a complete request is closed at its timeout, or earlier when another one
    exceeds the connection limit, so that incomplete requests do not block complete ones.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - uvicorn's own arguments
        """Accept uvicorn's arguments; nothing is limited before the connection is made."""
        super().__init__(*arguments, **options)
        self.waiting_since: float | None = None
        """Event loop time since which the next complete request is awaited; ``None`` during one."""
        self._deadline: asyncio.TimerHandle | None = None
        self._framing_bytes = 0
        self._header_count = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Start the request timeout, and close the longest waiting connection beyond the limit."""
        super().connection_made(transport)
        self._await_request()
        self._set_deadline(REQUEST_TIMEOUT_SECONDS)
        if len(self.connections) > MAX_CONNECTIONS:
            self._evict_longest_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timer, whose reference prevents that the connection is freed."""
        self._clear_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse *data*; close the connection when a request exceeds the limit of its headers."""
        if self.transport.is_closing():
            return
        if self.waiting_since is not None and self._deadline is None:
            self._set_deadline(REQUEST_TIMEOUT_SECONDS)  # the keep-alive timer ends with any byte
        self._framing_bytes += len(data)
        super().data_received(data)
        if (
            self.waiting_since is not None
            and self._framing_bytes > MAX_HEADER_BYTES
            and not self.transport.is_closing()
        ):
            self.send_400_response(_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Reset the header count and start the timeout of one request."""
        super().on_message_begin()
        self._header_count = 0
        if self._deadline is None:
            self._await_request()
            self._set_deadline(REQUEST_TIMEOUT_SECONDS)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header or trailer; raise RequestLimitError above ``MAX_HEADERS``."""
        self._header_count += 1
        if self._header_count > MAX_HEADERS:
            raise RequestLimitError
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Check the total size of the headers, and the number of pipelined requests.

        Raises RequestLimitError above either limit. :meth:`data_received` compares its count only
        after the parser's callbacks, so that headers in one piece of data would pass.
        """
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > MAX_HEADER_BYTES or len(self.pipeline) >= MAX_PIPELINED_REQUESTS:
            raise RequestLimitError
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Subtract the body from the bytes that the limit of headers counts."""
        self._framing_bytes = max(0, self._framing_bytes - len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Cancel the timeout of one request, which has arrived completely."""
        super().on_message_complete()
        self._framing_bytes = 0
        self.waiting_since = None
        self._clear_deadline()

    def on_response_complete(self) -> None:
        """Await the next request, or start the timeout of reading a last response."""
        super().on_response_complete()
        if self._deadline is None and self.cycle.response_complete:  # no other is in progress
            self._await_request()
        if self.transport.is_closing():
            self._set_deadline(RESPONSE_TIMEOUT_SECONDS)

    def timeout_keep_alive_handler(self) -> None:
        """Abort an idle connection, also one whose client does not read the response."""
        self.transport.abort()

    def shutdown(self) -> None:
        """Begin the graceful shutdown: an incomplete request gets a short timeout."""
        super().shutdown()
        if self.waiting_since is not None or self.transport.is_closing():
            self._set_deadline(SHUTDOWN_REQUEST_TIMEOUT_SECONDS)

    def _await_request(self) -> None:
        self.waiting_since = self.loop.time()

    def _set_deadline(self, seconds: float) -> None:
        self._clear_deadline()
        self._deadline = self.loop.call_later(seconds, self.transport.abort)

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _evict_longest_waiting(self) -> None:
        """Close the connection that has waited longest for a request, this one if all are busy."""
        waiting = (
            (connection.waiting_since, id(connection), connection)
            for connection in self.connections
            if isinstance(connection, LimitedHttpProtocol) and connection.waiting_since is not None
        )
        victim = min(waiting)[2]  # this connection is waiting, too
        self.connections.discard(victim)
        victim.transport.abort()
