"""Delivery by a single worker; it logs a warning when another worker runs on the same store."""

import asyncio
import logging

from bot.store.store import Store
from schedules.delivery.worker import DeliveryWorker

logger = logging.getLogger("attune.worker")


class SingleWorker:
    """Sends in this process, with a rate limit that other worker processes do not share.

    A second worker sends no message twice: of two senders of one delivery, the store commits one
    claim. But each process has its own rate limiter for a workspace, so that two of them exceed
    the product's limit, and the operator gets a warning.
    """

    def __init__(self, sender: DeliveryWorker, store: Store) -> None:
        """Send by *sender*, with a worker lease in *store* that other workers can see."""
        self._sender = sender
        self._store = store
        self._lease = store.worker_locks.create_worker_lease(shares_deliveries=False)
        self._other_worker_count = 0

    async def start_sending(self) -> None:
        """Start sending the due deliveries, and log a warning about other workers."""
        other_workers = await asyncio.to_thread(self._renew_and_count_other_workers)
        if other_workers and other_workers != self._other_worker_count:
            facts = {"action": "worker.rate_limit_not_shared", "count": other_workers}
            logger.warning("worker.rate_limit_not_shared", extra=facts)
        self._other_worker_count = other_workers
        await self._sender.start_sending()

    def begin_stop(self) -> None:
        """Send no further message from now on; those in flight go on."""
        self._sender.begin_stop()

    async def stop(self) -> None:
        """Finish the message being sent, and release the lease."""
        await self._sender.stop()
        await asyncio.to_thread(self._lease.release_lease)

    def _renew_and_count_other_workers(self) -> int:
        """Renew this worker's lease, and return how many other workers hold one."""
        self._lease.renew_or_acquire()
        return len(self._store.worker_locks.list_live_workers()) - 1
