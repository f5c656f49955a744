"""The claims of `failures.py` where one process does everything on an embedded database."""

import pytest

from bot.context import Desk
from schedules import COMPOSERS
from schedules.delivery.sender import Drain
from tests.schedules.failures import Claims, Drained, owing, slack

__all__ = ["owing", "slack"]


@pytest.fixture
def drained() -> Drained:
    """A drain that starts anew each time, as after a restart."""

    async def run(desk: Desk) -> None:
        await Drain(desk, COMPOSERS).empty()

    return run


class TestEmbedded(Claims):
    """One process, one file."""
