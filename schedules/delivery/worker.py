"""Protocol of the delivery workers, which send the due rows of the delivery queue."""

from typing import Protocol


class DeliveryWorker(Protocol):
    """Starts and stops the background tasks that send the due deliveries of every workspace."""

    async def trigger_sending(self) -> None:
        """Start tasks for what is due now, and return without waiting for them.

        Called at every tick and whenever a handler or a duty has planned a delivery.
        """

    def begin_stop(self) -> None:
        """Set the stop flag: no further request is sent, those in flight complete. Idempotent."""

    async def stop(self) -> None:
        """Graceful shutdown: call :meth:`begin_stop`, then await the requests in flight."""
