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

from aiohttp import web
from slack_sdk.signature import SignatureVerifier

Json = dict[str, Any]
SIGNING_SECRET = "made-up-signing-secret"


@dataclass
class FakeBot:
    """What it was told, and what it answers: ``answers`` in order, then bare acknowledgements.

    A number among the answers is how many seconds it takes over an acknowledgement.
    """

    url: str = ""
    received_payloads: list[Json] = field(default_factory=list)
    received_headers: list[dict[str, str]] = field(default_factory=list)
    planned_answers: deque[web.Response | float] = field(default_factory=deque)
    clock_times: list[datetime] = field(default_factory=list)
    status: int = 200

    def plan_answer(self, body: Any = None, status: int = 200) -> None:
        """Answer the next payload so; ``None`` is a bare acknowledgement."""
        written = body if isinstance(body, str) else json.dumps(body)
        text = "" if body is None else written
        self.planned_answers.append(web.Response(text=text, status=status))

    async def handle_payload(self, request: web.Request) -> web.Response:
        """Take one payload, if Slack's own library takes its signature."""
        body = await request.read()
        if not SignatureVerifier(SIGNING_SECRET).is_valid_request(body, dict(request.headers)):
            return web.Response(status=401)
        self.received_headers.append(
            {name.lower(): value for name, value in request.headers.items()}
        )
        self.received_payloads.append(_parse_payload(body))
        told = (
            self.planned_answers.popleft()
            if self.planned_answers
            else web.Response(status=self.status)
        )
        if isinstance(told, float):
            await asyncio.sleep(told)
            return web.Response()
        return told

    async def handle_clock_move(self, request: web.Request) -> web.Response:
        """Move its clock, as the bot does in test mode."""
        instant = datetime.fromisoformat((await request.json())["now"])
        if self.clock_times and instant < self.clock_times[-1]:
            told = {"ok": False, "now": self.clock_times[-1].isoformat()}
            return web.json_response(told, status=400)
        self.clock_times.append(instant)
        return web.json_response({"ok": True, "now": instant.isoformat()})

    def last_payload(self, kind: str) -> Json:
        """Return the last payload of a kind: ``command``, or Slack's own word."""
        kinds = (
            one for one in reversed(self.received_payloads) if one.get("type", "command") == kind
        )
        return next(kinds)


def _parse_payload(body: bytes) -> Json:
    if body.startswith(b"{"):
        told: Json = json.loads(body)
        return told
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return json.loads(form["payload"]) if "payload" in form else {**form}


@asynccontextmanager
async def run_fake_bot() -> AsyncIterator[FakeBot]:
    """Serve a fresh bot for as long as the context is open."""
    bot = FakeBot()
    app = web.Application()
    app.router.add_post("/slack/events", bot.handle_payload)
    app.router.add_post("/_clock", bot.handle_clock_move)
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    bot.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield bot
    finally:
        await runner.cleanup()
