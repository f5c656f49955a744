"""The endpoint of the Web API: authenticates, rate-limits and validates a call, then runs it."""

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
    """The signing secret and tokens of one sandbox run; generated at its start."""

    signing_secret: str
    bot_token: str
    app_token: str = ""
    revoked: bool = False


@dataclass(frozen=True)
class ApiCall:
    """A recorded call of the Web API, for assertions in tests."""

    method: str
    arguments: Json
    error: str = ""


@dataclass
class WebApi:
    """Serves the bot's Web API calls; ``recorded_calls`` are the latest calls, oldest first."""

    slack_state: SlackState
    credentials: SlackCredentials
    fault_plan: FaultPlan
    get_connection_url: Callable[[], Awaitable[str]]
    recorded_calls: deque[ApiCall] = field(
        default_factory=lambda: deque(maxlen=_MAX_RECORDED_CALLS)
    )

    async def handle_request(self, request: Request) -> Response:
        """Serve one HTTP request: rate limit, planned faults, then the method."""
        method = request.path_params["method"]
        arguments, token = await _read_request(request)
        if retry_after := self._take_call_token(method, arguments):
            self.recorded_calls.append(ApiCall(method, arguments, "ratelimited"))
            body = {"ok": False, "error": "ratelimited"}
            return JSONResponse(body, _TOO_MANY_REQUESTS, {"Retry-After": str(retry_after)})
        fault = self.fault_plan.next_fault(method)
        if fault.when == "before" and fault.replaces_response:
            self.recorded_calls.append(ApiCall(method, arguments, fault.error or "fault"))
            return await _apply_fault(fault, {})
        await asyncio.sleep(fault.delay_seconds if fault.when == "before" else 0)
        result = await self._execute_call(method, arguments, token)
        self.recorded_calls.append(ApiCall(method, arguments, str(result.get("error", ""))))
        if fault.when == "after":
            return await _apply_fault(fault, result)
        return JSONResponse(result, headers=self._response_headers())

    def successful_call_arguments(self, method: str) -> list[Json]:
        """Return the arguments of every successful call of *method*."""
        return [
            call.arguments
            for call in self.recorded_calls
            if call.method == method and not call.error
        ]

    async def _execute_call(self, method: str, arguments: Json, token: str) -> Json:
        """Authenticate and run a call; return the response body, also for an ApiError."""
        try:
            self._authenticate_token(method, token)
            if method == _CONNECTIONS_OPEN:
                return {"ok": True, "url": await self.get_connection_url()}
            return {
                "ok": True,
                **self._validate_and_run_method(method, _decode_arguments(arguments)),
            }
        except ApiError as api_error:
            result: Json = {"ok": False, "error": api_error.error, **api_error.extra_fields}
            if api_error.messages:
                result["response_metadata"] = {"messages": list(api_error.messages)}
            return result

    def _authenticate_token(self, method: str, token: str) -> None:
        if not token:
            raise ApiError("not_authed")
        if token not in {self.credentials.bot_token, self.credentials.app_token}:
            raise ApiError("invalid_auth")
        if (token == self.credentials.app_token) != (method == _CONNECTIONS_OPEN):
            raise ApiError("not_allowed_token_type")
        if self.credentials.revoked:
            raise ApiError("token_revoked")

    def _validate_and_run_method(self, name: str, arguments: Json) -> Json:
        """Run a method after its OAuth scope and its argument names are validated.

        Raises ApiError for an unknown method, a missing scope and invalid arguments.
        """
        method = METHODS.get(name)
        if method is None:
            raise ApiError("unknown_method", req_method=name)
        scope = method.resolve_scope(self.slack_state, arguments)
        if scope and scope not in self.slack_state.workspace.granted_scopes:
            raise ApiError("missing_scope", needed=scope, provided=self._granted_scopes())
        faults = [f"unknown: {name}" for name in arguments if name not in method.argument_names]
        faults += [
            f"missing: {name}" for name in method.required_arguments if not arguments.get(name)
        ]
        if faults:
            raise ApiError("invalid_arguments", tuple(f"[ERROR] {fault}" for fault in faults))
        return method.run(self.slack_state, arguments)

    def _take_call_token(self, method: str, arguments: Json) -> int:
        return self.fault_plan.take_call_token(method, str(arguments.get("channel", "")))

    def _granted_scopes(self) -> str:
        return ",".join(sorted(self.slack_state.workspace.granted_scopes))

    def _response_headers(self) -> dict[str, str]:
        return {"x-oauth-scopes": self._granted_scopes(), "x-slack-req-id": "practice"}


async def _read_request(request: Request) -> tuple[Json, str]:
    """Return the arguments from query string and body, and the token.

    The body is JSON or a form; the token is a parameter or a bearer token in the header.
    """
    body, content_type = await request.body(), request.headers.get("content-type", "")
    arguments: Json = dict(request.query_params)
    if "json" in content_type:
        parsed_body = _parse_json(body)
        arguments |= parsed_body if isinstance(parsed_body, dict) else {}
    elif body:
        arguments |= dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    token = arguments.pop("token", "") or request.headers.get("authorization", "")
    return arguments, str(token).removeprefix("Bearer ")


def _decode_arguments(arguments: Json) -> Json:
    """Parse the arguments that a form carries as JSON strings."""
    decoded = dict(arguments)
    for name in _JSON_ARGUMENTS:
        if isinstance(arguments.get(name), str):
            decoded[name] = _parse_json(arguments[name])
            if decoded[name] is None:
                error = "invalid_blocks_format" if name == "blocks" else "invalid_arguments"
                raise ApiError(error, (f"[ERROR] malformed: {name}",))
    return decoded


def _parse_json(text: str | bytes) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(text)
    except ValueError:
        return None


async def _apply_fault(fault: PlannedFault, result: Json) -> Response:
    """Return the response that *fault* makes of the body *result*, after the delay."""
    await asyncio.sleep(fault.delay_seconds)
    if fault.drop_connection:
        return _TruncatedResponse()
    if fault.body or fault.status >= 500:  # noqa: PLR2004 - an HTTP status
        return Response(fault.body, fault.status, media_type="text/html")
    error_body = {"ok": False, "error": fault.error}
    return JSONResponse(error_body if fault.error else result, fault.status)


class _TruncatedResponse(Response):
    """A response that announces a body and never sends it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]}
        )
