"""Protocol of the delivery workers."""

from typing import Protocol


class DeliveryWorker(Protocol):
    """Starts and stops the tasks that send the due deliveries of every workspace."""

    async def start_sending(self) -> None:
        """Start sending what is due now, and return at once; called at every tick."""

    def begin_stop(self) -> None:
        """Send no further message from now on; those in flight go on. May be repeated."""

    async def stop(self) -> None:
        """Send no further message, and wait until the messages in flight have ended."""
