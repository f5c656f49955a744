"""How quickly Slack is answered: alone, beside Teams, and while Teams' keys come slowly."""

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
from bot.store.store import Store
from tests.chat.msteams import activities, microsoft
from tests.chat.slack import payloads, web_api

ROUNDS, ANSWERS = 30, 20
"""How often the bots take turns, and how many answers each gives a turn."""

NAMES = ("alone", "alone_again", "beside", "slowly")
"""The bots: Slack alone, twice; Teams beside it; and Teams whose keys do not come."""

_SLOW = 60.0
"""Seconds for which the keys do not come."""


def measured(folder: Path) -> dict[str, Any]:
    """Measure three bots in turns, so that what the machine does meanwhile meets all alike.

    Each figure is the time in milliseconds within which the quickest quarter of the answers
    to a signed command came: what the bot takes, and not what a busy machine adds. The ratios
    are to Slack alone; those of ``alone`` and ``alone_again`` show how much is chance.
    """
    for name in NAMES:
        (folder / name).mkdir(parents=True)
    return asyncio.run(_measured(folder))


async def _measured(folder: Path) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(web_api.running())
        quick = await stack.enter_async_context(microsoft.running())
        slow = await stack.enter_async_context(
            microsoft.running(microsoft.Microsoft(keys_slow=_SLOW))
        )
        tellers = dict(zip(NAMES, (None, None, quick, slow), strict=True))
        bots = {
            name: await stack.enter_async_context(_bot(folder / name, api, ms))
            for name, ms in tellers.items()
        }
        waiting = asyncio.create_task(_from_teams(bots["slowly"].asgi, slow))
        turns = await _in_turns(bots)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    figures = {name: statistics.quantiles(taken, n=4)[0] for name, taken in turns.items()}
    alone = statistics.quantiles(turns["alone"] + turns["alone_again"], n=4)[0]
    ratios = {f"{name}_ratio": figure / alone for name, figure in figures.items()}
    return figures | ratios


async def _in_turns(bots: dict[str, Bot]) -> dict[str, list[float]]:
    turns: dict[str, list[float]] = {name: [] for name in bots}
    for number in range(-1, ROUNDS):
        names = list(bots)[:: 1 if number % 2 else -1]
        for name in names:
            gc.collect()
            taken = [await _answered(bots[name].asgi) for _ in range(ANSWERS)]
            turns[name] += taken if number >= 0 else []
    return turns


@asynccontextmanager
async def _bot(
    folder: Path, api: web_api.WebApi, ms: microsoft.Microsoft | None
) -> AsyncIterator[Bot]:
    teams: dict[str, Any] = {}
    if ms:
        teams = {
            "teams_client_id": microsoft.CLIENT,
            "teams_tenants": microsoft.TENANT,
            "teams_openid_metadata_url": ms.metadata,
        }
    now = datetime(2026, 6, 29, 12, tzinfo=UTC)
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(f"sqlite:///{folder / 'attune.sqlite'}"),
        pepper=SecretStr("made-up-pepper-of-more-than-32-characters"),
        slack_api_url=api.url,
        slack_bot_token=SecretStr("xoxb-planted"),
        slack_signing_secret=SecretStr(payloads.SECRET),
        test_mode=True,
        test_clock=now,
        **teams,
    )
    store = Store.open(settings.database_url.get_secret_value(), settings.peppers)
    store.migrate()
    await store.close()
    bot = Bot(settings, Clock(now), receives=True, ticks=False)
    async with bot.running():
        yield bot


async def _answered(app: ASGIApp) -> float:
    """Send one signed ``/tip``, and return the milliseconds until its answer was whole."""
    body, kind = payloads.written(payloads.command("/tip"))
    return await _posted(app, "/slack/events", body, payloads.signed(body, kind))


async def _from_teams(app: ASGIApp, ms: microsoft.Microsoft) -> None:
    """Send from Teams what cannot be proved yet, over and over."""
    body = json.dumps(activities.written(ms.service, "tip")).encode()
    headers = {"authorization": f"Bearer {ms.token()}"}
    while True:
        await asyncio.gather(*(_posted(app, "/api/messages", body, headers) for _ in range(5)))


async def _posted(app: ASGIApp, path: str, body: bytes, headers: dict[str, str]) -> float:
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
    done = asyncio.Event()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            done.set()

    began = time.perf_counter()
    await app(scope, receive, send)
    await done.wait()
    return (time.perf_counter() - began) * 1000
