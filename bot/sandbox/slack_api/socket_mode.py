"""Socket Mode: the bot connects to the workspace, and payloads travel over that connection."""

import asyncio
import json
from collections.abc import Callable, Mapping
from uuid import uuid4

from aiohttp import WSMsgType, web

from bot.sandbox.slack_api.signed_requests import PATIENCE, Answered
from bot.sandbox.workspace.actions import Carry
from bot.sandbox.workspace.personas import APP
from bot.sandbox.workspace.workspace import Json


class Socket:
    """One connection that the bot has opened: a carrier as good as HTTP."""

    def __init__(self, opened: web.WebSocketResponse, patience: Callable[[], float]) -> None:
        """Carry over *opened*."""
        self._opened = opened
        self._patience = patience
        self._waiting: dict[str, asyncio.Future[bytes]] = {}

    async def command(self, fields: Mapping[str, str]) -> Answered:
        """Carry a slash command."""
        return await self._carry("slash_commands", dict(fields), {"accepts_response_payload": True})

    async def interaction(self, payload: Json) -> Answered:
        """Carry what a person did with a button, a form or a shortcut."""
        accepts = payload["type"] == "view_submission"
        return await self._carry("interactive", payload, {"accepts_response_payload": accepts})

    async def event(self, payload: Json, attempt: int, reason: str) -> Answered:
        """Carry an event, and say when it comes again."""
        again = {
            "retry_attempt": attempt,
            "retry_reason": reason,
            "accepts_response_payload": False,
        }
        return await self._carry("events_api", payload, again)

    async def listen(self) -> None:
        """Take acknowledgements until the bot hangs up."""
        async for message in self._opened:
            if message.type is WSMsgType.TEXT:
                self._acknowledged(json.loads(message.data))

    async def close(self) -> None:
        """Hang up."""
        await self._opened.close()

    def _acknowledged(self, told: Json) -> None:
        waiting = self._waiting.pop(str(told.get("envelope_id")), None)
        if waiting is not None and not waiting.done():
            payload = told.get("payload")
            waiting.set_result(json.dumps(payload).encode() if payload else b"")

    async def _carry(self, kind: str, payload: Json, more: Json) -> Answered:
        envelope = str(uuid4())
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[envelope] = waiting
        told = {"envelope_id": envelope, "type": kind, "payload": payload, **more}
        try:
            await self._opened.send_json(told)
            return Answered(200, await asyncio.wait_for(waiting, self._patience()))
        except TimeoutError:
            return Answered(0, late=True)
        except ConnectionError:
            return Answered(0)
        finally:
            self._waiting.pop(envelope, None)


class Sockets:
    """Lets the bot connect; the newest connection carries whatever people do."""

    def __init__(self, carry: Carry) -> None:
        """Give connections to *carry*."""
        self._carry = carry
        self._runner: web.AppRunner | None = None
        self._open: set[Socket] = set()
        self.patience = PATIENCE

    async def address(self) -> str:
        """Return where the bot may connect; listens from the first call on."""
        if self._runner is None:
            app = web.Application()
            app.router.add_get("/link", self._connected)
            self._runner = web.AppRunner(app, shutdown_timeout=0.1)
            await self._runner.setup()
            await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port = self._runner.addresses[0][1]
        return f"ws://127.0.0.1:{port}/link?ticket={uuid4()}&app_id={APP}"

    async def stop(self) -> None:
        """Hang up on everybody, and listen no more."""
        for one in list(self._open):
            await one.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _connected(self, request: web.Request) -> web.StreamResponse:
        opened = web.WebSocketResponse()
        await opened.prepare(request)
        hello = {"type": "hello", "num_connections": 1, "connection_info": {"app_id": APP}}
        await opened.send_json(hello)
        socket = Socket(opened, lambda: self.patience)
        self._open.add(socket)
        self._carry.socket = socket
        try:
            await socket.listen()
        finally:
            self._open.discard(socket)
            self._carry.socket = next(iter(self._open), None)
        return opened
