"""A fake of Slack with a latency of 20 ms that enforces a rate limit for each workspace.

The workspace is in the person's id (``U<workspace>X<number>``), because one token serves all.
A limit per second admits a burst of half a second's messages.
"""

import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

import uvicorn

from tests.chat.slack.payloads import TEAM

LATENCY_SECONDS = 0.020

Json = dict[str, Any]
Send = Callable[[Json], Awaitable[None]]


class FakeSlackServer:
    """Records the posts with their times, and the posts refused by the rate limit."""

    def __init__(self, messages_per_second: float) -> None:
        """Limit each workspace to *messages_per_second*."""
        self._messages_per_second = messages_per_second
        self._burst_size = max(2.0, messages_per_second / 2)
        self._tokens_left: dict[str, tuple[float, float]] = {}
        self._post_counts: defaultdict[str, int] = defaultdict(int)
        self._posts_by_chat: defaultdict[str, list[str]] = defaultdict(list)
        self._first_post_at = self._last_post_at = 0.0
        self._refused_count = 0

    async def __call__(
        self, scope: Json, receive: Callable[[], Awaitable[Json]], send: Send
    ) -> None:
        """Answer one call, as an ASGI application."""
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            part = await receive()
            body += part.get("body", b"")
            more = part.get("more_body", False)
        method = scope["path"].rpartition("/")[2]
        arguments = _parse_arguments(body, scope)
        status, answer = await self._answer_call(method, arguments)
        headers = [(b"content-type", b"application/json")]
        if status != 200:
            headers.append((b"retry-after", b"1"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    async def _answer_call(self, method: str, arguments: Json) -> tuple[int, Json]:
        if method == "_figures":
            return 200, self._collect_figures()
        if method == "chat.postMessage":
            return await self._answer_post(arguments)
        if method == "conversations.history":
            messages = [
                {"metadata": {"event_payload": {"id": key}}}
                for key in self._posts_by_chat[arguments["channel"]]
            ]
            return 200, {"ok": True, "messages": messages}
        return 200, {"ok": True, "team_id": TEAM, "user": {"id": "U", "tz": "UTC"}}

    async def _answer_post(self, arguments: Json) -> tuple[int, Json]:
        now, person = time.monotonic(), arguments["channel"]
        if not self._take_token(person.partition("X")[0], now):
            self._refused_count += 1
            return 429, {"ok": False, "error": "ratelimited"}
        key = arguments["metadata"]["event_payload"]["id"]
        self._post_counts[key] += 1
        self._posts_by_chat[f"D{person[1:]}"].append(key)
        self._first_post_at, self._last_post_at = self._first_post_at or now, now
        await asyncio.sleep(LATENCY_SECONDS)
        return 200, {"ok": True, "channel": f"D{person[1:]}", "ts": "1.000001"}

    def _take_token(self, workspace: str, now: float) -> bool:
        tokens, refilled_at = self._tokens_left.get(workspace, (self._burst_size, now))
        tokens = min(self._burst_size, tokens + (now - refilled_at) * self._messages_per_second)
        self._tokens_left[workspace] = (tokens - 1 if tokens >= 1 else tokens, now)
        return tokens >= 1

    def _collect_figures(self) -> Json:
        return {
            "messages": len(self._post_counts),
            "twice": sum(count > 1 for count in self._post_counts.values()),
            "seconds": self._last_post_at - self._first_post_at,
            "refused": self._refused_count,
        }


def _parse_arguments(body: bytes, scope: Json) -> Json:
    kind = dict(scope["headers"]).get(b"content-type", b"")
    if b"json" in kind:
        return dict(json.loads(body))
    pairs = parse_qsl(body.decode()) + parse_qsl(scope["query_string"].decode())
    return {name: json.loads(value) if value[:1] in "{[" else value for name, value in pairs}


if __name__ == "__main__":
    uvicorn.run(
        FakeSlackServer(float(sys.argv[2])),
        port=int(sys.argv[1]),
        log_level="critical",
        access_log=False,
        lifespan="off",
    )
