"""Write transactions of a long duty, paced so that other writers get their turn."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from functools import partial
from typing import TypeVar

from bot.store.repositories import Repositories
from bot.store.store_scope import StoreScope

_WRITE_TIMEOUT_SECONDS = 30.0
"""Seconds that a transaction waits for other writers; nobody waits for its answer."""

_MAX_PAUSE_SECONDS = 1.0

Item = TypeVar("Item")
Result = TypeVar("Result")


class PacedWriter:
    """Writes many items in small transactions, with pauses as long as each of them took.

    What people save is queued behind one transaction at most. The pauses leave the database to
    other processes, which poll SQLite's lock, and half of the processor to requests. The number of
    items in a transaction is fixed: where transactions end is in the write-ahead log, and would
    otherwise follow from how long the items took.
    """

    def __init__(self, scope: StoreScope, batch_size: int) -> None:
        """Write *batch_size* items in each transaction of *scope*."""
        self._scope = scope
        self._batch_size = batch_size
        self._pause_seconds = 0.0

    async def write_in_batches(
        self, items: Sequence[Item], write_batch: Callable[[Repositories, Sequence[Item]], Result]
    ) -> AsyncGenerator[Result, None]:
        """Write *items* in their order, and yield the result of each transaction after its commit.

        Raises :class:`bot.errors.StoreBusyError`; what was committed stays.
        """
        for start in range(0, len(items), self._batch_size):
            batch = items[start : start + self._batch_size]
            await asyncio.sleep(self._pause_seconds)
            yield await self._scope.write(
                partial(self._write_measured, batch=batch, write_batch=write_batch),
                timeout_seconds=_WRITE_TIMEOUT_SECONDS,
            )

    def _write_measured(
        self,
        repos: Repositories,
        batch: Sequence[Item],
        write_batch: Callable[[Repositories, Sequence[Item]], Result],
    ) -> Result:
        """Write *batch*; the next pause is as long as it takes, without the time in the queue."""
        started_at = time.monotonic()
        try:
            return write_batch(repos, batch)
        finally:
            self._pause_seconds = min(time.monotonic() - started_at, _MAX_PAUSE_SECONDS)
