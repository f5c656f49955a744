"""Draining by a worker that shares with nobody: it says so when another works beside it."""

import asyncio
import logging
from typing import Protocol

from bot.store.store import Store

logger = logging.getLogger("attune.worker")


class DeliveryWorker(Protocol):
    """What empties every workspace here."""

    async def start(self) -> None:
        """Begin to send to everybody who is owed something."""

    async def stop(self) -> None:
        """Begin no further message."""


class SingleWorker:
    """Drains in this process. Beside another worker nobody is written to twice, but the pace is.

    Of two drains of one delivery the store lets one begin. What a workspace takes in a
    second, however, is kept by each worker for itself, so the operator is told.
    """

    def __init__(self, sender: DeliveryWorker, store: Store) -> None:
        """Work by *drain*, in sight of whoever else works over *store*."""
        self._sender = sender
        self._store = store
        self._lease = store.create_worker_lease(shares_deliveries=False)
        self._other_workers = 0

    async def start(self) -> None:
        """Begin to send whatever is owed, and look who else does."""
        others = await asyncio.to_thread(self._count_other_workers)
        if others and others != self._other_workers:
            facts = {"action": "worker.not_sharing", "count": others}
            logger.warning("worker.not_sharing", extra=facts)
        self._other_workers = others
        await self._sender.start()

    async def stop(self) -> None:
        """Finish the message being sent, and give up the seat."""
        await self._sender.stop()
        await asyncio.to_thread(self._lease.release_lease)

    def _count_other_workers(self) -> int:
        """How many other workers there are."""
        self._lease.renew_or_acquire()
        return len(self._store.list_live_workers()) - 1
