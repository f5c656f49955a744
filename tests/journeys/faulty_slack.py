"""A fake Slack that holds or fails requests, for tests that kill the bot.

The point of a crash is chosen here: the fake holds a request, and the test kills the process
that waits for the response. The bot has no code for these tests.
"""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from tests.journeys.stdlib_slack import WORKSPACE

Json = dict[str, Any]
PAGE = b"<html><body>Service unavailable</body></html>"
HoldPoint = Literal["", "before_commit", "after_commit"]


@dataclass(frozen=True)
class SlackFailure:
    """A failure of a call: its response, and whether the call takes effect all the same.

    ``takes_effect`` applies after ``delay_seconds``; an ``error`` of ``None`` closes the connection
    without a response. ``is_page`` answers with HTML in the place of JSON.
    """

    status: int = 200
    error: str | None = ""
    takes_effect: bool = False
    delay_seconds: float = 0.0
    retry_after_seconds: int = 0
    is_page: bool = False


@dataclass
class FaultySlack:
    """Every posted message by delivery id, and the point at which the next post is held.

    ``is_history_granted`` is whether the workspaces grant the bot access to its own private chats.
    A post is answered after ``answer_delay_seconds``; ``planned_failures`` apply to the next calls
    of a method, one each, and ``outage`` to every call until it is removed. ``calls`` are the
    methods and arguments of all calls, ``tokens`` the tokens of the posts, ``opened_views`` the
    arguments of each form that was opened, all in order. ``socket_url`` is where Socket Mode
    connects to.
    """

    is_history_granted: bool = True
    answer_delay_seconds: float = 0.0
    chats_by_delivery: defaultdict[str, list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    call_counts: Counter[str] = field(default_factory=Counter)
    planned_failures: defaultdict[str, list[SlackFailure]] = field(
        default_factory=lambda: defaultdict(list)
    )
    outage: SlackFailure | None = None
    calls: list[tuple[str, Json]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    opened_views: list[Json] = field(default_factory=list)
    api_url: str = ""
    socket_url: str = ""
    hold_point: HoldPoint = ""
    post_held: Event = field(default_factory=Event)
    post_released: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def hold_next_post(self, point: HoldPoint) -> None:
        """Hold the next post: before it takes effect, or after that and before the response."""
        self.post_held.clear()
        self.post_released.clear()
        self.hold_point = point

    def release_held_post(self) -> None:
        """End the held posts without a response, and hold no more."""
        self.hold_point = ""
        self.post_released.set()

    def posted_counts(self) -> Counter[tuple[str, str]]:
        """Return how often each message took effect, by its id and its chat."""
        with self.lock:
            return Counter(
                (key, chat) for key, chats in self.chats_by_delivery.items() for chat in chats
            )

    def plan_failures(self, method: str, failure: SlackFailure, times: int = 1) -> None:
        """Apply *failure* to the next calls of *method*."""
        self.planned_failures[method].extend([failure] * times)

    def next_failure(self, method: str) -> SlackFailure | None:
        """Return the failure that applies to this call, if any."""
        with self.lock:
            failures = self.planned_failures[method]
            return failures.pop(0) if failures else self.outage

    def answer_with_failure(self, failure: SlackFailure, arguments: Json) -> Json | None:
        """Answer a call that fails as planned."""
        time.sleep(failure.delay_seconds)
        if failure.takes_effect:
            with self.lock:
                self._record_post(arguments)
        return None if failure.error is None else {"ok": False, "error": failure.error}

    def answer_call(self, method: str, arguments: Json) -> Json | None:
        """Answer one call; ``None`` closes the connection without a response."""
        if method == "chat.postMessage":
            return self._answer_post(arguments)
        if method == "views.open":
            self.opened_views.append(arguments)
        if method == "apps.connections.open":
            return {"ok": True, "url": self.socket_url}
        if method.startswith("conversations."):
            return self._answer_conversation(method, arguments)
        user = {"id": arguments.get("user", "U"), "tz": "America/Toronto"}
        return {"ok": True, "team_id": WORKSPACE, "user": user}

    def _answer_post(self, arguments: Json) -> Json | None:
        with self.lock:
            point, self.hold_point = self.hold_point, ""
            if point != "before_commit":
                self._record_post(arguments)
        if point:
            self.post_held.set()
            self.post_released.wait(300)
            return None
        time.sleep(self.answer_delay_seconds)
        return {"ok": True, "channel": _chat_id(arguments["channel"]), "ts": "1.000001"}

    def _record_post(self, arguments: Json) -> None:
        key = arguments["metadata"]["event_payload"]["id"]
        self.chats_by_delivery[key].append(_chat_id(arguments["channel"]))

    def _answer_conversation(self, method: str, arguments: Json) -> Json:
        if not self.is_history_granted or arguments.get("channel", "D")[:1] != "D":
            return {"ok": False, "error": "missing_scope"}
        if method == "conversations.open":
            return {"ok": True, "channel": {"id": _chat_id(arguments["users"])}}
        with self.lock:
            keys = [
                key
                for key, chats in self.chats_by_delivery.items()
                if arguments["channel"] in chats
            ]
        messages = [{"metadata": {"event_payload": {"id": key}}} for key in keys]
        return {"ok": True, "messages": messages}


def _chat_id(channel: str) -> str:
    return f"D{channel[1:]}" if channel[:1] == "U" else channel


@contextmanager
def run_faulty_slack(*, is_history_granted: bool = True) -> Iterator[FaultySlack]:
    """Run the fake on a free loopback port for as long as the context is open."""
    slack = FaultySlack(is_history_granted=is_history_granted)
    server = _QuietServer(("127.0.0.1", 0), _build_handler_class(slack))
    slack.api_url = f"http://127.0.0.1:{server.server_port}/api/"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield slack
    finally:
        slack.release_held_post()
        server.shutdown()
        server.server_close()


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Ignore errors: a killed bot closes its connections."""


def _build_handler_class(slack: FaultySlack) -> type[BaseHTTPRequestHandler]:
    class RequestHandler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Answer one call, or close the connection without a response."""
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            url = urlsplit(self.path)
            arguments = _parse_arguments(body, self.headers.get("Content-Type", ""), url.query)
            method = url.path.rpartition("/")[2]
            slack.call_counts[method] += 1
            slack.calls.append((method, arguments))
            if method == "chat.postMessage":
                slack.tokens.append(self.headers.get("Authorization", ""))
            failure = slack.next_failure(method)
            answer = (
                slack.answer_with_failure(failure, arguments)
                if failure
                else slack.answer_call(method, arguments)
            )
            if answer is not None:
                self._send_answer(answer, failure or SlackFailure())

        do_GET = do_POST  # noqa: N815 - the base class names it

        def _send_answer(self, content: Json, failure: SlackFailure) -> None:
            answer = PAGE if failure.is_page else json.dumps(content).encode()
            self.send_response(failure.status)
            if failure.retry_after_seconds:
                self.send_header("Retry-After", str(failure.retry_after_seconds))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    return RequestHandler


def _parse_arguments(body: bytes, content_type: str, query: str) -> Json:
    if "json" in content_type:
        return dict(json.loads(body))
    pairs = parse_qsl(query) + parse_qsl(body.decode())
    return {name: json.loads(value) if value[:1] in "{[" else value for name, value in pairs}
