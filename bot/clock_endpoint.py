"""Test-mode HTTP endpoint that advances the bot's clock, used by the sandbox and the tests."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

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

    *next_due* returns the earliest due instant, of those after its argument if there is one. A
    duty that is still due after two ticks, such as one that fails, is passed over until the
    next request.
    """
    advance_lock = asyncio.Lock()

    async def handle_request(request: Request) -> Response:
        target = await _parse_target(request)
        async with advance_lock:
            if target is None or target < clock():
                return JSONResponse({"ok": False, "now": clock().isoformat()}, status_code=400)
            await advance_clock(target)
        return JSONResponse({"ok": True, "now": clock().isoformat()})

    async def advance_clock(target: datetime) -> None:
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

    return Route("/_clock", handle_request, methods=["POST"])


async def _parse_target(request: Request) -> datetime | None:
    """Return the timestamp in the request's body, in UTC; ``None`` if it is malformed."""
    try:
        payload = await request.json()
        instant = datetime.fromisoformat(payload["now"])
    except (ValueError, KeyError, TypeError):
        return None
    return instant.astimezone(UTC) if instant.tzinfo else None
