"""A stand-in for Slack's Web API and for a running bot's metrics, on a loopback port."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

WORKSPACE = "T0123456"
ACCOUNT = {"ok": True, "team_id": WORKSPACE, "team": "Riverside", "user_id": "U0BOT"}
SCOPES = "commands,chat:write,users:read"


@dataclass(frozen=True)
class Answer:
    """One response: JSON, or a text as it is."""

    body: Mapping[str, Any] | str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


SOUND_ANSWERS = {
    "auth.test": Answer(ACCOUNT, headers={"x-oauth-scopes": SCOPES}),
    "apps.connections.open": Answer({"ok": True, "url": "wss://canary.example"}),
    "conversations.info": Answer({"ok": False, "error": "missing_scope"}),
}


def refuse(code: str) -> Answer:
    """Return Slack's answer with an error code."""
    return Answer({"ok": False, "error": code})


class _StandInServer(ThreadingHTTPServer):
    """A server that prints nothing about a client that has gone before its answer."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print an error that is not the client's; a thread may outlive the test's output."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def run_stand_in(answers: Mapping[str, Answer]) -> Iterator[int]:
    """Answer by the last part of the path, else as a sound Slack does, and yield the port."""
    all_answers = {**SOUND_ANSWERS, **answers}

    class RequestHandler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Read the request, and answer it."""
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = all_answers.get(
                self.path.rpartition("/")[2].partition("?")[0], Answer("", 404)
            )
            is_text = isinstance(answer.body, str)
            body = str(answer.body).encode() if is_text else json.dumps(answer.body).encode()
            self.send_response_only(answer.status)
            headers = {
                "Content-Type": "text/plain" if is_text else "application/json",
                "Content-Length": str(len(body)),
                "Date": formatdate(usegmt=True),
                **answer.headers,
            }
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815 - the base class names it

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = _StandInServer(("127.0.0.1", 0), RequestHandler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
