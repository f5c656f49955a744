"""The protocol of the object that starts and stops sending due deliveries."""

from typing import Protocol


class DeliveryWorker(Protocol):
    """Starts and stops the tasks that send the due deliveries of every workspace."""

    async def start(self) -> None:
        """Start sending the due deliveries of every workspace, and return at once."""

    async def stop(self) -> None:
        """Claim no further delivery, and wait until the messages in flight have ended."""
