"""The claims of `failures.py` where one process does everything on an embedded database."""

import pytest

from bot.context import Context
from schedules import COMPOSERS
from schedules.delivery.sender import DeliverySender
from tests.schedules.failures import DeliverDue, DeliveryFailureClaims, owing, slack

__all__ = ["owing", "slack"]


@pytest.fixture
def drained() -> DeliverDue:
    """A drain that starts anew each time, as after a restart."""

    async def run(context: Context) -> None:
        await DeliverySender(context, COMPOSERS).send_all_due()

    return run


class TestEmbedded(DeliveryFailureClaims):
    """One process, one file."""
