"""Draining by a worker that shares with nobody: it says so when another works beside it."""

import asyncio
import logging
from typing import Protocol

from bot.store.store import Store

logger = logging.getLogger("attune.worker")


class Draining(Protocol):
    """What empties every workspace here."""

    async def start(self) -> None:
        """Begin to send to everybody who is owed something."""

    async def stop(self) -> None:
        """Begin no further message."""


class Alone:
    """Drains in this process. Beside another worker nobody is written to twice, but the pace is.

    Of two drains of one delivery the store lets one begin. What a workspace takes in a
    second, however, is kept by each worker for itself, so the operator is told.
    """

    def __init__(self, drain: Draining, store: Store) -> None:
        """Work by *drain*, in sight of whoever else works over *store*."""
        self._drain = drain
        self._store = store
        self._seat = store.seat(shares=False)
        self._others = 0

    async def start(self) -> None:
        """Begin to send whatever is owed, and look who else does."""
        others = await asyncio.to_thread(self._look)
        if others and others != self._others:
            facts = {"action": "worker.not_sharing", "count": others}
            logger.warning("worker.not_sharing", extra=facts)
        self._others = others
        await self._drain.start()

    async def stop(self) -> None:
        """Finish the message being sent, and give up the seat."""
        await self._drain.stop()
        await asyncio.to_thread(self._seat.leave)

    def _look(self) -> int:
        """How many other workers there are."""
        self._seat.keep()
        return len(self._store.workers()) - 1
