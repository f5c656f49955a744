"""Socket Mode server: the bot opens a WebSocket connection and receives payloads over it."""

import asyncio
import json
from collections.abc import Callable, Mapping
from uuid import uuid4

from aiohttp import WSMsgType, web

from bot.sandbox.slack_api.signed_requests import RESPONSE_TIMEOUT_SECONDS, BotResponse
from bot.sandbox.slack_api.transport_selector import TransportSelector
from bot.sandbox.workspace.personas import APP_ID
from bot.sandbox.workspace.workspace import Json


class SocketConnection:
    """A transport over one WebSocket connection that the bot has opened."""

    def __init__(
        self, websocket: web.WebSocketResponse, get_response_timeout: Callable[[], float]
    ) -> None:
        """Send over *websocket*.

        The response timeout in seconds is read again for every request, because it can change
        while the connection is open.
        """
        self._websocket = websocket
        self._get_response_timeout = get_response_timeout
        self._pending_responses: dict[str, asyncio.Future[bytes]] = {}

    async def send_command(self, fields: Mapping[str, str]) -> BotResponse:
        """Send a slash command and return the response."""
        return await self._send_envelope(
            "slash_commands", dict(fields), {"accepts_response_payload": True}
        )

    async def send_interaction(self, payload: Json) -> BotResponse:
        """Send the payload of a button, a form or a shortcut and return the response."""
        accepts_response = payload["type"] == "view_submission"
        return await self._send_envelope(
            "interactive", payload, {"accepts_response_payload": accepts_response}
        )

    async def send_event(self, payload: Json, attempt: int, retry_reason: str) -> BotResponse:
        """Send an event with its retry attempt and reason."""
        retry_fields = {
            "retry_attempt": attempt,
            "retry_reason": retry_reason,
            "accepts_response_payload": False,
        }
        return await self._send_envelope("events_api", payload, retry_fields)

    async def receive_acknowledgements(self) -> None:
        """Resolve pending responses by incoming acknowledgements until the connection closes."""
        async for message in self._websocket:
            if message.type is WSMsgType.TEXT:
                self._resolve_acknowledgement(json.loads(message.data))

    async def close(self) -> None:
        """Close the WebSocket connection."""
        await self._websocket.close()

    def _resolve_acknowledgement(self, acknowledgement: Json) -> None:
        future = self._pending_responses.pop(str(acknowledgement.get("envelope_id")), None)
        if future is not None and not future.done():
            payload = acknowledgement.get("payload")
            future.set_result(json.dumps(payload).encode() if payload else b"")

    async def _send_envelope(
        self, envelope_type: str, payload: Json, extra_fields: Json
    ) -> BotResponse:
        envelope_id = str(uuid4())
        future = asyncio.get_running_loop().create_future()
        self._pending_responses[envelope_id] = future
        envelope = {"envelope_id": envelope_id, "type": envelope_type, "payload": payload}
        try:
            await self._websocket.send_json(envelope | extra_fields)
            return BotResponse(200, await asyncio.wait_for(future, self._get_response_timeout()))
        except TimeoutError:
            return BotResponse(0, timed_out=True)
        except ConnectionError:
            return BotResponse(0)
        finally:
            self._pending_responses.pop(envelope_id, None)


class SocketModeServer:
    """Accepts WebSocket connections of the bot; the newest one is the active transport."""

    def __init__(
        self, transports: TransportSelector, timeout_seconds: float = RESPONSE_TIMEOUT_SECONDS
    ) -> None:
        """Register the active connection with *transports*."""
        self._transports = transports
        self._runner: web.AppRunner | None = None
        self._open_connections: set[SocketConnection] = set()
        self.timeout_seconds = timeout_seconds

    async def get_connection_url(self) -> str:
        """Return a WebSocket URL for the bot; the first call starts the server."""
        if self._runner is None:
            app = web.Application()
            app.router.add_get("/link", self._accept_connection)
            self._runner = web.AppRunner(app, shutdown_timeout=0.1)
            await self._runner.setup()
            await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port = self._runner.addresses[0][1]
        return f"ws://127.0.0.1:{port}/link?ticket={uuid4()}&app_id={APP_ID}"

    async def stop(self) -> None:
        """Close every connection and stop the server."""
        for connection in list(self._open_connections):
            await connection.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _accept_connection(self, request: web.Request) -> web.StreamResponse:
        websocket = web.WebSocketResponse()
        await websocket.prepare(request)
        hello = {"type": "hello", "num_connections": 1, "connection_info": {"app_id": APP_ID}}
        await websocket.send_json(hello)
        connection = SocketConnection(websocket, lambda: self.timeout_seconds)
        self._open_connections.add(connection)
        self._transports.socket_connection = connection
        try:
            await connection.receive_acknowledgements()
        finally:
            self._open_connections.discard(connection)
            self._transports.socket_connection = next(iter(self._open_connections), None)
        return websocket
