"""A stand-in for Slack's Web API on loopback: it answers as told, and remembers everything."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web


@dataclass(frozen=True)
class Call:
    """One call: the method (or ``response_url``), its arguments, and the token it came with."""

    method: str
    said: dict[str, Any]
    token: str = ""


@dataclass(frozen=True)
class Answer:
    """An answer that is not Slack's ordinary one.

    ``lost`` breaks the connection instead; ``slow`` seconds pass before anything is said.
    """

    body: dict[str, Any] | str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    lost: bool = False
    slow: float = 0.0


class WebApi:
    """Slack, as far as the bot calls it. ``told`` holds what a method answers instead of ok."""

    def __init__(self) -> None:
        """Begin with nobody having called."""
        self.calls: list[Call] = []
        self.order: list[str] = []
        self.told: dict[str, Answer | list[Answer]] = {}
        self.sockets: list[web.WebSocketResponse] = []
        self.heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.wired = asyncio.Event()
        self.address = ""

    @property
    def url(self) -> str:
        """The Web API's base."""
        return f"http://{self.address}/api/"

    @property
    def response_url(self) -> str:
        """Where private answers are taken."""
        return f"http://{self.address}/response/1"

    def methods(self) -> list[str]:
        """Return the methods called so far, in order."""
        return [call.method for call in self.calls]

    def last(self, method: str) -> dict[str, Any]:
        """Return what the last call of *method* said."""
        return next(call.said for call in reversed(self.calls) if call.method == method)

    def refuse(
        self, method: str, error: str, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        """Let *method* answer with one of Slack's error codes from now on."""
        self.told[method] = Answer({"ok": False, "error": error}, status, headers or {})

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Take one call."""
        method = request.match_info.get("method", "response_url")
        said = await _arguments(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.calls.append(Call(method, said, token))
        self.order.append(method)
        told = self.told.get(method)
        if isinstance(told, list):
            told = told.pop(0) if told else None
        return await self._answer(request, method, said, told)

    async def _answer(
        self, request: web.Request, method: str, said: dict[str, Any], told: Answer | None
    ) -> web.StreamResponse:
        if told is None:
            return web.json_response({"ok": True, **self._ordinary(method, said)})
        await asyncio.sleep(told.slow)
        if told.lost:
            assert request.transport
            request.transport.close()
        if isinstance(told.body, str):
            return web.Response(text=told.body, status=told.status, headers=told.headers)
        return web.json_response(told.body, status=told.status, headers=told.headers)

    def _ordinary(self, method: str, said: dict[str, Any]) -> dict[str, Any]:
        ordinary: dict[str, dict[str, Any]] = {
            "chat.postMessage": {
                "channel": "D1" if said.get("channel", "")[:1] == "U" else "C1",
                "ts": "7.1",
            },
            "views.open": {"view": {"id": "V1", "hash": "h"}},
            "conversations.open": {"channel": {"id": "D1"}},
            "conversations.history": {"messages": []},
            "apps.connections.open": {"url": f"ws://{self.address}/socket"},
        }
        return ordinary.get(method, {})

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """Speak Socket Mode: greet, then remember what is acknowledged."""
        opened = web.WebSocketResponse()
        await opened.prepare(request)
        self.sockets.append(opened)
        self.wired.set()
        await opened.send_json({"type": "hello", "num_connections": 1})
        async for message in opened:
            if message.type is WSMsgType.TEXT:
                self.order.append("answered")
                await self.heard.put(json.loads(message.data))
        return opened


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    found = {**request.query, **{key: str(value) for key, value in (await request.post()).items()}}
    return {key: _value(value) for key, value in found.items()}


def _value(said: str) -> Any:
    try:
        return json.loads(said) if said[:1] in "[{" else said
    except ValueError:
        return said


@asynccontextmanager
async def running() -> AsyncIterator[WebApi]:
    """Serve a fresh stand-in for as long as the block runs."""
    api = WebApi()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", api.handle)
    app.router.add_post("/response/{id}", api.handle)
    app.router.add_get("/socket", api.socket)
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
