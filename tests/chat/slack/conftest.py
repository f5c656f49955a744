"""What the tests of Slack's room share."""

from collections.abc import AsyncIterator

import pytest

from tests.chat.slack import testbed, web_api


@pytest.fixture
async def api() -> AsyncIterator[web_api.FakeWebApi]:
    """A stand-in for Slack's Web API."""
    async with web_api.run_web_api() as running:
        yield running


@pytest.fixture
async def bench(api: web_api.FakeWebApi) -> AsyncIterator[testbed.AdapterBench]:
    """A room over HTTP, whose handlers answer as a test tells them."""
    async with testbed.open_bench(api) as furnished:
        yield furnished
