"""CPU time of a command beside ninety-nine others, by the bot's routing and by bare Bolt's."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import repeat
from typing import cast

from starlette.types import ASGIApp

from bot.chat import slack
from bot.conversation import Reply, Request
from bot.elements import Message, Text
from bot.routes import BoundHandler, Routes
from tests.bench import load
from tests.bench.conditions import Conditions
from tests.bench.figures import SQLITE, Figure, divide_rounds, summarize
from tests.bench.floors import build_floor
from tests.bench.in_process import Turns, compare_apps
from tests.bench.slack_process import run_fake_slack
from tests.chat.slack import payloads, testbed

MANY_COMMANDS = 100

_REQUESTS_PER_TURN = 3
"""Turns have three times as many requests as those of other measurements: each is short."""


def measure_routing(conditions: Conditions) -> list[Figure]:
    """Send ``/tip`` to the Slack adapter with one command and with a hundred.

    The handlers are the same and do nothing. Beside them is bare Bolt, which tries one listener
    after the other, so that the figure shows what the routing avoids.
    """
    turns = asyncio.run(_compare(conditions))
    note = conditions.scale.note
    return [
        summarize(
            f"routing_cpu_{name}",
            SQLITE,
            divide_rounds(turns[f"{name} 100"].cpu, turns[f"{name} 1"].cpu),
            note=note,
        )
        for name in ("bot", "pbr")
    ]


async def _compare(conditions: Conditions) -> dict[str, Turns]:
    scale = conditions.scale
    async with AsyncExitStack() as stack:
        api_url = stack.enter_context(run_fake_slack(1000.0))
        apps: dict[str, ASGIApp] = {}
        for count in (1, MANY_COMMANDS):
            apps[f"bot {count}"] = await stack.enter_async_context(_run_adapter(api_url, count))
            apps[f"pbr {count}"] = cast("ASGIApp", build_floor("pbr", api_url, count))
        return await compare_apps(
            apps,
            {name: repeat(load.build_tip("U1")) for name in apps},
            round_count=scale.round_count,
            requests_per_turn=scale.requests_per_turn * _REQUESTS_PER_TURN,
        )


@asynccontextmanager
async def _run_adapter(api_url: str, command_count: int) -> AsyncIterator[ASGIApp]:
    """Run the Slack adapter with *command_count* commands, of which ``tip`` is the last."""
    access = slack.AccessSettings(api_url, testbed.fixed_token, payloads.SIGNING_SECRET)
    names = [*(f"unused{number}" for number in range(command_count - 1)), "tip"]
    routes = _build_routes(dict.fromkeys(names, _handle_request))
    adapter = slack.SlackOutboundSide(access, testbed.load_words()).create_adapter(routes)
    await adapter.start()
    assert adapter.asgi
    try:
        yield adapter.asgi
    finally:
        await adapter.stop()


def _build_routes(commands: Mapping[str, BoundHandler]) -> Routes:
    routes = testbed.StubHandlers([]).build_routes({})
    return Routes(**{**vars(routes), "commands": commands})


async def _handle_request(_request: Request) -> Reply:
    return Message("Hello", (Text("Hello"),))
