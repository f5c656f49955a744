"""A fake bot with planned responses that records the payloads it receives."""

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
SIGNING_SECRET = "0badc0de" * 4


@dataclass
class FakeBot:
    """The recorded requests of a fake bot, and the queue of its planned responses.

    ``due_instants`` are those of its duties, in order. With an empty queue it acknowledges with
    ``status``. A float in the queue is a delay in seconds
    before an acknowledgement.
    """

    url: str = ""
    received_payloads: list[Json] = field(default_factory=list)
    received_headers: list[dict[str, str]] = field(default_factory=list)
    planned_answers: deque[web.Response | float] = field(default_factory=deque)
    clock_times: list[datetime] = field(default_factory=list)
    due_instants: list[datetime] = field(default_factory=list)
    status: int = 200

    def plan_answer(self, body: Any = None, status: int = 200) -> None:
        """Queue a response with a JSON or text body; ``None`` is an empty acknowledgement."""
        content = body if isinstance(body, str) else json.dumps(body)
        text = "" if body is None else content
        self.planned_answers.append(web.Response(text=text, status=status))

    async def handle_payload(self, request: web.Request) -> web.Response:
        """Record a payload and respond as planned; an invalid signature has the status 401."""
        body = await request.read()
        if not SignatureVerifier(SIGNING_SECRET).is_valid_request(body, dict(request.headers)):
            return web.Response(status=401)
        self.received_headers.append(
            {name.lower(): value for name, value in request.headers.items()}
        )
        self.received_payloads.append(_parse_payload(body))
        if not self.planned_answers:
            return web.Response(status=self.status)
        answer = self.planned_answers.popleft()
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            return web.Response()
        return answer

    async def handle_clock_move(self, request: web.Request) -> web.Response:
        """Move the clock forward, as the bot does in test mode; a move back has the status 400."""
        instant = datetime.fromisoformat((await request.json())["now"])
        is_valid = not self.clock_times or instant >= self.clock_times[-1]
        if is_valid:
            self.clock_times.append(instant)
        now = self.clock_times[-1]
        next_due = next((due.isoformat() for due in self.due_instants if due > now), None)
        body = {"ok": is_valid, "now": now.isoformat(), "next_due": next_due}
        return web.json_response(body, status=200 if is_valid else 400)

    def last_payload(self, kind: str) -> Json:
        """Return the last payload of a type; ``command`` selects slash commands."""
        return next(
            payload
            for payload in reversed(self.received_payloads)
            if payload.get("type", "command") == kind
        )


def _parse_payload(body: bytes) -> Json:
    if body.startswith(b"{"):
        payload: Json = json.loads(body)
        return payload
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return json.loads(form["payload"]) if "payload" in form else {**form}


@asynccontextmanager
async def run_fake_bot() -> AsyncIterator[FakeBot]:
    """Serve a new fake bot until the context exits."""
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
