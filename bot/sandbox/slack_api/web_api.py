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
from bot.sandbox.slack_api.api_errors import ApiError
from bot.sandbox.slack_api.faults import FaultPlan, PlannedFault
from bot.sandbox.slack_api.methods import Method, SlackState
from bot.sandbox.workspace.workspace import Json

METHODS: Mapping[str, Method] = {**directory.METHODS, **messaging.METHODS, **views.METHODS}

_CONNECTIONS_OPEN = "apps.connections.open"
_JSON_ARGUMENTS = ("blocks", "view", "metadata")
_TOO_MANY_REQUESTS, _MAX_RECORDED_CALLS = 429, 20_000


@dataclass
class SlackCredentials:
    """What opens the bot's doors and Slack's; made anew for each practice."""

    signing_secret: str
    bot_token: str
    app_token: str = ""
    revoked: bool = False


@dataclass(frozen=True)
class ApiCall:
    """One call of the Web API, for tests to look at."""

    method: str
    arguments: Json
    error: str = ""


@dataclass
class WebApi:
    """Answers the bot's calls as Slack would; ``calls`` are the latest, the oldest first."""

    slack_state: SlackState
    credentials: SlackCredentials
    fault_plan: FaultPlan
    get_connection_url: Callable[[], Awaitable[str]]
    recorded_calls: deque[ApiCall] = field(
        default_factory=lambda: deque(maxlen=_MAX_RECORDED_CALLS)
    )

    async def handle_request(self, request: Request) -> Response:
        """Take one call over HTTP."""
        method = request.path_params["method"]
        said, token = await _read_request(request)
        if wait := self._reserve_call(method, said):
            self.recorded_calls.append(ApiCall(method, said, "ratelimited"))
            body = {"ok": False, "error": "ratelimited"}
            return JSONResponse(body, _TOO_MANY_REQUESTS, {"Retry-After": str(wait)})
        trouble = self.fault_plan.next_fault(method)
        if trouble.when == "before" and trouble.replaces_response:
            self.recorded_calls.append(ApiCall(method, said, trouble.error or "trouble"))
            return await _apply_fault(trouble, {})
        await asyncio.sleep(trouble.delay_seconds if trouble.when == "before" else 0)
        told = await self._execute_call(method, said, token)
        self.recorded_calls.append(ApiCall(method, said, str(told.get("error", ""))))
        if trouble.when == "after":
            return await _apply_fault(trouble, told)
        return JSONResponse(told, headers=self._response_headers())

    def successful_calls(self, method: str) -> list[Json]:
        """Return what every successful call of *method* said."""
        return [
            call.arguments
            for call in self.recorded_calls
            if call.method == method and not call.error
        ]

    async def _execute_call(self, method: str, arguments: Json, token: str) -> Json:
        try:
            self._authenticate_token(method, token)
            if method == _CONNECTIONS_OPEN:
                return {"ok": True, "url": await self.get_connection_url()}
            return {"ok": True, **self._run_method(method, _decode_arguments(arguments))}
        except ApiError as refused:
            told: Json = {"ok": False, "error": refused.error, **refused.extra_fields}
            if refused.messages:
                told["response_metadata"] = {"messages": list(refused.messages)}
            return told

    def _authenticate_token(self, method: str, token: str) -> None:
        if not token:
            raise ApiError("not_authed")
        if token not in {self.credentials.bot_token, self.credentials.app_token}:
            raise ApiError("invalid_auth")
        if (token == self.credentials.app_token) != (method == _CONNECTIONS_OPEN):
            raise ApiError("not_allowed_token_type")
        if self.credentials.revoked:
            raise ApiError("token_revoked")

    def _run_method(self, name: str, arguments: Json) -> Json:
        method = METHODS.get(name)
        if method is None:
            raise ApiError("unknown_method", req_method=name)
        scope = method.resolve_scope(self.slack_state, arguments)
        if scope and scope not in self.slack_state.workspace.granted_scopes:
            raise ApiError("missing_scope", needed=scope, provided=self._granted_scopes())
        wrong = [f"unknown: {name}" for name in arguments if name not in method.argument_names]
        wrong += [
            f"missing: {name}" for name in method.required_arguments if not arguments.get(name)
        ]
        if wrong:
            raise ApiError("invalid_arguments", tuple(f"[ERROR] {one}" for one in wrong))
        return method.run(self.slack_state, arguments)

    def _reserve_call(self, method: str, arguments: Json) -> int:
        return self.fault_plan.reserve_call(method, str(arguments.get("channel", "")))

    def _granted_scopes(self) -> str:
        return ",".join(sorted(self.slack_state.workspace.granted_scopes))

    def _response_headers(self) -> dict[str, str]:
        return {"x-oauth-scopes": self._granted_scopes(), "x-slack-req-id": "practice"}


async def _read_request(request: Request) -> tuple[Json, str]:
    """Return the arguments, wherever they stand, and the token."""
    body, kind = await request.body(), request.headers.get("content-type", "")
    said: Json = dict(request.query_params)
    if "json" in kind:
        told = _parse_json(body)
        said |= told if isinstance(told, dict) else {}
    elif body:
        said |= dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    token = said.pop("token", "") or request.headers.get("authorization", "")
    return said, str(token).removeprefix("Bearer ")


def _decode_arguments(arguments: Json) -> Json:
    """Read arguments that a form carries as JSON."""
    read = dict(arguments)
    for name in _JSON_ARGUMENTS:
        if isinstance(arguments.get(name), str):
            read[name] = _parse_json(arguments[name])
            if read[name] is None:
                error = "invalid_blocks_format" if name == "blocks" else "invalid_arguments"
                raise ApiError(error, (f"[ERROR] malformed: {name}",))
    return read


def _parse_json(text: str | bytes) -> Any:  # noqa: ANN401 - whatever was sent
    try:
        return json.loads(text)
    except ValueError:
        return None


async def _apply_fault(fault: PlannedFault, result: Json) -> Response:
    await asyncio.sleep(fault.delay_seconds)
    if fault.drop_connection:
        return _TruncatedResponse()
    if fault.body or fault.status >= 500:  # noqa: PLR2004 - HTTP's own number
        return Response(fault.body, fault.status, media_type="text/html")
    refused = {"ok": False, "error": fault.error}
    return JSONResponse(refused if fault.error else result, fault.status)


class _TruncatedResponse(Response):
    """An answer that is begun and never comes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]}
        )
