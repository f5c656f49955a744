"""A stand-in for Slack that can be caught at the worst moment, for tests that kill the bot.

Where a crash falls is chosen out here: the stand-in holds a request up, and the test kills
the process that waits for it. The bot itself knows of none of this.
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

Json = dict[str, Any]
Where = Literal["", "before_commit", "after_commit"]


@dataclass(frozen=True)
class Trouble:
    """What goes wrong with a call: the answer it gets, and whether it took effect all the same.

    ``effect`` comes after ``delay`` seconds, ``None`` hangs up without an answer.
    """

    status: int = 200
    error: str | None = ""
    effect: bool = False
    delay: float = 0.0
    wait: int = 0


@dataclass
class Unsteady:
    """What was posted, by delivery id, and where the next post is held up.

    ``granted`` says whether the workspaces let the bot look into its own private chats.
    ``delay`` seconds pass before a post is answered; ``troubles`` are met by the next calls
    of a method, one each. ``tokens`` are the tokens that posts came with, in order.
    """

    granted: bool = True
    delay: float = 0.0
    posts: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    calls: Counter[str] = field(default_factory=Counter)
    troubles: defaultdict[str, list[Trouble]] = field(default_factory=lambda: defaultdict(list))
    tokens: list[str] = field(default_factory=list)
    api: str = ""
    hold: Where = ""
    held: Event = field(default_factory=Event)
    let_go: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def arm(self, where: Where) -> None:
        """Hold the next post up: before it takes effect, or after that and before the answer."""
        self.held.clear()
        self.let_go.clear()
        self.hold = where

    def disarm(self) -> None:
        """Let whatever is held up end without an answer; hold no more."""
        self.hold = ""
        self.let_go.set()

    def posted(self) -> Counter[tuple[str, str]]:
        """How often each message took effect, by its id and the chat it was posted to."""
        with self.lock:
            return Counter((key, chat) for key, chats in self.posts.items() for chat in chats)

    def plant(self, method: str, trouble: Trouble, times: int = 1) -> None:
        """Let the next calls of *method* meet *trouble*."""
        self.troubles[method].extend([trouble] * times)

    def next(self, method: str) -> Trouble | None:
        """The trouble that this call meets, if any."""
        with self.lock:
            waiting = self.troubles[method]
            return waiting.pop(0) if waiting else None

    def befall(self, trouble: Trouble, said: Json) -> Json | None:
        """Answer a call that meets *trouble*."""
        time.sleep(trouble.delay)
        if trouble.effect:
            with self.lock:
                self._commit(said)
        return None if trouble.error is None else {"ok": False, "error": trouble.error}

    def answer(self, method: str, said: Json) -> Json | None:
        """Answer one call; ``None`` hangs up without an answer."""
        if method == "chat.postMessage":
            return self._post(said)
        if method.startswith("conversations."):
            return self._conversation(method, said)
        return {"ok": True, "user": {"id": said.get("user", "U"), "tz": "America/Toronto"}}

    def _post(self, said: Json) -> Json | None:
        with self.lock:
            where, self.hold = self.hold, ""
            if where != "before_commit":
                self._commit(said)
        if where:
            self.held.set()
            self.let_go.wait(300)
            return None
        time.sleep(self.delay)
        return {"ok": True, "channel": _chat(said["channel"]), "ts": "1.000001"}

    def _commit(self, said: Json) -> None:
        key = said["metadata"]["event_payload"]["id"]
        self.posts[key].append(_chat(said["channel"]))

    def _conversation(self, method: str, said: Json) -> Json:
        if not self.granted or said.get("channel", "D")[:1] != "D":
            return {"ok": False, "error": "missing_scope"}
        if method == "conversations.open":
            return {"ok": True, "channel": {"id": _chat(said["users"])}}
        with self.lock:
            there = [key for key, chats in self.posts.items() if said["channel"] in chats]
        messages = [{"metadata": {"event_payload": {"id": key}}} for key in there]
        return {"ok": True, "messages": messages}


def _chat(to: str) -> str:
    return f"D{to[1:]}" if to[:1] == "U" else to


@contextmanager
def unsteady(*, granted: bool = True) -> Iterator[Unsteady]:
    """Run the stand-in on a free loopback port for as long as the context is open."""
    slack = Unsteady(granted=granted)
    server = _Server(("127.0.0.1", 0), _door(slack))
    slack.api = f"http://127.0.0.1:{server.server_port}/api/"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield slack
    finally:
        slack.disarm()
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A bot that was killed takes no answer."""


def _door(slack: Unsteady) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Take one call; hanging up is an answer, too."""
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            address = urlsplit(self.path)
            said = _said(body, self.headers.get("Content-Type", ""), address.query)
            method = address.path.rpartition("/")[2]
            slack.calls[method] += 1
            if method == "chat.postMessage":
                slack.tokens.append(self.headers.get("Authorization", ""))
            trouble = slack.next(method)
            told = slack.befall(trouble, said) if trouble else slack.answer(method, said)
            if told is not None:
                self._tell(told, trouble or Trouble())

        do_GET = do_POST  # noqa: N815 - the base class names it

        def _tell(self, told: Json, trouble: Trouble) -> None:
            answer = json.dumps(told).encode()
            self.send_response(trouble.status)
            if trouble.wait:
                self.send_header("Retry-After", str(trouble.wait))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    return Door


def _said(body: bytes, kind: str, query: str) -> Json:
    if "json" in kind:
        return dict(json.loads(body))
    told = parse_qsl(query) + parse_qsl(body.decode())
    return {name: json.loads(value) if value[:1] in "{[" else value for name, value in told}
