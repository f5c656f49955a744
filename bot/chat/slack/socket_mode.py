"""Socket Mode: receive payloads over a WebSocket connection that the bot opens."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.chat import json_body, request_body
from bot.chat.after_response import AfterResponse
from bot.chat.slack.inbound import payloads
from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.redacting_logging import redacting_logger
from bot.chat.slack.socket_backoff import SocketBackoff
from bot.chat.slack.socket_client import BackoffSocketModeClient


class SocketModeConnection:
    """Lifecycle of the Socket Mode client: needs an app-level token, and no public endpoint."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        api_client: ApiClient,
        after_response: AfterResponse,
        backoff: SocketBackoff | None = None,
    ) -> None:
        """Pass received payloads to *app*; no connection is opened yet."""
        self._backoff = backoff or SocketBackoff()
        self._app = app
        self._app_token = app_token
        self._api_client = api_client
        self._after_response = after_response
        self._handler: _SocketModeHandler | None = None
        self._connect_task: asyncio.Task[None] | None = None

    @property
    def is_connected(self) -> bool:
        """Whether the WebSocket session is open, so that payloads can be received."""
        session = self._handler.client.current_session if self._handler else None
        return session is not None and not session.closed

    async def start(self) -> None:
        """Start a background task that connects; the client reconnects after each disconnect."""
        web_client = self._api_client.create_client()
        web_client.session = self._api_client.get_session()
        client = BackoffSocketModeClient(
            self._app_token, redacting_logger(), web_client, web_client.proxy, ping_interval=10
        )
        client.backoff = self._backoff
        client.proxy = web_client.proxy  # the library reads the environment where it is empty
        self._handler = _SocketModeHandler(self._app, client, self._after_response)
        connect: Callable[[], Coroutine[None, None, None]] = self._handler.connect_async
        self._connect_task = asyncio.create_task(connect())

    async def stop(self) -> None:
        """Cancel the connecting task, and close the WebSocket session."""
        if self._handler is None or self._connect_task is None:
            return
        self._connect_task.cancel()
        with suppress(asyncio.CancelledError):
            await self._connect_task
        close: Callable[[], Awaitable[None]] = self._handler.close_async
        await close()


class _SocketModeHandler(AsyncSocketModeHandler):
    """Bolt's Socket Mode handler with the payload validation and task order of the guard."""

    def __init__(
        self, app: AsyncApp, client: BackoffSocketModeClient, after_response: AfterResponse
    ) -> None:
        """Register a listener on *client*; the superclass would construct another client."""
        self.app, self.client, self._after_response = app, client, after_response
        listeners: list[Any] = client.socket_mode_request_listeners
        listeners.append(self.handle)

    async def handle(  # type: ignore[override]  # Bolt narrows the client's type itself
        self, client: SocketModeClient, req: SocketModeRequest
    ) -> None:
        """Validate one payload and await Bolt; acknowledge and drop an invalid or unknown one."""
        try:
            json_body.check_depth(req.payload)
            req.payload = json_body.replace_unstorable(req.payload)
            kind = payloads.classify_payload(req.payload)
        except request_body.MalformedError:
            kind = None
        if kind is None:
            await client.send_socket_mode_response(SocketModeResponse(req.envelope_id))
            return
        async with self._after_response.defer_tasks_until_response():
            await super().handle(client, req)
