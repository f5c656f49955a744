"""Write transactions of a long duty, paced so that other writers get their turn."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from bot.store.repositories import Repositories
from bot.store.store_scope import StoreScope

_WRITE_TIMEOUT_SECONDS = 30.0
"""Seconds that a transaction waits for other writers; nobody waits for its answer."""

_MAX_PAUSE_SECONDS = 1.0

Item = TypeVar("Item")
Result = TypeVar("Result")


class PacedWriter:
    """Runs write transactions with a pause before each, as long as the one before took.

    What people save is queued behind one transaction at most. The pauses leave the database to
    other processes, which poll SQLite's lock, and half of the processor to requests.
    """

    def __init__(self, scope: StoreScope) -> None:
        """Write in transactions of *scope*."""
        self._scope = scope
        self._pause_seconds = 0.0

    async def write(self, job: Callable[[Repositories], Result]) -> Result:
        """Run *job* in a transaction of its own and return its result after the commit.

        Raises :class:`bot.errors.StoreBusyError`.
        """
        await asyncio.sleep(self._pause_seconds)
        started_at = time.monotonic()
        try:
            return await self._scope.write(job, timeout_seconds=_WRITE_TIMEOUT_SECONDS)
        finally:
            self._pause_seconds = min(time.monotonic() - started_at, _MAX_PAUSE_SECONDS)


def split_batches(items: Sequence[Item], batch_size: int) -> Iterator[Sequence[Item]]:
    """Iterate over *items* in batches of at most *batch_size*, in their order."""
    return (items[start : start + batch_size] for start in range(0, len(items), batch_size))
