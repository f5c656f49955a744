"""What the tests of Slack's room share."""

from collections.abc import AsyncIterator

import pytest

from tests.chat.slack import testbed, web_api


@pytest.fixture
async def api() -> AsyncIterator[web_api.WebApi]:
    """A stand-in for Slack's Web API."""
    async with web_api.running() as running:
        yield running


@pytest.fixture
async def bench(api: web_api.WebApi) -> AsyncIterator[testbed.Bench]:
    """A room over HTTP, whose handlers answer as a test tells them."""
    async with testbed.furnished(api) as furnished:
        yield furnished
