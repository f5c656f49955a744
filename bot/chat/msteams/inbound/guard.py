"""Request guard of the messaging endpoint: validates every request before it is dispatched."""

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from starlette.types import Receive, Scope, Send

from bot.chat import padding, request_body
from bot.chat.after_response import AfterResponse
from bot.chat.body_reader import BodyReader, IncompleteBodyError, TooLargeError
from bot.chat.msteams.inbound import payloads, requests
from bot.chat.msteams.inbound.signing_keys import SigningKeysUnavailableError
from bot.chat.msteams.inbound.token_validation import (
    TokenValidator,
    UnauthenticatedError,
    UnendorsedError,
)
from bot.chat.request_body import Payload
from bot.settings_validation import is_loopback

logger = logging.getLogger("attune.msteams")

MAX_BODY_BYTES = 256 * 1024
"""Maximum request body; Teams' activities are far smaller. A larger body is not read to its end."""

Body = dict[str, Any]
PayloadHandler = Callable[[payloads.PayloadKind, Payload, str], Awaitable[Body]]
"""Handles one validated activity from the service at a URL and returns the response body.

The only exceptions it raises are :class:`EventNotStoredError` and :class:`FormKeptOpenError`.
"""


ForeignTenantHandler = Callable[[payloads.PayloadKind, Payload], Body]
"""Builds the response body to an action in a tenant that is not served."""


@dataclass(frozen=True)
class TenantPolicy:
    """The tenants that are served, and the reply to an action in any other.

    The reply is sent with 200, since the person sees it; all else of another tenant gets 403.
    """

    allowed_tenants: frozenset[str]
    answer_foreign_tenant: ForeignTenantHandler


class EventNotStoredError(Exception):
    """Raised when a lifecycle event could not be stored, so that Teams must retry the request."""


class FormKeptOpenError(Exception):
    """Raised when only an error response keeps an open form with its answers in the client."""


class Guard:
    """ASGI application that dispatches only valid activities of allowed tenants.

    Status codes: a method other than POST 405; a missing, forged, foreign, expired or non-expiring
    token 401; a signing key not endorsed for Teams, and a tenant outside the allowlist, 403; a body
    over the limit 413, and one that does not arrive 408; an authenticated body with an invalid
    schema 400; an unknown invoke 404. An authenticated activity of an ignored type is acknowledged
    with 200. 503 while Microsoft's signing keys cannot be fetched, or the store cannot write an
    event or build a form again. No part of a request is logged. ``refused_request_count`` counts
    the responses with 401 since the start.
    """

    def __init__(
        self,
        handle_payload: PayloadHandler,
        token_validator: TokenValidator,
        tenant_policy: TenantPolicy,
        after_response: AfterResponse,
        *,
        allow_loopback: bool = False,
        pads_responses: bool = True,
    ) -> None:
        """Dispatch to *handle_payload* what *token_validator* accepts from an allowed tenant.

        *allow_loopback* accepts service URLs on this machine, for tests and the playground. With
        *pads_responses* every response with a body has one size.
        """
        self._handle_payload = handle_payload
        self._token_validator = token_validator
        self._tenant_policy = tenant_policy
        self._after_response = after_response
        self._allow_loopback = allow_loopback
        self._pads_responses = pads_responses
        self._body_reader = BodyReader(MAX_BODY_BYTES)
        self.refused_request_count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one HTTP request and send its response."""
        if scope["method"] != "POST":
            await request_body.send_response(send, HTTPStatus.METHOD_NOT_ALLOWED)
            return
        async with self._after_response.defer_tasks_until_response():
            try:
                body = await self._handle_request(scope, receive)
            except _RejectedError as rejection:
                self.refused_request_count += rejection.status is HTTPStatus.UNAUTHORIZED
                facts = {"action": "teams.request_rejected", "reason": rejection.reason}
                logger.warning("teams.request_rejected", extra=facts)
                await request_body.send_response(send, rejection.status)
            else:
                await self._send_answer(send, body)

    async def _send_answer(self, send: Send, body: Body) -> None:
        """Send the response to an accepted activity; an empty body acknowledges it."""
        if body and self._pads_responses:
            await request_body.send_response(
                send,
                HTTPStatus.OK,
                padding.serialize_padded(body),
                padding.NO_TRANSFORM_HEADERS,
            )
        else:
            await request_body.send_response(send, HTTPStatus.OK, json.dumps(body) if body else "")

    async def _handle_request(self, scope: Scope, receive: Receive) -> Body:
        try:
            claims = await self._token_validator.validate_token(
                request_body.get_header(scope, b"authorization")
            )
            payload = payloads.parse_payload(await self._body_reader.read_body(scope, receive))
            service_url = self._token_validator.verify_sender(claims, payload)
            if not self._is_allowed_service(service_url):
                raise UnauthenticatedError
            kind = payloads.classify_payload(payload)
        except tuple(_REJECTIONS) as error:
            raise _RejectedError(*_REJECTIONS[type(error)]) from None
        if not self._is_allowed_tenant(payload):
            if kind in payloads.INVOKE_KINDS:
                return self._tenant_policy.answer_foreign_tenant(kind, payload)
            raise _RejectedError(HTTPStatus.FORBIDDEN, "tenant")
        try:
            return await self._handle_payload(kind, payload, service_url) if kind else {}
        except EventNotStoredError:
            raise _RejectedError(HTTPStatus.SERVICE_UNAVAILABLE, "event_not_stored") from None
        except FormKeptOpenError:
            raise _RejectedError(HTTPStatus.SERVICE_UNAVAILABLE, "form_kept_open") from None

    def _is_allowed_service(self, service_url: str) -> bool:
        try:
            parts = urlsplit(service_url)
        except ValueError:  # an address in brackets that is none
            return False
        is_local = (
            self._allow_loopback and parts.scheme == "http" and is_loopback(parts.hostname or "")
        )
        return bool(is_local or (parts.scheme == "https" and parts.hostname))

    def _is_allowed_tenant(self, payload: Payload) -> bool:
        """Whether the tenant of the conversation is on the allowlist.

        A member of another tenant who acts in it is served as a person of another organisation.
        """
        return (
            requests.parse_workspace(payload).removeprefix("msteams:")
            in self._tenant_policy.allowed_tenants
        )


class _RejectedError(Exception):
    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(status)
        self.status = status
        self.reason = reason


_REJECTIONS: dict[type[Exception], tuple[HTTPStatus, str]] = {
    UnauthenticatedError: (HTTPStatus.UNAUTHORIZED, "unauthenticated"),
    UnendorsedError: (HTTPStatus.FORBIDDEN, "unendorsed"),
    SigningKeysUnavailableError: (HTTPStatus.SERVICE_UNAVAILABLE, "signing_keys_unavailable"),
    IncompleteBodyError: (HTTPStatus.REQUEST_TIMEOUT, "incomplete"),
    TooLargeError: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large"),
    request_body.MalformedError: (HTTPStatus.BAD_REQUEST, "malformed"),
    payloads.UnknownInvokeError: (HTTPStatus.NOT_FOUND, "unknown_invoke"),
}
