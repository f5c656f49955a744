"""Retries a write of something that no other process knows, such as a renewed token."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

_FIRST_DELAY_SECONDS, _MAX_DELAY_SECONDS = 0.2, 30.0

_CLOSING_ATTEMPTS = 5


async def repeat_write(
    try_to_write: Callable[[], Awaitable[bool]],
    closing: asyncio.Event,
    *,
    is_needed: Callable[[], bool],
) -> None:
    """Call *try_to_write* with exponential backoff until it returns whether it succeeded as true.

    While *closing* is set, the process stops: a few quick attempts remain. Ends as soon as
    *is_needed* returns false, as for a token that was replaced since.
    """
    delay, remaining_count = _FIRST_DELAY_SECONDS, _CLOSING_ATTEMPTS
    while remaining_count and is_needed():
        if closing.is_set():
            remaining_count -= 1
            await asyncio.sleep(_FIRST_DELAY_SECONDS)
        else:
            with suppress(TimeoutError):
                await asyncio.wait_for(closing.wait(), delay)
        if await try_to_write():
            return
        delay = min(2 * delay, _MAX_DELAY_SECONDS)
