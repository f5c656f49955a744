"""Reads the bodies of requests that are not verified yet, in bounded memory."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import Receive, Scope

MAX_UNVERIFIED_BYTES = 4 * 1024 * 1024
"""Maximum bytes of all bodies of one endpoint that are being read, and not verified yet."""


class TooLargeError(Exception):
    """A request body exceeds the size limit; it was not read to its end."""


class IncompleteBodyError(Exception):
    """A request body did not arrive: the client went away, or its memory was needed by others."""


class BodyReader:
    """Reads the bodies of one endpoint, whose senders are unknown until their last byte.

    When all bodies in progress exceed their common limit, the oldest is dropped: Slack and Teams
    send a body within milliseconds, and one that takes long must not keep them out.
    """

    def __init__(self, max_body_bytes: int, max_total_bytes: int = MAX_UNVERIFIED_BYTES) -> None:
        """Limit each body to *max_body_bytes*, and all in progress to *max_total_bytes*."""
        self._max_body_bytes = max_body_bytes
        self._max_total_bytes = max_total_bytes
        self._total_bytes = 0
        self._bodies: dict[asyncio.Timeout, bytearray] = {}

    async def read_body(self, scope: Scope, receive: Receive) -> bytes:
        """Return the whole request body as raw bytes, the form in which a signature covers it.

        Raises :class:`TooLargeError` as soon as the Content-Length header, or the number of bytes
        received, exceeds the limit, and :class:`IncompleteBodyError`.
        """
        self._check_content_length(scope)
        try:
            async with asyncio.timeout(None) as timeout:
                self._bodies[timeout] = bytearray()
                try:
                    return await self._receive_body(timeout, receive)
                finally:
                    self._drop_body(timeout)
        except TimeoutError:
            raise IncompleteBodyError from None

    def _check_content_length(self, scope: Scope) -> None:
        content_length = Headers(scope=scope).get("content-length", "")
        if len(content_length) > len(str(self._max_body_bytes)) or (
            content_length.isdecimal() and int(content_length) > self._max_body_bytes
        ):
            raise TooLargeError

    async def _receive_body(self, body_key: asyncio.Timeout, receive: Receive) -> bytes:
        while True:
            message = await receive()
            body = self._bodies.get(body_key)
            if body is None or message["type"] == "http.disconnect":
                raise IncompleteBodyError
            chunk = message.get("body", b"")
            body += chunk
            self._total_bytes += len(chunk)
            if len(body) > self._max_body_bytes:
                raise TooLargeError
            if not message.get("more_body", False):
                return bytes(body)
            self._drop_oldest_bodies()

    def _drop_oldest_bodies(self) -> None:
        while self._total_bytes > self._max_total_bytes:
            oldest = next(iter(self._bodies))
            self._drop_body(oldest)
            oldest.reschedule(asyncio.get_running_loop().time())

    def _drop_body(self, body_key: asyncio.Timeout) -> None:
        self._total_bytes -= len(self._bodies.pop(body_key, b""))
