"""What the tests of Teams' room share."""

from collections.abc import AsyncIterator

import pytest

from tests.chat.msteams import gates, microsoft, testbed


@pytest.fixture
async def ms() -> AsyncIterator[microsoft.FakeMicrosoft]:
    """A stand-in for Microsoft."""
    async with microsoft.run_microsoft() as stand_in:
        yield stand_in


@pytest.fixture
async def bench(ms: microsoft.FakeMicrosoft) -> AsyncIterator[testbed.AdapterBench]:
    """A room whose handlers answer as a test tells them."""
    async with testbed.open_bench(ms) as furnished:
        yield furnished


@pytest.fixture
async def gate(ms: microsoft.FakeMicrosoft) -> AsyncIterator[gates.GuardHarness]:
    """A guard that takes this stand-in for Microsoft."""
    made = gates.GuardHarness(ms)
    yield made
    await made.signing_keys.close()
