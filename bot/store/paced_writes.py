"""Write transactions of a long duty, paced so that other writers get their turn."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import TypeVar

from bot.store.repositories import Repositories
from bot.store.store_scope import StoreScope

_WRITE_TIMEOUT_SECONDS = 30.0
"""Seconds that a transaction waits for other writers; nobody waits for its answer."""

_LONG_SECONDS, _SHORT_SECONDS = 0.1, 0.05
"""A transaction that took longer is followed by a smaller one, one that was shorter by a larger."""

_MAX_PAUSE_SECONDS = 1.0

_FIRST_BATCH_SIZE = 4

Item = TypeVar("Item")
Result = TypeVar("Result")


class PacedWriter:
    """Writes many items in small transactions, with pauses as long as each of them took.

    What people save is queued behind one transaction at most, whose size follows from how long
    the earlier ones took on this machine. The pauses leave the database to other processes, which
    poll SQLite's lock, and half of the processor to requests.
    """

    def __init__(self, scope: StoreScope, max_batch_size: int) -> None:
        """Write at most *max_batch_size* items in each transaction of *scope*."""
        self._scope = scope
        self._max_batch_size = max_batch_size
        self._batch_size = min(_FIRST_BATCH_SIZE, max_batch_size)
        self._pause_seconds = 0.0

    async def write_each(
        self, items: Sequence[Item], write_batch: Callable[[Repositories, Sequence[Item]], Result]
    ) -> AsyncGenerator[Result, None]:
        """Write *items* in their order, and yield the result of each transaction after its commit.

        Raises :class:`bot.errors.StoreBusyError`; what was committed stays.
        """
        start = 0
        while start < len(items):
            batch = items[start : start + self._batch_size]
            start += len(batch)
            await asyncio.sleep(self._pause_seconds)
            yield await self._write(write_batch, batch)

    async def _write(
        self, write_batch: Callable[[Repositories, Sequence[Item]], Result], batch: Sequence[Item]
    ) -> Result:
        started_at = time.monotonic()
        try:
            return await self._scope.write(
                lambda repos: write_batch(repos, batch), timeout_seconds=_WRITE_TIMEOUT_SECONDS
            )
        finally:
            self._adapt_to(time.monotonic() - started_at)

    def _adapt_to(self, seconds: float) -> None:
        """Select the next pause and batch size after a transaction of *seconds*."""
        self._pause_seconds = min(seconds, _MAX_PAUSE_SECONDS)
        if seconds > _LONG_SECONDS:
            self._batch_size = max(1, self._batch_size // 2)
        elif seconds < _SHORT_SECONDS:
            self._batch_size = min(self._max_batch_size, self._batch_size + 1)
