"""Signed HTTP requests to the bot, with Slack's timeout of three seconds."""

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
"""Seconds until Slack cancels a request without a response, and for which trigger ids are valid."""

_MIN_OK_STATUS, _MIN_NOT_OK_STATUS = 200, 300
_FORM_CONTENT_TYPE, _JSON_CONTENT_TYPE = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True)
class BotResponse:
    """The bot's response; ``status`` is 0 after a connection error or a timeout."""

    status: int
    body: bytes = b""
    timed_out: bool = False

    @property
    def is_acknowledged(self) -> bool:
        """Whether the status is one of success (2xx)."""
        return _MIN_OK_STATUS <= self.status < _MIN_NOT_OK_STATUS

    @property
    def parsed_body(self) -> Any:  # noqa: ANN401 - any JSON value
        """The body parsed as JSON; ``None`` for an empty body, the text where it is not JSON."""
        text = self.body.decode(errors="replace").strip()
        try:
            return json.loads(text) if text else None
        except ValueError:
            return text


class BotTransport(Protocol):
    """A transport to the bot: signed HTTP requests, or the bot's own Socket Mode connection."""

    async def send_command(self, fields: Mapping[str, str]) -> BotResponse:
        """Send a slash command and return the response."""

    async def send_interaction(self, payload: Json) -> BotResponse:
        """Send the payload of a button, a form or a shortcut and return the response."""

    async def send_event(self, payload: Json, attempt: int, retry_reason: str) -> BotResponse:
        """Send an event; *attempt* counts from 0, *retry_reason* is Slack's code for a retry."""


def sign_request(secret: str, body: bytes, sent_at: float) -> dict[str, str]:
    """Return Slack's timestamp and signature headers (HMAC-SHA256) for *body*.

    *sent_at* is in Unix seconds.
    """
    timestamp = str(int(sent_at))
    signature = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={signature.hexdigest()}",
    }


class HttpTransport:
    """Sends payloads as signed HTTP requests to the URL of the bot."""

    def __init__(
        self,
        url: str,
        signing_secret: str,
        read_machine_seconds: Callable[[], float],
        timeout_seconds: float = RESPONSE_TIMEOUT_SECONDS,
    ) -> None:
        """Send requests to *url*, such as ``http://127.0.0.1:3000/slack/events``.

        Signatures carry the machine's time in Unix seconds, not the simulated time.
        """
        self.url = url
        self.timeout_seconds = timeout_seconds
        self._signing_secret = signing_secret
        self._read_machine_seconds = read_machine_seconds
        self._session: aiohttp.ClientSession | None = None

    async def send_command(self, fields: Mapping[str, str]) -> BotResponse:
        """Send a slash command and return the response."""
        return await self.post_body(
            urlencode(fields).encode(), {"Content-Type": _FORM_CONTENT_TYPE}
        )

    async def send_interaction(self, payload: Json) -> BotResponse:
        """Send the payload of a button, a form or a shortcut and return the response."""
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return await self.post_body(body, {"Content-Type": _FORM_CONTENT_TYPE})

    async def send_event(self, payload: Json, attempt: int, retry_reason: str) -> BotResponse:
        """Send an event, with retry headers from the second attempt on."""
        retry_headers = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": retry_reason}
        headers = {"Content-Type": _JSON_CONTENT_TYPE, **(retry_headers if attempt else {})}
        return await self.post_body(json.dumps(payload).encode(), headers)

    async def post_body(self, body: bytes, headers: Mapping[str, str]) -> BotResponse:
        """Send a signed POST request; a timeout or connection error has the status 0."""
        signature_headers = sign_request(self._signing_secret, body, self._read_machine_seconds())
        try:
            async with self.get_session().post(
                self.url,
                data=body,
                headers={**headers, **signature_headers},
                timeout=aiohttp.ClientTimeout(total=self.timeout_seconds),
            ) as response:
                return BotResponse(response.status, await response.read())
        except TimeoutError:
            return BotResponse(0, timed_out=True)
        except aiohttp.ClientError:
            return BotResponse(0)

    def get_session(self) -> aiohttp.ClientSession:
        """Return the shared HTTP session, opened by the first request."""
        if self._session is None or self._session.closed:
            asyncio.get_running_loop()
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def close(self) -> None:
        """Close the HTTP session."""
        if self._session is not None:
            await self._session.close()
