"""A process that receives its payloads by a socket is ready while that is connected."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import Bot
from tests.admin.monitored import open_idle_bot
from tests.chat.slack import web_api


@pytest.fixture
async def socket_bot(tmp_path: Path) -> AsyncIterator[tuple[Bot, web_api.FakeWebApi]]:
    """A bot that connects to Slack by a socket, and its Slack, not started."""
    async with open_idle_bot(tmp_path, slack_app_token=SecretStr("xapp-planted")) as bot_and_api:
        yield bot_and_api


async def test_unconnected_socket_makes_the_process_unready(
    socket_bot: tuple[Bot, web_api.FakeWebApi],
) -> None:
    """A refused app token is a process that no payload reaches."""
    bot, api = socket_bot
    api.plan_error("apps.connections.open", "invalid_auth")
    async with bot.lifespan():
        readiness = await bot.check_readiness()
        rendered = await bot.render_metrics()

    assert readiness == {"ready": False, "cause": "disconnected"}
    assert 'attune_socket_connected{product="slack"} 0.0' in rendered


async def test_connected_socket_makes_the_process_ready(
    socket_bot: tuple[Bot, web_api.FakeWebApi],
) -> None:
    """The metric says so, too."""
    bot, api = socket_bot
    async with bot.lifespan():
        await asyncio.wait_for(api.socket_connected.wait(), 30)
        while not (readiness := await bot.check_readiness())["ready"]:  # noqa: ASYNC110 - the client has no event
            await asyncio.sleep(0.05)
        rendered = await bot.render_metrics()

    assert readiness == {"ready": True, "cause": ""}
    assert 'attune_socket_connected{product="slack"} 1.0' in rendered
