"""Retry a database write with backoff, for data that exists in memory only: a refreshed token."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

_FIRST_DELAY_SECONDS, _MAX_DELAY_SECONDS = 0.2, 30.0

_CLOSING_ATTEMPTS = 5
"""Attempts after the shutdown has begun, then the data is lost."""


async def retry_write(
    try_to_write: Callable[[], Awaitable[bool]],
    closing: asyncio.Event,
    *,
    is_needed: Callable[[], bool],
) -> None:
    """Await *try_to_write* with exponential backoff until it returns ``True``.

    Without a maximum of attempts, until the event *closing* is set by the shutdown: then
    ``_CLOSING_ATTEMPTS`` quick ones remain. Returns as soon as *is_needed* is false, as for a token
    that was refreshed again. Exceptions of *try_to_write* are not caught.
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
