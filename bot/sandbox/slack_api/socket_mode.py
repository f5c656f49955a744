"""Socket Mode: the bot connects to the workspace, and payloads travel over that connection."""

import asyncio
import json
from collections.abc import Callable, Mapping
from uuid import uuid4

from aiohttp import WSMsgType, web

from bot.sandbox.slack_api.signed_requests import RESPONSE_TIMEOUT_SECONDS, BotResponse
from bot.sandbox.workspace.actions import TransportSelector
from bot.sandbox.workspace.personas import APP_ID
from bot.sandbox.workspace.workspace import Json


class SocketConnection:
    """One connection that the bot has opened: a carrier as good as HTTP."""

    def __init__(self, websocket: web.WebSocketResponse, read_timeout: Callable[[], float]) -> None:
        """Carry over *opened*."""
        self._websocket = websocket
        self._read_timeout = read_timeout
        self._pending_responses: dict[str, asyncio.Future[bytes]] = {}

    async def send_command(self, fields: Mapping[str, str]) -> BotResponse:
        """Carry a slash command."""
        return await self._send_envelope(
            "slash_commands", dict(fields), {"accepts_response_payload": True}
        )

    async def send_interaction(self, payload: Json) -> BotResponse:
        """Carry what a person did with a button, a form or a shortcut."""
        accepts = payload["type"] == "view_submission"
        return await self._send_envelope(
            "interactive", payload, {"accepts_response_payload": accepts}
        )

    async def send_event(self, payload: Json, attempt: int, retry_reason: str) -> BotResponse:
        """Carry an event, and say when it comes again."""
        again = {
            "retry_attempt": attempt,
            "retry_reason": retry_reason,
            "accepts_response_payload": False,
        }
        return await self._send_envelope("events_api", payload, again)

    async def receive_acknowledgements(self) -> None:
        """Take acknowledgements until the bot hangs up."""
        async for message in self._websocket:
            if message.type is WSMsgType.TEXT:
                self._resolve_acknowledgement(json.loads(message.data))

    async def close(self) -> None:
        """Hang up."""
        await self._websocket.close()

    def _resolve_acknowledgement(self, acknowledgement: Json) -> None:
        waiting = self._pending_responses.pop(str(acknowledgement.get("envelope_id")), None)
        if waiting is not None and not waiting.done():
            payload = acknowledgement.get("payload")
            waiting.set_result(json.dumps(payload).encode() if payload else b"")

    async def _send_envelope(
        self, envelope_type: str, payload: Json, extra_fields: Json
    ) -> BotResponse:
        envelope = str(uuid4())
        waiting = asyncio.get_running_loop().create_future()
        self._pending_responses[envelope] = waiting
        told = {"envelope_id": envelope, "type": envelope_type, "payload": payload, **extra_fields}
        try:
            await self._websocket.send_json(told)
            return BotResponse(200, await asyncio.wait_for(waiting, self._read_timeout()))
        except TimeoutError:
            return BotResponse(0, timed_out=True)
        except ConnectionError:
            return BotResponse(0)
        finally:
            self._pending_responses.pop(envelope, None)


class SocketModeServer:
    """Lets the bot connect; the newest connection carries whatever people do."""

    def __init__(self, transports: TransportSelector) -> None:
        """Give connections to *carry*."""
        self._transports = transports
        self._runner: web.AppRunner | None = None
        self._open_connections: set[SocketConnection] = set()
        self.timeout_seconds = RESPONSE_TIMEOUT_SECONDS

    async def get_connection_url(self) -> str:
        """Return where the bot may connect; listens from the first call on."""
        if self._runner is None:
            app = web.Application()
            app.router.add_get("/link", self._accept_connection)
            self._runner = web.AppRunner(app, shutdown_timeout=0.1)
            await self._runner.setup()
            await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port = self._runner.addresses[0][1]
        return f"ws://127.0.0.1:{port}/link?ticket={uuid4()}&app_id={APP_ID}"

    async def stop(self) -> None:
        """Hang up on everybody, and listen no more."""
        for one in list(self._open_connections):
            await one.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _accept_connection(self, request: web.Request) -> web.StreamResponse:
        opened = web.WebSocketResponse()
        await opened.prepare(request)
        hello = {"type": "hello", "num_connections": 1, "connection_info": {"app_id": APP_ID}}
        await opened.send_json(hello)
        socket = SocketConnection(opened, lambda: self.timeout_seconds)
        self._open_connections.add(socket)
        self._transports.socket_connection = socket
        try:
            await socket.receive_acknowledgements()
        finally:
            self._open_connections.discard(socket)
            self._transports.socket_connection = next(iter(self._open_connections), None)
        return opened
