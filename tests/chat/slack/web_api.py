"""A stand-in for Slack's Web API on loopback: it answers as told, and remembers everything."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web


@dataclass(frozen=True)
class ApiCall:
    """One call: the method (or ``response_url``), its arguments, and the token it came with."""

    method: str
    arguments: dict[str, Any]
    token: str = ""


@dataclass(frozen=True)
class PlannedAnswer:
    """An answer that is not Slack's ordinary one.

    ``lost`` breaks the connection instead; ``slow`` seconds pass before anything is said.
    """

    body: dict[str, Any] | str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drops_connection: bool = False
    delay_seconds: float = 0.0


class FakeWebApi:
    """Slack, as far as the bot calls it. ``told`` holds what a method answers instead of ok."""

    def __init__(self) -> None:
        """Begin with nobody having called."""
        self.calls: list[ApiCall] = []
        self.event_order: list[str] = []
        self.planned_answers: dict[str, PlannedAnswer | list[PlannedAnswer]] = {}
        self.sockets: list[web.WebSocketResponse] = []
        self.acknowledgements: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.socket_connected = asyncio.Event()
        self.address = ""

    @property
    def url(self) -> str:
        """The Web API's base."""
        return f"http://{self.address}/api/"

    @property
    def response_url(self) -> str:
        """Where private answers are taken."""
        return f"http://{self.address}/response/1"

    def called_methods(self) -> list[str]:
        """Return the methods called so far, in order."""
        return [call.method for call in self.calls]

    def last_arguments(self, method: str) -> dict[str, Any]:
        """Return what the last call of *method* said."""
        return next(call.arguments for call in reversed(self.calls) if call.method == method)

    def plan_error(
        self, method: str, error: str, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        """Let *method* answer with one of Slack's error codes from now on."""
        self.planned_answers[method] = PlannedAnswer(
            {"ok": False, "error": error}, status, headers or {}
        )

    async def handle_call(self, request: web.Request) -> web.StreamResponse:
        """Take one call."""
        method = request.match_info.get("method", "response_url")
        said = await _parse_arguments(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.calls.append(ApiCall(method, said, token))
        self.event_order.append(method)
        told = self.planned_answers.get(method)
        if isinstance(told, list):
            told = told.pop(0) if told else None
        return await self._send_answer(request, method, said, told)

    async def _send_answer(
        self,
        request: web.Request,
        method: str,
        arguments: dict[str, Any],
        planned_answer: PlannedAnswer | None,
    ) -> web.StreamResponse:
        if planned_answer is None:
            return web.json_response({"ok": True, **self._default_answer(method, arguments)})
        await asyncio.sleep(planned_answer.delay_seconds)
        if planned_answer.drops_connection:
            assert request.transport
            request.transport.close()
        if isinstance(planned_answer.body, str):
            return web.Response(
                text=planned_answer.body,
                status=planned_answer.status,
                headers=planned_answer.headers,
            )
        return web.json_response(
            planned_answer.body, status=planned_answer.status, headers=planned_answer.headers
        )

    def _default_answer(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        ordinary: dict[str, dict[str, Any]] = {
            "chat.postMessage": {
                "channel": "D1" if arguments.get("channel", "")[:1] == "U" else "C1",
                "ts": "7.1",
            },
            "views.open": {"view": {"id": "V1", "hash": "h"}},
            "conversations.open": {"channel": {"id": "D1"}},
            "conversations.history": {"messages": []},
            "apps.connections.open": {"url": f"ws://{self.address}/socket"},
        }
        return ordinary.get(method, {})

    async def handle_socket(self, request: web.Request) -> web.StreamResponse:
        """Speak Socket Mode: greet, then remember what is acknowledged."""
        opened = web.WebSocketResponse()
        await opened.prepare(request)
        self.sockets.append(opened)
        self.socket_connected.set()
        await opened.send_json({"type": "hello", "num_connections": 1})
        async for message in opened:
            if message.type is WSMsgType.TEXT:
                self.event_order.append("answered")
                await self.acknowledgements.put(json.loads(message.data))
        return opened


async def _parse_arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    found = {**request.query, **{key: str(value) for key, value in (await request.post()).items()}}
    return {key: _decode_value(value) for key, value in found.items()}


def _decode_value(text: str) -> Any:
    try:
        return json.loads(text) if text[:1] in "[{" else text
    except ValueError:
        return text


@asynccontextmanager
async def run_web_api() -> AsyncIterator[FakeWebApi]:
    """Serve a fresh stand-in for as long as the block runs."""
    api = FakeWebApi()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", api.handle_call)
    app.router.add_post("/response/{id}", api.handle_call)
    app.router.add_get("/socket", api.handle_socket)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    api.address = f"127.0.0.1:{port}"
    try:
        yield api
    finally:
        for one in api.sockets:
            await one.close()
        await runner.cleanup()
