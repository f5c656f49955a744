"""The claims of `failures.py` where one process runs everything on an embedded database."""

import pytest

from bot.context import Context
from schedules import COMPOSERS
from schedules.delivery.sender import DeliverySender
from tests.schedules.failures import DeliverDue, DeliveryFailureClaims, slack, slack_context

__all__ = ["slack", "slack_context"]


@pytest.fixture
def deliver_due() -> DeliverDue:
    """Run a new sender each time, as after a restart."""

    async def send_all_due(context: Context) -> None:
        await DeliverySender(context, COMPOSERS).send_all_due()

    return send_all_due


class TestEmbedded(DeliveryFailureClaims):
    """One process and one SQLite file."""
