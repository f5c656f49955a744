"""Loopback server of a Slack fake, from the standard library: each method's JSON response."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Json = dict[str, Any]

CallMethod = Callable[[str, Json, str], Json]
"""Returns the response to a method with its arguments and the header ``Authorization``."""


@contextmanager
def serve_methods(call_method: CallMethod) -> Iterator[str]:
    """Serve *call_method* on a free port in threads, and yield the server's base URL."""

    class RequestHandler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Answer one call of a method, which is the last part of the path."""
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = urlsplit(self.path)
            arguments = _parse_arguments(body, self.headers.get("Content-Type", ""))
            arguments |= dict(parse_qsl(parts.query))
            method = parts.path.rpartition("/")[2]
            answer = call_method(method, arguments, self.headers.get("Authorization", ""))
            content = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST  # noqa: N815 - the base class names it

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), RequestHandler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _parse_arguments(body: bytes, content_type: str) -> Json:
    if "json" in content_type:
        return dict(json.loads(body))
    return {
        name: json.loads(value) if value[:1] in "{[" else value
        for name, value in parse_qsl(body.decode())
    }
