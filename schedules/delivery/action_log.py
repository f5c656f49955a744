"""Log records of changes to a delivery's recipient, channel or workspace."""

import logging

from bot.store.repositories.deliveries import Delivery

logger = logging.getLogger("attune.delivery")


def log_action(action: str, delivery: Delivery, reason: str) -> None:
    """Log *action* as a warning with the delivery's kind and *reason*; ``""`` logs nothing."""
    if action:
        logger.warning(action, extra={"action": action, "kind": delivery.kind, "reason": reason})
