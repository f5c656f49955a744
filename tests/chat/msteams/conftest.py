"""Fixtures of the Teams adapter's tests."""

from collections.abc import AsyncIterator

import pytest

from tests.chat.msteams import guard_harness, microsoft, testbed


@pytest.fixture
async def ms() -> AsyncIterator[microsoft.FakeMicrosoft]:
    """A fake of Microsoft's services."""
    async with microsoft.run_microsoft() as stand_in:
        yield stand_in


@pytest.fixture
async def bench(ms: microsoft.FakeMicrosoft) -> AsyncIterator[testbed.AdapterBench]:
    """A Teams adapter with stub handlers."""
    async with testbed.open_bench(ms) as adapter_bench:
        yield adapter_bench


@pytest.fixture
async def harness(ms: microsoft.FakeMicrosoft) -> AsyncIterator[guard_harness.GuardHarness]:
    """A request guard that trusts the keys of the fake."""
    guard = guard_harness.GuardHarness(ms)
    yield guard
    await guard.signing_keys.close()
