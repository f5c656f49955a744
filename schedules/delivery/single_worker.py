"""Delivery by a single worker, without a shared queue; it warns of other workers on the store."""

import asyncio
import logging

from bot.store.store import Store
from schedules.delivery.worker import DeliveryWorker

logger = logging.getLogger("attune.worker")


class SingleWorker:
    """Sends in tasks of this process, with a rate limit that other worker processes do not share.

    Several such workers send no message twice: of two that claim the same row, one commits (an
    optimistic lock). But the rate limiter of a workspace is in the memory of each process, so that
    two of them may exceed the product's limit; hence the warning in the log.
    """

    def __init__(self, sender: DeliveryWorker, store: Store) -> None:
        """Send by *sender*; *store* has the worker lease, acquired at the first start."""
        self._sender = sender
        self._store = store
        self._lease = store.worker_locks.create_worker_lease(shares_deliveries=False)
        self._other_worker_count = 0

    async def trigger_sending(self) -> None:
        """Trigger the sender; log a warning of other workers if their number has changed.

        The heartbeat of the lease runs in a thread and raises the driver's exception while the
        database is unavailable.
        """
        other_workers = await asyncio.to_thread(self._renew_and_count_other_workers)
        if other_workers and other_workers != self._other_worker_count:
            facts = {"action": "worker.rate_limit_not_shared", "count": other_workers}
            logger.warning("worker.rate_limit_not_shared", extra=facts)
        self._other_worker_count = other_workers
        await self._sender.trigger_sending()

    def begin_stop(self) -> None:
        """Send no further request; those in flight complete. Idempotent."""
        self._sender.begin_stop()

    async def stop(self) -> None:
        """Await the requests in flight, then release the lease in a thread."""
        await self._sender.stop()
        await asyncio.to_thread(self._lease.release_lease)

    def _renew_and_count_other_workers(self) -> int:
        """Renew this worker's lease, and count the leases of other workers; blocks."""
        self._lease.renew_or_acquire()
        return len(self._store.worker_locks.list_live_workers()) - 1
