"""Signature verification: ASGI middleware before any processing of Slack's payloads."""

import json
import logging
import re
import time
from functools import partial
from http import HTTPStatus

from slack_sdk.signature import SignatureVerifier
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.chat import request_body
from bot.chat.after_response import AfterResponse
from bot.chat.body_reader import BodyReader, IncompleteBodyError, TooLargeError
from bot.chat.request_body import Payload
from bot.chat.slack.inbound import payloads
from bot.chat.slack.inbound.payloads import PayloadKind
from bot.logs import log_error

logger = logging.getLogger("attune.slack")

MAX_BODY_BYTES = 1024 * 1024
"""Maximum body size in bytes, far above Slack's payloads; a larger body is not read."""

_MAX_SIGNATURE_AGE_SECONDS = 5 * 60
"""The age, in either direction, up to which Slack's library accepts a signature."""

_SIGNATURE = re.compile("v0=[0-9a-f]{64}")

_TIMESTAMP = re.compile("[0-9]{1,12}", re.ASCII)


class Guard:
    """Middleware that passes only signed, well-formed requests to Bolt, and logs no content.

    A request without a valid, recent signature gets status 401, a body above the limit 413, one
    that does not arrive 408, a signed body with an unexpected shape 400. Where the headers alone
    show that there is no such signature, the body is not read. A signed payload of an unknown
    kind is acknowledged with 200 and has no effect. The signature is verified on the raw bytes,
    and its timestamp against the system clock. ``refused_request_count`` counts the
    signatures refused since the start; a request without one is not Slack's.
    """

    def __init__(self, app: ASGIApp, signing_secret: str, after_response: AfterResponse) -> None:
        """Wrap *app*, which receives each payload as JSON and none of the request's headers."""
        self._app = app
        self._verifier = SignatureVerifier(signing_secret)
        self._after_response = after_response
        self._body_reader = BodyReader(MAX_BODY_BYTES)
        self.refused_request_count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Process one HTTP request."""
        respond = await self._select_response(scope, receive)
        await respond(scope, receive, send)

    async def _select_response(self, scope: Scope, receive: Receive) -> ASGIApp:
        """Verify and parse the request; return the ASGI application that responds to it."""
        if scope["method"] != "POST":
            return request_body.build_response(HTTPStatus.METHOD_NOT_ALLOWED)
        headers = Headers(scope=scope)
        try:
            is_signed = _may_be_signed(headers)
            body = await self._body_reader.read_body(scope, receive) if is_signed else b""
        except TooLargeError:
            return request_body.build_response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except IncompleteBodyError:
            _log_rejection("incomplete")
            return request_body.build_response(HTTPStatus.REQUEST_TIMEOUT)
        if not is_signed or not self._has_valid_signature(headers, body):
            self.refused_request_count += "x-slack-signature" in headers
            _log_rejection("invalid_signature")
            return request_body.build_response(HTTPStatus.UNAUTHORIZED)
        try:
            payload = payloads.parse_payload(body, headers.get("content-type", ""))
            kind = payloads.classify_payload(payload)
        except request_body.MalformedError:
            _log_rejection("malformed")
            return request_body.build_response(HTTPStatus.BAD_REQUEST)
        return self._select_payload_response(payload, kind)

    def _has_valid_signature(self, headers: Headers, body: bytes) -> bool:
        """Whether the signature is valid for *body*; malformed headers or bytes never are."""
        try:
            return self._verifier.is_valid(
                body,
                headers.get("x-slack-request-timestamp", ""),
                headers.get("x-slack-signature", ""),
            )
        except (ValueError, TypeError, OverflowError):
            return False

    def _select_payload_response(self, payload: Payload, kind: PayloadKind | None) -> ASGIApp:
        """Return the response to a verified payload, or the forwarding of it to the app."""
        if payload.get("type") == "url_verification":
            challenge = {"challenge": str(payload.get("challenge", ""))}
            return request_body.build_response(HTTPStatus.OK, json.dumps(challenge))
        if kind is None:
            _log_ignored_payload(payload)
            return request_body.build_response(HTTPStatus.OK)
        return partial(self._forward_payload, payload)

    async def _forward_payload(
        self, payload: Payload, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Pass the payload to the app as JSON; an exception before a response becomes a 400.

        Bolt would parse a form again with its own rules (it dropped a command whose text
        contains "payload") and act on headers that no signature covers, so it gets neither
        the form nor the headers.
        """
        body = json.dumps(payload).encode()
        headers = Headers({"content-type": "application/json"})
        forwarded_scope = {
            **scope,
            "path": scope["path"].rstrip("/"),  # Bolt serves one path alone
            "headers": headers.raw,
            "query_string": b"",
        }
        response_started = False

        async def receive_payload() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def tracked_send(message: Message) -> None:
            nonlocal response_started
            response_started = True
            await send(_map_server_error_to_bad_request(message))

        async with self._after_response.defer_tasks_until_response():
            try:
                await self._app(forwarded_scope, receive_payload, tracked_send)
            except Exception as error:  # noqa: BLE001 - a payload shape that only Bolt rejects
                log_error(logger, "slack.payload_processing_failed", error)
                if not response_started:
                    response = request_body.build_response(HTTPStatus.BAD_REQUEST)
                    await response(scope, receive, send)


def _may_be_signed(headers: Headers) -> bool:
    """Whether the headers have the shape of a signature of now, whatever the body."""
    timestamp = headers.get("x-slack-request-timestamp", "")
    return (
        _SIGNATURE.fullmatch(headers.get("x-slack-signature", "")) is not None
        and _TIMESTAMP.fullmatch(timestamp) is not None
        and abs(time.time() - int(timestamp)) <= _MAX_SIGNATURE_AGE_SECONDS + 1
    )


def _log_rejection(reason: str) -> None:
    fields = {"action": "slack.request_rejected", "reason": reason}
    logger.warning("slack.request_rejected", extra=fields)


def _map_server_error_to_bad_request(message: Message) -> Message:
    """Replace Bolt's status 500, which it sends only for a payload of a shape it does not know."""
    is_failure = message.get("status") == HTTPStatus.INTERNAL_SERVER_ERROR
    return {**message, "status": HTTPStatus.BAD_REQUEST.value} if is_failure else message


def _log_ignored_payload(payload: Payload) -> None:
    """Log an acknowledged payload without effect; a rate limit on our events is a warning."""
    is_throttled = payload.get("type") == "app_rate_limited"
    action = "slack.events_throttled" if is_throttled else "slack.payload_ignored"
    logger.log(logging.WARNING if is_throttled else logging.INFO, action, extra={"action": action})
