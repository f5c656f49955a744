"""Floors: applications that acknowledge Slack's requests and store nothing, each a process.

Run by a measurement: ``python -m tests.bench.floors NAME PORT API_URL``.
"""

import hashlib
import hmac
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any, cast

import uvicorn

from tests.chat.slack.payloads import SIGNING_SECRET

FLOOR_NAMES = ("raw", "pbr", "bolt")
"""``raw`` checks the signature alone, without a library; ``bolt`` is bare Bolt with its defaults;
``pbr`` is Bolt with ``process_before_response``, which does not poll for each acknowledgement."""

ENDPOINT_PATH = "/slack/events"

Json = dict[str, Any]
AsgiApp = Callable[[Json, Callable[[], Awaitable[Json]], Callable[[Json], Awaitable[None]]], Any]


def build_floor(name: str, api_url: str, command_count: int = 1) -> AsgiApp:
    """Return the application of the floor *name*; Bolt's has *command_count* commands.

    The last one is the command ``/tip``; the only form is ``debrief``. Raises
    :class:`ValueError` for an unknown name.
    """
    if name not in FLOOR_NAMES:
        raise ValueError(name)
    return _check_signature if name == "raw" else _build_bolt(name, api_url, command_count)


def _build_bolt(name: str, api_url: str, command_count: int) -> AsgiApp:
    """Import Bolt here: the process of ``raw`` must not contain it."""
    from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler  # noqa: PLC0415 - see above
    from slack_bolt.async_app import AsyncApp  # noqa: PLC0415 - see above
    from slack_sdk.web.async_client import AsyncWebClient  # noqa: PLC0415 - see above

    app = AsyncApp(
        client=AsyncWebClient(token="xoxb-planted", base_url=api_url),
        signing_secret=SIGNING_SECRET,
        process_before_response=name == "pbr",
    )

    async def acknowledge(ack: Callable[[], Awaitable[object]]) -> None:
        await ack()

    for number in range(command_count - 1):
        app.command(f"/unused{number}")(acknowledge)
    app.command("/tip")(acknowledge)
    app.view("debrief")(acknowledge)
    return cast("AsgiApp", AsyncSlackRequestHandler(app, path=ENDPOINT_PATH))


async def _check_signature(
    scope: Json, receive: Callable[[], Awaitable[Json]], send: Callable[[Json], Awaitable[None]]
) -> None:
    """Answer 200 to a recent request that Slack signed, and 401 to any other."""
    headers = dict(scope["headers"])
    body, is_complete = b"", False
    while not is_complete:
        message = await receive()
        body += message["body"]
        is_complete = not message.get("more_body", False)
    timestamp = headers.get(b"x-slack-request-timestamp", b"0")
    content = b"v0:" + timestamp + b":" + body
    digest = hmac.new(SIGNING_SECRET.encode(), content, hashlib.sha256).hexdigest()
    signature = headers.get(b"x-slack-signature", b"").decode()
    is_valid = abs(time.time() - int(timestamp)) < 300 and hmac.compare_digest(
        f"v0={digest}", signature
    )
    start = {"type": "http.response.start", "status": 200 if is_valid else 401}
    await send({**start, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


if __name__ == "__main__":
    uvicorn.run(
        build_floor(sys.argv[1], sys.argv[3]),
        host="127.0.0.1",
        port=int(sys.argv[2]),
        log_level="critical",
        access_log=False,
        lifespan="off",
    )
