"""Test-mode HTTP endpoint that sets the bot's clock forward; the sandbox and the tests use it."""

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
    """Return the route ``POST /_clock`` with the JSON request body ``{"now": "<ISO 8601>"}``.

    The handler awaits *run_tick* at every instant at which a periodic job (duty) is due, so that
    each delivery is planned and sent at its own time. It responds with status 400 to a time
    before the clock's, a time without a UTC offset, or a malformed body. An ``asyncio.Lock``
    serializes concurrent requests.

    The response has the new time as ``now``, and as ``next_due`` the next instant at which a duty
    is due, or ``null``. A client that requests each of those instants itself sends
    ``"continues": true`` from its second request on, which skips the tick before the clock moves:
    the last request ran it.

    *next_due* returns the earliest due instant, later than its argument unless that is ``None``. An
    instant that is still due after two ticks, such as that of a duty that raises an exception, is
    skipped until the next request: otherwise the loop would not end.
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
    """Move *clock* to each due instant up to *target*, then to *target*; run a tick at each."""
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
    """Parse the JSON object in the request's body; return an empty dict if it is malformed."""
    try:
        payload = await request.json()
    except ValueError:
        return {}
    return payload if isinstance(payload, dict) else {}


def _parse_target(payload: Mapping[str, Any]) -> datetime | None:
    """Parse the ISO 8601 string under the key ``now`` to a UTC datetime.

    ``None`` if it is missing, malformed or without an offset.
    """
    try:
        instant = datetime.fromisoformat(payload["now"])
    except (ValueError, KeyError, TypeError):
        return None
    return instant.astimezone(UTC) if instant.tzinfo else None
