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

PATIENCE = 3.0
"""Seconds that Slack waits for an answer."""

_OK, _ERROR = 200, 300
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True)
class Answered:
    """What the bot answered: ``status`` 0 when it could not be reached or was too late."""

    status: int
    body: bytes = b""
    late: bool = False

    @property
    def taken(self) -> bool:
        """Whether the bot acknowledged."""
        return _OK <= self.status < _ERROR

    @property
    def said(self) -> Any:  # noqa: ANN401 - whatever the bot said
        """The answer as JSON; ``None`` for none, the text itself where it is no JSON."""
        text = self.body.decode(errors="replace").strip()
        try:
            return json.loads(text) if text else None
        except ValueError:
            return text


class Carrier(Protocol):
    """A way to the bot: signed HTTP, or a socket that the bot itself has opened."""

    async def command(self, fields: Mapping[str, str]) -> Answered:
        """Carry a slash command."""

    async def interaction(self, payload: Json) -> Answered:
        """Carry what a person did with a button, a form or a shortcut."""

    async def event(self, payload: Json, attempt: int, reason: str) -> Answered:
        """Carry an event; *attempt* counts from 0, *reason* says why it comes again."""


def signed(secret: str, body: bytes, seconds: float) -> dict[str, str]:
    """Return the headers by which the bot knows that *body* is Slack's, sent at *seconds*."""
    stamp = str(int(seconds))
    proof = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={proof.hexdigest()}",
    }


class Post:
    """Carries by signed HTTP to the bot's address."""

    def __init__(self, url: str, secret: str, seconds: Callable[[], float]) -> None:
        """Post to *url*, such as ``http://127.0.0.1:3000/slack/events``."""
        self.url = url
        self.patience = PATIENCE
        self._secret = secret
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    async def command(self, fields: Mapping[str, str]) -> Answered:
        """Carry a slash command."""
        return await self.post(urlencode(fields).encode(), {"Content-Type": _FORM})

    async def interaction(self, payload: Json) -> Answered:
        """Carry what a person did with a button, a form or a shortcut."""
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return await self.post(body, {"Content-Type": _FORM})

    async def event(self, payload: Json, attempt: int, reason: str) -> Answered:
        """Carry an event, and say when it comes again."""
        again = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        headers = {"Content-Type": _JSON, **(again if attempt else {})}
        return await self.post(json.dumps(payload).encode(), headers)

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Post a body with its signature, and wait as long as Slack would."""
        proof = signed(self._secret, body, self._seconds())
        try:
            async with self.session().post(
                self.url,
                data=body,
                headers={**headers, **proof},
                timeout=aiohttp.ClientTimeout(total=self.patience),
            ) as answer:
                return Answered(answer.status, await answer.read())
        except TimeoutError:
            return Answered(0, late=True)
        except aiohttp.ClientError:
            return Answered(0)

    def session(self) -> aiohttp.ClientSession:
        """Return the one HTTP session to the bot."""
        if self._session is None or self._session.closed:
            asyncio.get_running_loop()
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def close(self) -> None:
        """Hang up."""
        if self._session is not None:
            await self._session.close()
