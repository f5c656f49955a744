"""What the tests of Teams' room share."""

from collections.abc import AsyncIterator

import pytest

from tests.chat.msteams import gates, microsoft, testbed


@pytest.fixture
async def ms() -> AsyncIterator[microsoft.Microsoft]:
    """A stand-in for Microsoft."""
    async with microsoft.running() as stand_in:
        yield stand_in


@pytest.fixture
async def bench(ms: microsoft.Microsoft) -> AsyncIterator[testbed.Bench]:
    """A room whose handlers answer as a test tells them."""
    async with testbed.furnished(ms) as furnished:
        yield furnished


@pytest.fixture
async def gate(ms: microsoft.Microsoft) -> AsyncIterator[gates.Gate]:
    """A guard that takes this stand-in for Microsoft."""
    made = gates.Gate(ms)
    yield made
    await made.keyring.close()
