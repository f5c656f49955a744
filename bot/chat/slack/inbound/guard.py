"""Stands before everything else at Slack's door: no unproven byte gets past it."""

import json
import logging
from http import HTTPStatus

from slack_sdk.signature import SignatureVerifier
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.chat import request_body
from bot.chat.after_response import AfterResponse
from bot.chat.request_body import Payload
from bot.chat.slack.inbound import payloads
from bot.logs import log_error

logger = logging.getLogger("attune.slack")

MAX_BODY_BYTES = 1024 * 1024
"""Slack's own payloads stay far below; anything larger is not read to its end."""


class Guard:
    """Lets only Slack's own, well-formed requests through, and quotes none in any log.

    Unsigned, forged, stale or undecodable requests get 401, a body too large 413, a proven
    body of a wrong shape 400. A proven payload of a kind unknown here is acknowledged with
    200 and has no effect. Signatures are checked on the raw bytes and by the real clock.
    """

    def __init__(self, app: ASGIApp, signing_secret: str, after_response: AfterResponse) -> None:
        """Guard *app*, which is handed each payload as JSON, and nothing of its headers."""
        self._app = app
        self._verifier = SignatureVerifier(signing_secret)
        self._after_response = after_response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["method"] != "POST":
            await request_body.send_response(send, HTTPStatus.METHOD_NOT_ALLOWED)
            return
        try:
            body = await request_body.read_body(scope, receive, MAX_BODY_BYTES)
        except request_body.TooLargeError:
            await request_body.send_response(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        if self._has_valid_signature(scope, body):
            await self._handle_verified_body(scope, body, send)
        else:
            _log_rejection("unproven")
            await request_body.send_response(send, HTTPStatus.UNAUTHORIZED)

    def _has_valid_signature(self, scope: Scope, body: bytes) -> bool:
        """Whether the body bears Slack's signature; odd headers and bytes are no proof."""
        try:
            return self._verifier.is_valid(
                body,
                request_body.get_header(scope, b"x-slack-request-timestamp"),
                request_body.get_header(scope, b"x-slack-signature"),
            )
        except (ValueError, TypeError, OverflowError):
            return False

    async def _handle_verified_body(self, scope: Scope, body: bytes, send: Send) -> None:
        try:
            payload = payloads.parse_payload(body, request_body.get_header(scope, b"content-type"))
            known = payloads.classify_payload(payload)
        except request_body.MalformedError:
            _log_rejection("malformed")
            await request_body.send_response(send, HTTPStatus.BAD_REQUEST)
            return
        if payload.get("type") == "url_verification":
            challenge = str(payload.get("challenge", ""))
            await request_body.send_response(
                send, HTTPStatus.OK, json.dumps({"challenge": challenge})
            )
        elif known is None:
            _log_ignored_payload(payload)
            await request_body.send_response(send, HTTPStatus.OK)
        else:
            await self._forward_payload(scope, payload, send)

    async def _forward_payload(self, scope: Scope, payload: Payload, send: Send) -> None:
        """Hand the payload on in one shape; what breaks inside before an answer is a 400.

        Bolt reads a form again by its own lights (a command whose words contain "payload"
        came out empty) and obeys headers that no signature covers, so it gets neither.
        """
        body = json.dumps(payload).encode()
        plain = {**scope, "headers": [(b"content-type", b"application/json")], "query_string": b""}
        answered = False

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def tracked_send(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        async with self._after_response.response_pending():
            try:
                await self._app(plain, receive, tracked_send)
            except Exception as error:  # noqa: BLE001 - a shape that only Bolt stumbles over
                log_error(logger, "slack.unreadable", error)
                if not answered:
                    await request_body.send_response(send, HTTPStatus.BAD_REQUEST)


def _log_rejection(reason: str) -> None:
    logger.warning("slack.refused", extra={"action": "slack.refused", "why": reason})


def _log_ignored_payload(payload: Payload) -> None:
    """Say that something was acknowledged; Slack throttling our events is worth a warning."""
    throttled = payload.get("type") == "app_rate_limited"
    action = "slack.events_throttled" if throttled else "slack.passed_over"
    logger.log(logging.WARNING if throttled else logging.INFO, action, extra={"action": action})
