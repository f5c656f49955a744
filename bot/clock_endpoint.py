"""Test-mode HTTP endpoint that advances the bot's clock, used by the sandbox and the tests."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.clock import Clock


def build_clock_route(
    clock: Clock,
    next_due: Callable[[datetime | None], Awaitable[datetime | None]],
    run_tick: Callable[[], Awaitable[None]],
) -> Route:
    """Return the route ``POST /_clock`` with the JSON body ``{"now": "<ISO 8601>"}``.

    The clock stops at every instant at which a duty is due and runs a tick there, so that each
    delivery is planned and sent at its own time. Responds 400 to an earlier time, a time
    without a UTC offset or a malformed body. A lock serializes concurrent requests.

    The response has the new time as ``now``, and as ``next_due`` the next instant at which a duty
    is due, or ``null``. A client that stops at each of them itself sends ``"continues": true``
    from the second request on: the tick before the time changes, which would find nothing, is
    left out.

    *next_due* returns the earliest due instant, of those after its argument if there is one. A
    duty that is still due after two ticks, such as one that fails, is passed over until the
    next request.
    """
    advance_lock = asyncio.Lock()

    async def handle_request(request: Request) -> Response:
        payload = await _read_payload(request)
        target = _parse_target(payload)
        async with advance_lock:
            is_valid = target is not None and target >= clock()
            if target is not None and is_valid:
                continues = payload.get("continues") is True
                await _advance_clock(clock, target, next_due, run_tick, continues=continues)
            next_instant = await next_due(clock())
        body = {
            "ok": is_valid,
            "now": clock().isoformat(),
            "next_due": next_instant.isoformat() if next_instant else None,
        }
        return JSONResponse(body, status_code=200 if is_valid else 400)

    return Route("/_clock", handle_request, methods=["POST"])


async def _advance_clock(
    clock: Clock,
    target: datetime,
    next_due: Callable[[datetime | None], Awaitable[datetime | None]],
    run_tick: Callable[[], Awaitable[None]],
    *,
    continues: bool,
) -> None:
    """Run a tick at each due instant up to *target*, and one there."""
    if not continues:
        await run_tick()  # duties due since the last tick, before the time changes
    tick_instant: datetime | None = None
    skipped_until: datetime | None = None
    while (due_at := await next_due(skipped_until)) and due_at <= target:
        clock.move_to(due_at)
        await run_tick()
        if due_at == tick_instant:
            skipped_until = due_at
        tick_instant = due_at
    if tick_instant != target:  # otherwise the last tick ran at the target
        clock.move_to(target)
        await run_tick()


async def _read_payload(request: Request) -> Mapping[str, Any]:
    """Return the JSON object in the request's body; an empty one if it is malformed."""
    try:
        payload = await request.json()
    except ValueError:
        return {}
    return payload if isinstance(payload, dict) else {}


def _parse_target(payload: Mapping[str, Any]) -> datetime | None:
    """Return the timestamp of *payload*, in UTC; ``None`` if it is missing or malformed."""
    try:
        instant = datetime.fromisoformat(payload["now"])
    except (ValueError, KeyError, TypeError):
        return None
    return instant.astimezone(UTC) if instant.tzinfo else None
