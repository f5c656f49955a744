"""Protocol of the delivery workers."""

from typing import Protocol


class DeliveryWorker(Protocol):
    """Starts and stops the tasks that send the due deliveries of every workspace."""

    async def start_sending(self) -> None:
        """Start sending what is due now, and return at once; called at every tick."""

    async def stop(self) -> None:
        """Claim no further delivery, and wait until the messages in flight have ended."""
