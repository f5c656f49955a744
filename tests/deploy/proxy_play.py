"""What is tried on each proxy: a debrief through it, the paths that it keeps inside, its logs."""

import json
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlencode

import pytest

from bot.chat.padding import PADDING_BLOCK_BYTES
from bot.chat.slack.inbound.guard import MAX_BODY_BYTES
from bot.sandbox.process.loopback_server import LOOPBACK_HOST
from tests.deploy.proxy_process import ProxyProcess
from tests.journeys.botprocess import BotProcess, clinician_id
from tests.journeys.stdlib_slack import Json, StdlibFakeSlack, post_request, sign_body

INNER_PATHS = ("/metrics", "/healthz", "/readyz", "/servez", "/_clock", "/slack/events/", "/")
BOT_PATHS = ("/slack/events", "/api/messages", "/slack/install", "/slack/oauth_redirect")


@dataclass
class CompressingSlack(StdlibFakeSlack):
    """A Slack that accepts compressed responses, and records the size and encoding of each."""

    answers: list[tuple[int, str]] = field(default_factory=list)

    def post_signed(self, form: dict[str, str]) -> Json:
        """Post *form* with a current signature, and return the JSON of the response."""
        body = urlencode(form).encode()
        headers = {"Accept-Encoding": "gzip", "Content-Type": "application/x-www-form-urlencoded"}
        signed = headers | sign_body(body, time.time())
        request = urllib.request.Request(f"{self.bot_url}/slack/events", body, signed)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - loopback
            text = response.read()
            self.answers.append((len(text), response.headers.get("Content-Encoding", "none")))
        answer: Json = json.loads(text) if text.startswith(b"{") else {}
        return answer


def play_debrief(slack: StdlibFakeSlack, proxy: ProxyProcess) -> None:
    """File a debrief through the proxy; its guide comes in the size that the bot gave it."""
    sender = CompressingSlack(slack.api_url, slack.calls, proxy.url)
    sender.send_command(clinician_id(0), "/rupture")
    view = slack.wait_for_call("views.open")["view"]
    answer = sender.submit_view(clinician_id(0), view, "V1", {"form": "away", "status": "touched"})

    assert answer["response_action"] == "update"
    assert sender.answers[-1] == (PADDING_BLOCK_BYTES, "identity")


def require_inner_paths_closed(proxy: ProxyProcess) -> None:
    """Require that no other path is forwarded."""
    for path in INNER_PATHS:
        status, _ = post_request(f"{proxy.url}{path}", b"", {})
        assert status in {404, 405}, (path, status)


@contextmanager
def serve_incomplete_responses(port: int) -> Iterator[None]:
    """Answer every request on *port* with the beginning of a response, and close the connection."""

    class RequestHandler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Promise more bytes than are sent."""
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"{")

        def log_request(self, code: object = "", size: object = "") -> None:
            """Print nothing."""

    server = ThreadingHTTPServer((LOOPBACK_HOST, port), RequestHandler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def require_silent_logs(proxy: ProxyProcess, bot: BotProcess) -> None:
    """Require that the log has the paths that are not the bot's, and nothing of those that are.

    Also while the bot is stopped, and while it ends in the middle of each response, when a proxy
    would log each failed request as an error.
    """
    bot.stop()
    for path in BOT_PATHS:
        status, _ = post_request(f"{proxy.url}{path}", b"", {})
        assert status == 502, (path, status)
    with serve_incomplete_responses(bot.port):
        for path in BOT_PATHS:
            with pytest.raises((HTTPException, OSError)):
                post_request(f"{proxy.url}{path}", b"", {})
    log = proxy.read_logs()
    assert "/metrics" in log
    assert [path for path in BOT_PATHS if path in log.replace("/slack/events/", "")] == []
    assert str(PADDING_BLOCK_BYTES) not in log


def list_write_times(proxy: ProxyProcess) -> dict[str, int]:
    """Return when a file was last created or deleted in each folder for bodies, in nanoseconds."""
    return {path.name: path.stat().st_mtime_ns for path in proxy.folder.iterdir() if path.is_dir()}


def require_bodies_in_memory(slack: StdlibFakeSlack, proxy: ProxyProcess) -> None:
    """Require that a debrief and the longest form are in no file, not even for a moment."""
    times = list_write_times(proxy)
    play_debrief(slack, proxy)
    post_request(f"{proxy.url}/slack/events", bytes(MAX_BODY_BYTES), {})
    assert list_write_times(proxy) == times


def try_proxy(slack: StdlibFakeSlack, bot: BotProcess, proxy: ProxyProcess) -> None:
    """Play a debrief, ask for inner paths, stop the bot, and read the logs."""
    require_bodies_in_memory(slack, proxy)
    require_inner_paths_closed(proxy)
    require_silent_logs(proxy, bot)
