"""A second fake of Slack, built from the standard library alone.

It shares no code with the sandbox, so that a bot that works with both does not depend on a
mistake common to the bot and the sandbox.
"""

import hashlib
import hmac
import json
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

from tests.journeys.method_server import serve_methods

SIGNING_SECRET = "fedcba9876543210" * 2
WORKSPACE = "T0OTHER"
Json = dict[str, Any]

_CALL_TIMEOUT_SECONDS = 120.0
"""A worker's first message takes 15 seconds, and several times as long beside other processes."""


@dataclass
class StdlibFakeSlack:
    """The bot's calls in order, and Slack's signed requests to the bot at ``bot_url``."""

    api_url: str
    calls: list[tuple[str, Json]] = field(default_factory=list)
    bot_url: str = ""

    def record_call(self, method: str, arguments: Json, _authorization: str) -> Json:
        """Record a call, and return a success response."""
        self.calls.append((method, arguments))
        return {"ok": True, **ANSWER_BY_METHOD.get(method, {})}

    def calls_of(self, method: str) -> list[Json]:
        """Return the arguments of every call of *method*."""
        return [arguments for name, arguments in self.calls if name == method]

    def wait_for_call(self, method: str, count: int = 1) -> Json:
        """Wait for the *count*-th call of *method*, and return its arguments."""
        deadline = time.monotonic() + _CALL_TIMEOUT_SECONDS
        while len(self.calls_of(method)) < count:
            assert time.monotonic() < deadline, f"{method} was not called {count} times"
            time.sleep(0.01)
        return self.calls_of(method)[count - 1]

    def send_command(
        self, person_id: str, command: str, text: str = "", trigger: str = "t.1"
    ) -> Json:
        """Send a slash command as *person_id*, and return the immediate response."""
        return self.post_signed(
            {
                "command": command,
                "text": text,
                "team_id": WORKSPACE,
                "user_id": person_id,
                "channel_id": "C0OTHER",
                "channel_name": "other",
                "api_app_id": "A0OTHER",
                "trigger_id": trigger,
                "response_url": self.api_url.replace("/api/", "/response/1"),
            }
        )

    def submit_view(
        self, person_id: str, view: Json, view_id: str, value_by_block: dict[str, str]
    ) -> Json:
        """Submit *view* as *person_id*, with one chosen value a block."""
        values = {
            block["block_id"]: {
                block["element"]["action_id"]: {
                    "type": block["element"]["type"],
                    "selected_option": {"value": value_by_block[block["block_id"]]},
                }
            }
            for block in view["blocks"]
            if block["type"] == "input" and block["block_id"] in value_by_block
        }
        return self.send_payload(
            {
                "type": "view_submission",
                "user": {"id": person_id, "team_id": WORKSPACE},
                "view": {**view, "id": view_id, "hash": "1.a", "state": {"values": values}},
            }
        )

    def press_button(
        self, person_id: str, button: Json, trigger: str, **surface_parts: Json
    ) -> Json:
        """Press *button* as *person_id*, in a message unless *surface_parts* name a view."""
        action = {**button, "action_ts": trigger, "block_id": "b"}
        return self.send_payload(
            {
                "type": "block_actions",
                "user": {"id": person_id, "team_id": WORKSPACE},
                "trigger_id": trigger,
                "response_url": self.api_url.replace("/api/", "/response/1"),
                "container": {"type": "message"},
                "channel": {"id": "D0OTHER"},
                "actions": [action],
                **surface_parts,
            }
        )

    def send_payload(self, payload: Json) -> Json:
        """Send an interactive payload, signed."""
        envelope = {"team": {"id": WORKSPACE}, "api_app_id": "A0OTHER", "token": "unused"}
        return self.post_signed({"payload": json.dumps({**envelope, **payload})})

    def open_home(self, person_id: str, event_id: str) -> None:
        """Send the event that *person_id* opened the Home tab."""
        event = {"type": "app_home_opened", "tab": "home", "user": person_id}
        envelope = {"type": "event_callback", "team_id": WORKSPACE, "api_app_id": "A0OTHER"}
        body = json.dumps({**envelope, "event_id": event_id, "event": event}).encode()
        self._post_body(body, "application/json")

    def post_signed(self, form: dict[str, str]) -> Json:
        """Post *form* with a current signature, and return the JSON of a 200 response."""
        return self._post_body(urlencode(form).encode(), "application/x-www-form-urlencoded")

    def _post_body(self, body: bytes, content_type: str) -> Json:
        headers = sign_body(body, time.time()) | {"Content-Type": content_type}
        status, answer = post_request(f"{self.bot_url}/slack/events", body, headers)
        assert status == 200, f"the bot answered {status}"
        return answer


def sign_body(body: bytes, unix_time: float) -> dict[str, str]:
    """Return Slack's two signature headers for *body*, signed at *unix_time*."""
    stamp = str(int(unix_time))
    digest = hmac.new(SIGNING_SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest.hexdigest()}"}


def post_request(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, Json]:
    """Post *body*, and return the status and the JSON of the response, empty without one."""
    request = urllib.request.Request(url, body, headers)  # noqa: S310 - tests reach loopback alone
    try:
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - as above
            text = response.read()
            status = response.status
    except HTTPError as error:
        return error.code, {}
    return status, json.loads(text) if text.startswith(b"{") else {}


@contextmanager
def run_fake_slack() -> Iterator[StdlibFakeSlack]:
    """Run the fake on a free loopback port for as long as the context is open."""
    slack = StdlibFakeSlack("")
    with serve_methods(slack.record_call) as base_url:
        slack.api_url = f"{base_url}/api/"
        yield slack


ANSWER_BY_METHOD: dict[str, Json] = {
    "users.info": {"user": {"id": "U", "tz": "America/Toronto", "locale": "en-US"}},
    "chat.postMessage": {"channel": "D0OTHER", "ts": "1.000001"},
    "views.open": {"view": {"id": "V1", "hash": "1.a"}},
    "auth.test": {"team_id": WORKSPACE, "user_id": "U0BOT", "bot_id": "B0BOT"},
}
