"""Log records of state changes of a delivery, or of its recipient, channel or workspace."""

import logging

from bot.store.repositories.deliveries import Delivery

logger = logging.getLogger("attune.delivery")


def log_action(action: str, delivery: Delivery, reason: str) -> None:
    """Log *action* at WARNING with the delivery's kind and *reason*, a code, as attributes.

    An empty string as *action* logs nothing.
    """
    if action:
        logger.warning(action, extra={"action": action, "kind": delivery.kind, "reason": reason})
