"""What comes over a wire before it is believed, for every product's door alike."""

from http import HTTPStatus
from typing import Any

from starlette.types import Receive, Scope, Send

Payload = dict[str, Any]


class TooLargeError(Exception):
    """A body is larger than its sender's ever are; it was not read to its end."""


class MalformedError(Exception):
    """A body is not what its sender says it is. It carries no part of the body."""


async def read_body(scope: Scope, receive: Receive, max_bytes: int) -> bytes:
    """Return what somebody sent, whole, so that its proof can be checked on the raw bytes.

    Raises :class:`TooLargeError` as soon as it says, or turns out, to be more than *most* bytes.
    """
    said = get_header(scope, b"content-length")
    if len(said) > len(str(max_bytes)) or (said.isdecimal() and int(said) > max_bytes):
        raise TooLargeError
    read = bytearray()
    while True:
        message = await receive()
        read += message.get("body", b"")
        if len(read) > max_bytes:
            raise TooLargeError
        if not message.get("more_body", False):
            return bytes(read)


def get_header(scope: Scope, name: bytes) -> str:
    """Return what a request says under *name*, in small letters; ``""`` when it says nothing."""
    found = (str(value, "latin-1") for key, value in scope["headers"] if key.lower() == name)
    return next(found, "")


async def send_response(send: Send, status: HTTPStatus, json_body: str = "") -> None:
    """Answer a request whole: *said* is JSON, or nothing."""
    kind = b"application/json" if json_body else b"text/plain; charset=utf-8"
    written = json_body.encode()
    headers = [(b"content-type", kind), (b"content-length", str(len(written)).encode())]
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append((b"allow", b"POST"))
    await send({"type": "http.response.start", "status": status.value, "headers": headers})
    await send({"type": "http.response.body", "body": written})


def require_dict(value: object) -> Payload:
    """Return *value*, known to be a table now; MalformedError when it is none."""
    if not isinstance(value, dict):
        raise MalformedError
    return value


def require_list(value: object) -> list[Any]:
    """Return *value*, known to be a list now; MalformedError when it is none."""
    if not isinstance(value, list):
        raise MalformedError
    return value


def require_text(payload: Payload, path: tuple[str, ...]) -> str:
    """Return the words at the end of *path*; MalformedError when there are none."""
    found: object = payload
    for name in path:
        found = require_dict(found).get(name)
    if not isinstance(found, str) or not found:
        raise MalformedError
    return found
