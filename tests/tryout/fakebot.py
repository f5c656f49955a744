"""A bot that answers as a test tells it, and remembers what Slack's stand-in said."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.tryout import harness

Json = dict[str, Any]
SECRET = "made-up-signing-secret"


@dataclass
class FakeBot:
    """What it was told, and what it answers: ``answers`` in order, then bare acknowledgements."""

    url: str = ""
    heard: list[Json] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: deque[Response | float] = field(default_factory=deque)
    clock: list[datetime] = field(default_factory=list)
    status: int = 200

    def answer(self, body: Any = None, status: int = 200) -> None:
        """Answer the next payload so; ``None`` is a bare acknowledgement."""
        self.answers.append(Response(status_code=status) if body is None else _json(body, status))

    async def events(self, request: Request) -> Response:
        """Take one payload, if Slack's own library takes its signature."""
        body = await request.body()
        verifier = SignatureVerifier(SECRET)
        if not verifier.is_valid_request(body, dict(request.headers)):
            return Response(status_code=401)
        self.headers.append(dict(request.headers))
        self.heard.append(_read(body))
        told = self.answers.popleft() if self.answers else Response(status_code=self.status)
        if isinstance(told, float):
            await asyncio.sleep(told)
            return Response()
        return told

    async def moved(self, request: Request) -> Response:
        """Move its clock, as the bot does in test mode."""
        instant = datetime.fromisoformat((await request.json())["now"])
        if self.clock and instant < self.clock[-1]:
            return JSONResponse({"ok": False, "now": self.clock[-1].isoformat()}, 400)
        self.clock.append(instant)
        return JSONResponse({"ok": True, "now": instant.isoformat()})

    def last(self, kind: str) -> Json:
        """Return the last payload of a kind: ``command``, or Slack's own word."""
        kinds = (one for one in reversed(self.heard) if one.get("type", "command") == kind)
        return next(kinds)


def _json(body: Any, status: int) -> Response:
    return Response(body, status) if isinstance(body, str) else JSONResponse(body, status)


def _read(body: bytes) -> Json:
    if body.startswith(b"{"):
        told: Json = json.loads(body)
        return told
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return json.loads(form["payload"]) if "payload" in form else {**form}


@asynccontextmanager
async def running() -> AsyncIterator[FakeBot]:
    """Serve a fresh bot for as long as the context is open."""
    bot = FakeBot()
    app = Starlette(
        routes=[
            Route("/slack/events", bot.events, methods=["POST"]),
            Route("/_clock", bot.moved, methods=["POST"]),
        ]
    )
    listening = harness.listen()
    bot.url = harness.address(listening)
    async with harness.serving(app, listening):
        yield bot
