"""Stands before everything else at Teams' door: no unproven byte gets past it."""

import json
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from starlette.types import Receive, Scope, Send

from bot.chat import request_body
from bot.chat.after_response import AfterResponse
from bot.chat.msteams.inbound import payloads
from bot.chat.msteams.inbound.signing_keys import SigningKeysUnavailableError
from bot.chat.msteams.inbound.token_validation import (
    TokenValidator,
    UnauthenticatedError,
    UnendorsedError,
)
from bot.chat.request_body import Payload
from bot.settings import is_loopback

logger = logging.getLogger("attune.msteams")

MAX_BODY_BYTES = 256 * 1024
"""Teams' own activities stay far below; anything larger is not read to its end."""

Body = dict[str, Any]
PayloadHandler = Callable[[payloads.PayloadKind, Payload, str], Awaitable[Body]]
"""Answers one activity that is known to come from the service at an address.

Raises NotKeptError and nothing else.
"""


class EventNotStoredError(Exception):
    """What Teams told could not be kept just now; it has to tell it again."""


class Guard:
    """Lets only Teams' own, well-formed activities through, and quotes none in any log.

    No token, a forged, foreign, expired or endless one gets 401; a key that may not speak for
    Teams, and a tenant that is not on the list, 403; a body too large 413; a proven body of a
    wrong shape 400; an invoke unknown here 404. A proven activity that asks nothing of this
    bot is acknowledged with 200. While Microsoft's keys cannot be fetched at all, or the store
    cannot keep what is told, it is 503.
    """

    def __init__(
        self,
        handle_payload: PayloadHandler,
        token_validator: TokenValidator,
        allowed_tenants: frozenset[str],
        after_response: AfterResponse,
        *,
        allow_loopback: bool = False,
    ) -> None:
        """Hand to *receive* what *proof* accepts from *tenants*.

        *here* takes a service on this machine too, for tests and the playground.
        """
        self._handle_payload = handle_payload
        self._token_validator = token_validator
        self._allowed_tenants = allowed_tenants
        self._after_response = after_response
        self._allow_loopback = allow_loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["method"] != "POST":
            await request_body.send_response(send, HTTPStatus.METHOD_NOT_ALLOWED)
            return
        async with self._after_response.response_pending():
            try:
                answer = await self._handle_request(scope, receive)
            except _RejectedError as refused:
                action = "teams.refused"
                logger.warning(action, extra={"action": action, "why": refused.reason})
                await request_body.send_response(send, refused.status)
            else:
                await request_body.send_response(
                    send, HTTPStatus.OK, json.dumps(answer) if answer else ""
                )

    async def _handle_request(self, scope: Scope, receive: Receive) -> Body:
        try:
            proven = await self._token_validator.validate_token(
                request_body.get_header(scope, b"authorization")
            )
            payload = payloads.parse_payload(
                await request_body.read_body(scope, receive, MAX_BODY_BYTES)
            )
            service = self._token_validator.verify_service_url(proven, payload)
            if not self._is_allowed_service(service):
                raise UnauthenticatedError
            found = payloads.classify_payload(payload)
        except tuple(_REJECTIONS) as error:
            raise _RejectedError(*_REJECTIONS[type(error)]) from None
        if not self._is_allowed_tenant(payload):
            raise _RejectedError(HTTPStatus.FORBIDDEN, "tenant")
        try:
            return await self._handle_payload(found, payload, service) if found else {}
        except EventNotStoredError:
            raise _RejectedError(HTTPStatus.SERVICE_UNAVAILABLE, "not_kept") from None

    def _is_allowed_service(self, service_url: str) -> bool:
        parts = urlsplit(service_url)
        here = self._allow_loopback and parts.scheme == "http" and is_loopback(parts.hostname or "")
        return bool(here or (parts.scheme == "https" and parts.hostname))

    def _is_allowed_tenant(self, payload: Payload) -> bool:
        """Whether every tenant that the activity names is on the list, and it names one."""
        named = extract_tenants(payload)
        return bool(named) and named <= self._allowed_tenants


def extract_tenants(payload: Payload) -> set[str]:
    """Return every tenant that an activity speaks of, in small letters."""
    channel, conversation = payload.get("channelData"), payload.get("conversation")
    said = [
        conversation.get("tenantId") if isinstance(conversation, dict) else None,
        _read_id(channel.get("tenant")) if isinstance(channel, dict) else None,
    ]
    return {str(one).lower() for one in said if one}


class _RejectedError(Exception):
    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(status)
        self.status = status
        self.reason = reason


_REJECTIONS: dict[type[Exception], tuple[HTTPStatus, str]] = {
    UnauthenticatedError: (HTTPStatus.UNAUTHORIZED, "unproven"),
    UnendorsedError: (HTTPStatus.FORBIDDEN, "unendorsed"),
    SigningKeysUnavailableError: (HTTPStatus.SERVICE_UNAVAILABLE, "keys_away"),
    request_body.TooLargeError: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large"),
    request_body.MalformedError: (HTTPStatus.BAD_REQUEST, "malformed"),
    payloads.UnknownInvokeError: (HTTPStatus.NOT_FOUND, "unknown_invoke"),
}


def _read_id(value: object) -> object:
    return value.get("id") if isinstance(value, dict) else None
