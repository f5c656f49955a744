"""The claims of `outages.py` where one process runs everything on an embedded database."""

from collections.abc import AsyncIterator

import pytest

from bot.context import Context
from schedules import COMPOSERS
from schedules.delivery.sender import DeliverySender
from tests.journeys.faulty_slack import FaultySlack
from tests.schedules.outages import DeliverDue, OutageClaims, plan_monday, slack

__all__ = ["slack"]


@pytest.fixture
async def outage_context(context: Context, slack: FaultySlack) -> AsyncIterator[Context]:
    """The context over one SQLite file."""
    async with plan_monday(context, slack) as planned:
        yield planned


@pytest.fixture
def deliver_due() -> DeliverDue:
    """Run a new sender each time, as after a restart."""

    async def send_all_due(context: Context) -> None:
        await DeliverySender(context, COMPOSERS).send_all_due()

    return send_all_due


class TestEmbedded(OutageClaims):
    """One process and one SQLite file."""
