"""A fake Slack Web API on loopback, with planned responses and a record of all calls."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.chat.slack import payloads


@dataclass(frozen=True)
class ApiCall:
    """One call: the method (or ``response_url``), its arguments, and its token."""

    method: str
    arguments: dict[str, Any]
    token: str = ""


@dataclass(frozen=True)
class PlannedAnswer:
    """A response in the place of Slack's ordinary one.

    ``drops_connection`` closes the connection instead; the response is sent after
    ``delay_seconds``.
    """

    body: dict[str, Any] | str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drops_connection: bool = False
    delay_seconds: float = 0.0


class FakeWebApi:
    """Server of Slack's methods that the bot calls; ``planned_answers`` are by method.

    Without a planned answer ``auth.test`` names the workspace ``team_id`` and is not recorded: the
    bot calls it in the background when it starts.
    """

    team_id = payloads.TEAM

    def __init__(self) -> None:
        """Create a server without recorded calls."""
        self.calls: list[ApiCall] = []
        self.event_order: list[str] = []
        self.planned_answers: dict[str, PlannedAnswer | list[PlannedAnswer]] = {}
        self.sockets: list[web.WebSocketResponse] = []
        self.acknowledgements: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.socket_connected = asyncio.Event()
        self.address = ""

    @property
    def url(self) -> str:
        """The base URL of the Web API."""
        return f"http://{self.address}/api/"

    @property
    def response_url(self) -> str:
        """The URL that accepts ephemeral messages."""
        return f"http://{self.address}/response/1"

    def called_methods(self) -> list[str]:
        """Return the methods of all calls, in order."""
        return [call.method for call in self.calls]

    def last_arguments(self, method: str) -> dict[str, Any]:
        """Return the arguments of the last call of *method*."""
        return next(call.arguments for call in reversed(self.calls) if call.method == method)

    def plan_error(
        self, method: str, error: str, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        """Respond to *method* with one of Slack's error codes from now on."""
        self.planned_answers[method] = PlannedAnswer(
            {"ok": False, "error": error}, status, headers or {}
        )

    async def handle_call(self, request: web.Request) -> web.StreamResponse:
        """Record one call and send its response."""
        method = request.match_info.get("method", "response_url")
        arguments = await _parse_arguments(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if method == "auth.test" and method not in self.planned_answers:
            return web.json_response({"ok": True, "team_id": self.team_id})
        self.calls.append(ApiCall(method, arguments, token))
        self.event_order.append(method)
        planned_answer = self.planned_answers.get(method)
        if isinstance(planned_answer, list):
            planned_answer = planned_answer.pop(0) if planned_answer else None
        return await self._send_answer(request, method, arguments, planned_answer)

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
        answers: dict[str, dict[str, Any]] = {
            "chat.postMessage": {
                "channel": "D1" if arguments.get("channel", "")[:1] == "U" else "C1",
                "ts": "7.1",
            },
            "views.open": {"view": {"id": "V1", "hash": "h"}},
            "conversations.open": {"channel": {"id": "D1"}},
            "conversations.history": {"messages": []},
            "apps.connections.open": {"url": f"ws://{self.address}/socket"},
        }
        return answers.get(method, {})

    async def handle_socket(self, request: web.Request) -> web.StreamResponse:
        """Serve a Socket Mode connection, and record its acknowledgements."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        self.socket_connected.set()
        await socket.send_json({"type": "hello", "num_connections": 1})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.event_order.append("answered")
                await self.acknowledgements.put(json.loads(message.data))
        return socket


async def _parse_arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    fields = {**request.query, **{key: str(value) for key, value in (await request.post()).items()}}
    return {key: _decode_value(value) for key, value in fields.items()}


def _decode_value(text: str) -> Any:
    try:
        return json.loads(text) if text[:1] in "[{" else text
    except ValueError:
        return text


@asynccontextmanager
async def run_web_api() -> AsyncIterator[FakeWebApi]:
    """Run a new server for as long as the block runs."""
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
        for socket in api.sockets:
            await socket.close()
        await runner.cleanup()
