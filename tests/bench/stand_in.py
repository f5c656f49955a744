"""A stand-in for Slack that is quick, takes 20 ms, and keeps each workspace to its limit.

The workspace is in the person's id (``U<workspace>X<number>``), as one token speaks for all.
A limit of so many a second lets half a second's worth through at once.
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

LATENCY_SECONDS = 0.020

Json = dict[str, Any]
Send = Callable[[Json], Awaitable[None]]


class FakeSlackServer:
    """What was posted, when, and how often a workspace was told to wait."""

    def __init__(self, messages_per_second: float) -> None:
        """Keep each workspace to *a_second*."""
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
        said = _parse_arguments(body, scope)
        status, told = await self._answer_call(method, said)
        headers = [(b"content-type", b"application/json")]
        if status != 200:
            headers.append((b"retry-after", b"1"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(told).encode()})

    async def _answer_call(self, method: str, arguments: Json) -> tuple[int, Json]:
        if method == "_figures":
            return 200, self._collect_figures()
        if method == "chat.postMessage":
            return await self._answer_post(arguments)
        if method == "conversations.history":
            found = [
                {"metadata": {"event_payload": {"id": one}}}
                for one in self._posts_by_chat[arguments["channel"]]
            ]
            return 200, {"ok": True, "messages": found}
        return 200, {"ok": True, "team_id": "T0", "user": {"id": "U", "tz": "UTC"}}

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
        left, at = self._tokens_left.get(workspace, (self._burst_size, now))
        left = min(self._burst_size, left + (now - at) * self._messages_per_second)
        self._tokens_left[workspace] = (left - 1 if left >= 1 else left, now)
        return left >= 1

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
    told = parse_qsl(body.decode()) + parse_qsl(scope["query_string"].decode())
    return {name: json.loads(value) if value[:1] in "{[" else value for name, value in told}


if __name__ == "__main__":
    uvicorn.run(
        FakeSlackServer(float(sys.argv[2])),
        port=int(sys.argv[1]),
        log_level="critical",
        access_log=False,
        lifespan="off",
    )
