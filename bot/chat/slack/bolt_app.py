"""Bolt application with one catch-all listener for each kind of payload."""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import cast

from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from starlette.types import ASGIApp

from bot.chat import padding
from bot.chat.request_body import Payload
from bot.chat.slack.dispatcher import Dispatcher, EventNotStoredError
from bot.chat.slack.inbound.payloads import PayloadKind
from bot.chat.slack.outbound.ack_body import Body
from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.redacting_logging import bolt_logger

ENDPOINT_PATH = "/slack/events"
"""URL path of the endpoint to which Slack sends every request."""

_MATCH_ALL = re.compile("")
"""Matches every command, action id, callback id and event type."""

_JSON_TYPE = "application/json;charset=utf-8"
"""The content type that Bolt sends for a JSON body."""

Listener = Callable[[Payload], Awaitable[BoltResponse]]


def build_bolt_app(
    dispatcher: Dispatcher, api_client: ApiClient, *, pads_responses: bool
) -> AsyncApp:
    """Return a Bolt app that passes every payload to *dispatcher*.

    With *pads_responses* the responses to form submissions all have one size.

    ``process_before_response`` removes Bolt's delay of 10 ms for each response. One catch-all
    listener per kind makes routing independent of the number of handlers, and leaves no payload
    without a response. The guard has verified the signature, so Bolt's verification is off, and
    authorization calls no API. Bolt sets the level of the logger that has its app's name, which
    therefore must not be a logger of this project.
    """
    app = AsyncApp(
        name="slack_bolt.app",
        logger=bolt_logger(),
        client=api_client.create_client(),
        authorize=_authorize,
        process_before_response=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        ignoring_self_events_enabled=False,
        attaching_function_token_enabled=False,
    )
    app.command(_MATCH_ALL)(_build_listener(dispatcher, PayloadKind.COMMAND))
    app.action(_MATCH_ALL)(_build_listener(dispatcher, PayloadKind.ACTION))
    app.view(_MATCH_ALL)(
        _build_listener(dispatcher, PayloadKind.SUBMISSION, pads_responses=pads_responses)
    )
    app.view_closed(_MATCH_ALL)(_build_listener(dispatcher, PayloadKind.CLOSED))
    app.shortcut(_MATCH_ALL)(_build_listener(dispatcher, PayloadKind.SHORTCUT))
    app.event(_MATCH_ALL)(_build_listener(dispatcher, PayloadKind.EVENT))
    return app


def build_asgi_app(app: AsyncApp) -> ASGIApp:
    """Return Bolt's ASGI adapter; the guard wraps it as a middleware."""
    return cast("ASGIApp", AsyncSlackRequestHandler(app, ENDPOINT_PATH))


def _build_listener(
    dispatcher: Dispatcher, kind: PayloadKind, *, pads_responses: bool = False
) -> Listener:
    """Return the listener for *kind*; its status 503, or no acknowledgement, makes Slack retry."""

    async def handle_payload(body: Payload) -> BoltResponse:
        try:
            response_body: Body = await dispatcher.dispatch_payload(kind, body)
        except EventNotStoredError:
            return BoltResponse(status=HTTPStatus.SERVICE_UNAVAILABLE, body="")
        if pads_responses:
            return _build_padded_response(response_body)
        return BoltResponse(status=200, body=response_body or "")

    return handle_payload


def _build_padded_response(body: Body) -> BoltResponse:
    """Return the response to a form submission, in one size and with the same headers for each.

    An empty body would be the only one of its size. It closes the open view, which is what
    ``clear`` does, since the bot never opens a second view above the first.
    """
    return BoltResponse(
        status=200,
        body=padding.serialize_padded(body or {"response_action": "clear"}),
        headers={"content-type": _JSON_TYPE, **padding.NO_TRANSFORM_HEADERS},
    )


async def _authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    """Authorize without a call to Slack: the verified signature identifies the sender."""
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)
