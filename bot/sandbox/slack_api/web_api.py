"""The door of Slack's Web API: tokens, scopes, pace and arguments, and then the method."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.sandbox.slack_api import directory, messaging, views
from bot.sandbox.slack_api.api_errors import RefusedError
from bot.sandbox.slack_api.faults import Trouble, Troubles
from bot.sandbox.slack_api.methods import Method, Place
from bot.sandbox.workspace.workspace import Json

METHODS: Mapping[str, Method] = {**directory.METHODS, **messaging.METHODS, **views.METHODS}

_CONNECT = "apps.connections.open"
_WRITTEN_AS_JSON = ("blocks", "view", "metadata")
_TOO_MANY, _REMEMBERED = 429, 20_000


@dataclass
class Keys:
    """What opens the bot's doors and Slack's; made anew for each practice."""

    signing_secret: str
    bot_token: str
    app_token: str = ""
    revoked: bool = False


@dataclass(frozen=True)
class Call:
    """One call of the Web API, for tests to look at."""

    method: str
    said: Json
    error: str = ""


@dataclass
class WebApi:
    """Answers the bot's calls as Slack would; ``calls`` are the latest, the oldest first."""

    place: Place
    keys: Keys
    troubles: Troubles
    connect: Callable[[], Awaitable[str]]
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    async def answer(self, request: Request) -> Response:
        """Take one call over HTTP."""
        method = request.path_params["method"]
        said, token = await _said(request)
        if wait := self._wait(method, said):
            self.calls.append(Call(method, said, "ratelimited"))
            body = {"ok": False, "error": "ratelimited"}
            return JSONResponse(body, _TOO_MANY, {"Retry-After": str(wait)})
        trouble = self.troubles.next(method)
        if trouble.when == "before" and trouble.lasts:
            self.calls.append(Call(method, said, trouble.error or "trouble"))
            return await _troubled(trouble, {})
        await asyncio.sleep(trouble.delay if trouble.when == "before" else 0)
        told = await self._told(method, said, token)
        self.calls.append(Call(method, said, str(told.get("error", ""))))
        if trouble.when == "after":
            return await _troubled(trouble, told)
        return JSONResponse(told, headers=self._headers())

    def of(self, method: str) -> list[Json]:
        """Return what every successful call of *method* said."""
        return [call.said for call in self.calls if call.method == method and not call.error]

    async def _told(self, method: str, said: Json, token: str) -> Json:
        try:
            self._recognise(method, token)
            if method == _CONNECT:
                return {"ok": True, "url": await self.connect()}
            return {"ok": True, **self._run(method, _read(said))}
        except RefusedError as refused:
            told: Json = {"ok": False, "error": refused.error, **refused.facts}
            if refused.messages:
                told["response_metadata"] = {"messages": list(refused.messages)}
            return told

    def _recognise(self, method: str, token: str) -> None:
        if not token:
            raise RefusedError("not_authed")
        if token not in {self.keys.bot_token, self.keys.app_token}:
            raise RefusedError("invalid_auth")
        if (token == self.keys.app_token) != (method == _CONNECT):
            raise RefusedError("not_allowed_token_type")
        if self.keys.revoked:
            raise RefusedError("token_revoked")

    def _run(self, name: str, said: Json) -> Json:
        method = METHODS.get(name)
        if method is None:
            raise RefusedError("unknown_method", req_method=name)
        scope = method.scope(self.place, said)
        if scope and scope not in self.place.workspace.scopes:
            raise RefusedError("missing_scope", needed=scope, provided=self._provided())
        wrong = [f"unknown: {name}" for name in said if name not in method.known]
        wrong += [f"missing: {name}" for name in method.needed if not said.get(name)]
        if wrong:
            raise RefusedError("invalid_arguments", tuple(f"[ERROR] {one}" for one in wrong))
        return method.run(self.place, said)

    def _wait(self, method: str, said: Json) -> int:
        return self.troubles.wait(method, str(said.get("channel", "")))

    def _provided(self) -> str:
        return ",".join(sorted(self.place.workspace.scopes))

    def _headers(self) -> dict[str, str]:
        return {"x-oauth-scopes": self._provided(), "x-slack-req-id": "practice"}


async def _said(request: Request) -> tuple[Json, str]:
    """Return the arguments, wherever they stand, and the token."""
    body, kind = await request.body(), request.headers.get("content-type", "")
    said: Json = dict(request.query_params)
    if "json" in kind:
        told = _json(body)
        said |= told if isinstance(told, dict) else {}
    elif body:
        said |= dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    token = said.pop("token", "") or request.headers.get("authorization", "")
    return said, str(token).removeprefix("Bearer ")


def _read(said: Json) -> Json:
    """Read arguments that a form carries as JSON."""
    read = dict(said)
    for name in _WRITTEN_AS_JSON:
        if isinstance(said.get(name), str):
            read[name] = _json(said[name])
            if read[name] is None:
                error = "invalid_blocks_format" if name == "blocks" else "invalid_arguments"
                raise RefusedError(error, (f"[ERROR] malformed: {name}",))
    return read


def _json(text: str | bytes) -> Any:  # noqa: ANN401 - whatever was sent
    try:
        return json.loads(text)
    except ValueError:
        return None


async def _troubled(trouble: Trouble, told: Json) -> Response:
    await asyncio.sleep(trouble.delay)
    if trouble.drop:
        return _Broken()
    if trouble.body or trouble.status >= 500:  # noqa: PLR2004 - HTTP's own number
        return Response(trouble.body, trouble.status, media_type="text/html")
    refused = {"ok": False, "error": trouble.error}
    return JSONResponse(refused if trouble.error else told, trouble.status)


class _Broken(Response):
    """An answer that is begun and never comes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]}
        )
