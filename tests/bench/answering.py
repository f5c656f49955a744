"""Latency of Slack's answers: alone, beside Teams, and while Teams' keys arrive slowly."""

import asyncio
import gc
import json
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from starlette.types import ASGIApp, Message

from bot.app import Bot
from bot.clock import Clock
from bot.settings import Settings
from bot.store.open_store import open_store
from tests.chat.msteams import activities, microsoft
from tests.chat.slack import payloads, web_api

ROUNDS, ANSWERS_PER_TURN = 30, 20
"""The number of turns of each bot, and of answers in a turn."""

BOT_NAMES = ("alone", "alone_again", "beside", "slowly")
"""The bots: Slack alone, twice; Teams beside it; and Teams whose keys do not arrive."""

_KEYS_DELAY_SECONDS = 60.0
"""Seconds by which the response with the keys is delayed."""


def measure_answering(folder: Path) -> dict[str, Any]:
    """Measure the bots in turns, so that the machine's other load affects all alike.

    Each figure is the lower quartile, in milliseconds, of the latency of a signed command: the
    bot's own time, without what a busy machine adds. The ratios are to Slack alone; those of
    ``alone`` and ``alone_again`` show the random variation.
    """
    for name in BOT_NAMES:
        (folder / name).mkdir(parents=True)
    return asyncio.run(_measure_bots(folder))


async def _measure_bots(folder: Path) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(web_api.run_web_api())
        quick = await stack.enter_async_context(microsoft.run_microsoft())
        slow = await stack.enter_async_context(
            microsoft.run_microsoft(microsoft.FakeMicrosoft(keys_delay_seconds=_KEYS_DELAY_SECONDS))
        )
        identity_providers = dict(zip(BOT_NAMES, (None, None, quick, slow), strict=True))
        bots = {
            name: await stack.enter_async_context(run_bot(folder / name, api, microsoft_server))
            for name, microsoft_server in identity_providers.items()
        }
        waiting = asyncio.create_task(_send_from_teams(bots["slowly"].asgi, slow))
        turns = await _time_in_turns(bots)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    figures = {name: statistics.quantiles(durations, n=4)[0] for name, durations in turns.items()}
    alone = statistics.quantiles(turns["alone"] + turns["alone_again"], n=4)[0]
    ratios = {f"{name}_ratio": figure / alone for name, figure in figures.items()}
    return figures | ratios


async def _time_in_turns(bots: dict[str, Bot]) -> dict[str, list[float]]:
    turns: dict[str, list[float]] = {name: [] for name in bots}
    for number in range(-1, ROUNDS):
        names = list(bots)[:: 1 if number % 2 else -1]
        for name in names:
            gc.collect()
            durations = [await _time_command(bots[name].asgi) for _ in range(ANSWERS_PER_TURN)]
            turns[name] += durations if number >= 0 else []
    return turns


@asynccontextmanager
async def run_bot(
    folder: Path, api: web_api.FakeWebApi, microsoft_server: microsoft.FakeMicrosoft | None = None
) -> AsyncIterator[Bot]:
    """Run a bot with a database in *folder*, and with Teams if there is a server for it."""
    teams: dict[str, Any] = {}
    if microsoft_server:
        teams = {
            "teams_client_id": microsoft.CLIENT_ID,
            "teams_tenants": microsoft.TENANT_ID,
            "teams_openid_metadata_url": microsoft_server.metadata_url,
        }
    now = datetime(2026, 6, 29, 12, tzinfo=UTC)
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(f"sqlite:///{folder / 'attune.sqlite'}"),
        keys=SecretStr(str(folder / "keys")),
        pepper=SecretStr("made-up-pepper-of-more-than-32-characters"),
        slack_api_url=api.url,
        slack_bot_token=SecretStr("xoxb-planted"),
        slack_signing_secret=SecretStr(payloads.SIGNING_SECRET),
        test_mode=True,
        test_clock=now,
        **teams,
    )
    store = open_store(settings)
    store.migrate()
    await store.close()
    bot = Bot(settings, Clock(now), receives=True, runs_ticker=False)
    async with bot.lifespan():
        yield bot


async def _time_command(app: ASGIApp) -> float:
    """Send one signed ``/tip``, and return the milliseconds until the response was complete."""
    body, content_type = payloads.encode_payload(payloads.build_command("/tip"))
    return await time_request(app, "/slack/events", body, payloads.sign_headers(body, content_type))


async def _send_from_teams(app: ASGIApp, microsoft_server: microsoft.FakeMicrosoft) -> None:
    """Send requests from Teams whose tokens cannot be verified yet, in a loop."""
    body = json.dumps(activities.build_message(microsoft_server.service_url, "tip")).encode()
    headers = {"authorization": f"Bearer {microsoft_server.sign_token()}"}
    while True:
        await asyncio.gather(*(time_request(app, "/api/messages", body, headers) for _ in range(5)))


async def time_request(app: ASGIApp, path: str, body: bytes, headers: dict[str, str]) -> float:
    """Send one request, and return the milliseconds until the response was complete."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
    }
    is_complete = asyncio.Event()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            is_complete.set()

    start = time.perf_counter()
    await app(scope, receive, send)
    await is_complete.wait()
    return (time.perf_counter() - start) * 1000
