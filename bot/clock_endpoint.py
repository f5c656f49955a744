"""Walking the bot's clock forward, in test mode alone: the practice workspace's calendar."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.clock import Clock


def build_clock_route(
    clock: Clock,
    next_due: Callable[[], Awaitable[datetime | None]],
    run_tick: Callable[[], Awaitable[None]],
) -> Route:
    """Let a test or the practice workspace move time: ``POST /_clock {"now": "<ISO 8601>"}``.

    The clock stops at every instant at which something falls due, so that each is planned
    and delivered as if that day had been lived through. Backwards or without an offset: 400.
    """
    one_walk = asyncio.Lock()

    async def handle_request(request: Request) -> Response:
        target = await _parse_target(request)
        async with one_walk:
            if target is None or target < clock():
                return JSONResponse({"ok": False, "now": clock().isoformat()}, status_code=400)
            await advance_clock(target)
        return JSONResponse({"ok": True, "now": clock().isoformat()})

    async def advance_clock(target: datetime) -> None:
        await run_tick()  # what fell due since the last minute's tick, before time jumps past it
        while (due := await next_due()) and due <= target:
            clock.move_to(due)
            await run_tick()
        clock.move_to(target)
        await run_tick()

    return Route("/_clock", handle_request, methods=["POST"])


async def _parse_target(request: Request) -> datetime | None:
    try:
        said = await request.json()
        instant = datetime.fromisoformat(said["now"])
    except (ValueError, KeyError, TypeError):
        return None
    return instant.astimezone(UTC) if instant.tzinfo else None
