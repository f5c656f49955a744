"""Fixtures shared by the tests of the Slack adapter."""

from collections.abc import AsyncIterator

import pytest

from tests.chat.slack import testbed, web_api


@pytest.fixture
async def api() -> AsyncIterator[web_api.FakeWebApi]:
    """A fake Slack Web API server."""
    async with web_api.run_web_api() as web_api_server:
        yield web_api_server


@pytest.fixture
async def bench(api: web_api.FakeWebApi) -> AsyncIterator[testbed.AdapterBench]:
    """A Slack adapter over HTTP, whose handlers return the replies that a test sets."""
    async with testbed.open_bench(api) as adapter_bench:
        yield adapter_bench
