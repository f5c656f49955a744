"""Responses to requests, header lookup and payload validation, shared by the products."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Message, Scope, Send

Payload = dict[str, Any]
"""A JSON object or a decoded form, as received."""


MAX_TYPED_LENGTH = 1000
"""Characters of a typed command that are read; the rest is cut before any pattern sees it."""


class MalformedError(Exception):
    """A request body has an unexpected shape. The exception contains no part of the body."""


def get_header(scope: Scope, name: bytes) -> str:
    """Return the first value of the header *name*; ``""`` when it is absent."""
    return Headers(scope=scope).get(name.decode("latin-1"), "")


def build_response(
    status: HTTPStatus, json_body: str = "", extra_headers: Mapping[str, str] | None = None
) -> Response:
    """Return a complete HTTP response with a JSON body and *extra_headers*, or an empty body.

    The body is serialized already: Starlette's JSONResponse raises for a lone surrogate, which
    a payload can contain as an escape sequence.
    """
    if json_body:
        return Response(json_body, status.value, extra_headers, media_type="application/json")
    is_post_only = status is HTTPStatus.METHOD_NOT_ALLOWED
    return PlainTextResponse("", status.value, headers={"allow": "POST"} if is_post_only else None)


async def send_response(
    send: Send,
    status: HTTPStatus,
    json_body: str = "",
    extra_headers: Mapping[str, str] | None = None,
) -> None:
    """Send a complete HTTP response with a JSON body and *extra_headers*, or an empty body."""
    response = build_response(status, json_body, extra_headers)
    await response({"type": "http"}, _receive_disconnect, send)


async def _receive_disconnect() -> Message:
    return {"type": "http.disconnect"}


def require_dict(value: object) -> Payload:
    """Return *value* typed as a dict; raise :class:`MalformedError` for any other type."""
    if not isinstance(value, dict):
        raise MalformedError
    return value


def require_list(value: object) -> list[Any]:
    """Return *value* typed as a list; raise :class:`MalformedError` for any other type."""
    if not isinstance(value, list):
        raise MalformedError
    return value


def require_text(payload: Payload, path: tuple[str, ...]) -> str:
    """Return the string under the nested keys *path* of *payload*.

    Raises :class:`MalformedError` when it is missing, empty or of another type.
    """
    value: object = payload
    for key in path:
        value = require_dict(value).get(key)
    if not isinstance(value, str) or not value:
        raise MalformedError
    return value
