"""Speaks to the bot as Slack does: signed, over HTTP, and with three seconds' patience."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.workspace.workspace import Json

RESPONSE_TIMEOUT_SECONDS = 3.0
"""Seconds that Slack waits for an answer."""

_MIN_OK_STATUS, _MIN_NOT_OK_STATUS = 200, 300
_FORM_CONTENT_TYPE, _JSON_CONTENT_TYPE = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True)
class BotResponse:
    """What the bot answered: ``status`` 0 when it could not be reached or was too late."""

    status: int
    body: bytes = b""
    timed_out: bool = False

    @property
    def is_acknowledged(self) -> bool:
        """Whether the bot acknowledged."""
        return _MIN_OK_STATUS <= self.status < _MIN_NOT_OK_STATUS

    @property
    def parsed_body(self) -> Any:  # noqa: ANN401 - whatever the bot said
        """The answer as JSON; ``None`` for none, the text itself where it is no JSON."""
        text = self.body.decode(errors="replace").strip()
        try:
            return json.loads(text) if text else None
        except ValueError:
            return text


class BotTransport(Protocol):
    """A way to the bot: signed HTTP, or a socket that the bot itself has opened."""

    async def send_command(self, fields: Mapping[str, str]) -> BotResponse:
        """Carry a slash command."""

    async def send_interaction(self, payload: Json) -> BotResponse:
        """Carry what a person did with a button, a form or a shortcut."""

    async def send_event(self, payload: Json, attempt: int, retry_reason: str) -> BotResponse:
        """Carry an event; *attempt* counts from 0, *reason* says why it comes again."""


def sign_request(secret: str, body: bytes, sent_at: float) -> dict[str, str]:
    """Return the headers by which the bot knows that *body* is Slack's, sent at *seconds*."""
    stamp = str(int(sent_at))
    proof = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={proof.hexdigest()}",
    }


class HttpTransport:
    """Carries by signed HTTP to the bot's address."""

    def __init__(self, url: str, signing_secret: str, read_seconds: Callable[[], float]) -> None:
        """Post to *url*, such as ``http://127.0.0.1:3000/slack/events``."""
        self.url = url
        self.timeout_seconds = RESPONSE_TIMEOUT_SECONDS
        self._signing_secret = signing_secret
        self._read_seconds = read_seconds
        self._session: aiohttp.ClientSession | None = None

    async def send_command(self, fields: Mapping[str, str]) -> BotResponse:
        """Carry a slash command."""
        return await self.post_body(
            urlencode(fields).encode(), {"Content-Type": _FORM_CONTENT_TYPE}
        )

    async def send_interaction(self, payload: Json) -> BotResponse:
        """Carry what a person did with a button, a form or a shortcut."""
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return await self.post_body(body, {"Content-Type": _FORM_CONTENT_TYPE})

    async def send_event(self, payload: Json, attempt: int, retry_reason: str) -> BotResponse:
        """Carry an event, and say when it comes again."""
        again = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": retry_reason}
        headers = {"Content-Type": _JSON_CONTENT_TYPE, **(again if attempt else {})}
        return await self.post_body(json.dumps(payload).encode(), headers)

    async def post_body(self, body: bytes, headers: Mapping[str, str]) -> BotResponse:
        """Post a body with its signature, and wait as long as Slack would."""
        proof = sign_request(self._signing_secret, body, self._read_seconds())
        try:
            async with self.get_session().post(
                self.url,
                data=body,
                headers={**headers, **proof},
                timeout=aiohttp.ClientTimeout(total=self.timeout_seconds),
            ) as answer:
                return BotResponse(answer.status, await answer.read())
        except TimeoutError:
            return BotResponse(0, timed_out=True)
        except aiohttp.ClientError:
            return BotResponse(0)

    def get_session(self) -> aiohttp.ClientSession:
        """Return the one HTTP session to the bot."""
        if self._session is None or self._session.closed:
            asyncio.get_running_loop()
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def close(self) -> None:
        """Hang up."""
        if self._session is not None:
            await self._session.close()
