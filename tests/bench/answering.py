"""Latency of Slack's answers: alone, beside Teams, and while Teams' keys arrive slowly."""

import asyncio
import gc
import json
import statistics
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from bot.app import Bot
from tests.bench import load
from tests.bench.conditions import Conditions, Scale
from tests.bench.figures import SQLITE, Figure, summarize
from tests.bench.in_process import run_bot_on, time_payload, time_request
from tests.bench.slack_process import run_fake_slack
from tests.chat.msteams import activities, microsoft
from tests.chat.slack import payloads

ROUNDS, ANSWERS_PER_TURN = 30, 20
"""The number of turns of each bot, and of answers in a turn."""

BOT_NAMES = ("alone", "alone_again", "beside", "slowly")
"""The bots: Slack alone, twice; Teams beside it; and Teams whose keys do not arrive."""

_KEYS_DELAY_SECONDS = 60.0
"""Seconds by which the response with the keys is delayed."""


def measure_answering(conditions: Conditions) -> list[Figure]:
    """Measure the bots in turns, so that the machine's other load affects all alike.

    Each figure is the lower quartile, in milliseconds, of the latency of a signed command: the
    bot's own time, without what a busy machine adds. The ratios are to Slack alone; those of
    ``alone`` and ``alone_again`` show the random variation.
    """
    folder = conditions.create_folder("answering")
    for name in BOT_NAMES:
        (folder / name).mkdir(parents=True, exist_ok=True)
    figures = asyncio.run(_measure_bots(folder, conditions.scale))
    note = conditions.scale.note
    return [
        summarize(f"answer_{name}", SQLITE, [value], note=note) for name, value in figures.items()
    ]


async def _measure_bots(folder: Path, scale: Scale) -> dict[str, float]:
    async with AsyncExitStack() as stack:
        api_url = stack.enter_context(run_fake_slack(1000.0))
        quick = await stack.enter_async_context(microsoft.run_microsoft())
        slow = await stack.enter_async_context(
            microsoft.run_microsoft(microsoft.FakeMicrosoft(keys_delay_seconds=_KEYS_DELAY_SECONDS))
        )
        identity_providers = dict(zip(BOT_NAMES, (None, None, quick, slow), strict=True))
        bots = {
            name: await stack.enter_async_context(
                _run_bot(folder / name, api_url, microsoft_server)
            )
            for name, microsoft_server in identity_providers.items()
        }
        waiting = asyncio.create_task(_send_from_teams(bots["slowly"].asgi, slow))
        turns = await _time_in_turns(bots, scale)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    figures = {name: statistics.quantiles(durations, n=4)[0] for name, durations in turns.items()}
    alone = statistics.quantiles(turns["alone"] + turns["alone_again"], n=4)[0]
    ratios = {f"{name}_ratio": figure / alone for name, figure in figures.items()}
    return figures | ratios


async def _time_in_turns(bots: dict[str, Bot], scale: Scale) -> dict[str, list[float]]:
    turns: dict[str, list[float]] = {name: [] for name in bots}
    answer_count = max(2, round(ANSWERS_PER_TURN * scale.share))
    for number in range(-1, max(2, round(ROUNDS * scale.share))):
        names = list(bots)[:: 1 if number % 2 else -1]
        for name in names:
            gc.collect()
            durations = [await _time_command(bots[name].asgi) for _ in range(answer_count)]
            turns[name] += durations if number >= 0 else []
    return turns


@asynccontextmanager
async def _run_bot(
    folder: Path, api_url: str, microsoft_server: microsoft.FakeMicrosoft | None
) -> AsyncIterator[Bot]:
    """Run a bot with a database in *folder*, and with Teams if there is a server for it.

    The fake of Slack knows every profile: a look-up that fails is repeated after each request.
    """
    teams: dict[str, Any] = {}
    if microsoft_server:
        teams = {
            "teams_client_id": microsoft.CLIENT_ID,
            "teams_tenants": microsoft.TENANT_ID,
            "teams_openid_metadata_url": microsoft_server.metadata_url,
        }
    url = f"sqlite:///{folder / 'attune.sqlite'}"
    async with run_bot_on(folder, url, api_url, **teams) as bot:
        yield bot


async def _time_command(app: ASGIApp) -> float:
    """Send one signed ``/tip``, and return the milliseconds until the response was complete."""
    return await time_payload(app, load.build_tip(payloads.MARIE))


async def _send_from_teams(app: ASGIApp, microsoft_server: microsoft.FakeMicrosoft) -> None:
    """Send requests from Teams whose tokens cannot be verified yet, in a loop."""
    body = json.dumps(activities.build_message(microsoft_server.service_url, "tip")).encode()
    headers = {"authorization": f"Bearer {microsoft_server.sign_token()}"}
    while True:
        await asyncio.gather(*(time_request(app, "/api/messages", body, headers) for _ in range(5)))
