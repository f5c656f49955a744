"""Requests to applications in this process, whose CPU time alternating turns compare."""

import asyncio
import gc
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from starlette.types import ASGIApp, Message

from bot.app import Bot
from bot.clock import Clock
from bot.settings import Settings
from bot.store.open_store import open_store
from tests.bench.floors import ENDPOINT_PATH
from tests.bench.seeding import NOW
from tests.chat.slack import payloads
from tests.chat.slack.payloads import Payload
from tests.journeys.botprocess import PEPPER, BotProcess


class UnexpectedStatusError(Exception):
    """An application answered a status other than 200."""


@asynccontextmanager
async def run_bot_on(
    folder: Path, database_url: str, api_url: str, **settings: Any
) -> AsyncIterator[Bot]:
    """Run a bot with the keys of *folder* in this process, without its scheduler.

    *settings* are those of a product besides Slack.
    """
    config = Settings(
        _env_file=None,
        database_url=SecretStr(database_url),
        keys=SecretStr(str(BotProcess(folder, "").keys_folder)),
        pepper=SecretStr(PEPPER),
        slack_api_url=api_url,
        slack_bot_token=SecretStr("xoxb-planted"),
        slack_signing_secret=SecretStr(payloads.SIGNING_SECRET),
        test_mode=True,
        test_clock=NOW,
        **settings,
    )
    store = open_store(config)
    store.migrate()
    await store.close()
    bot = Bot(config, Clock(NOW), receives=True, runs_ticker=False)
    async with bot.lifespan():
        yield bot


async def time_request(app: ASGIApp, path: str, body: bytes, headers: Mapping[str, str]) -> float:
    """Send one request, and return the milliseconds until the response was complete.

    Raises :class:`UnexpectedStatusError` for a status other than 200.
    """
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
        if message.get("status", 200) != 200:
            raise UnexpectedStatusError(message["status"])
        if message["type"] == "http.response.body":
            is_complete.set()

    start = time.perf_counter()
    await app(scope, receive, send)
    await is_complete.wait()
    return (time.perf_counter() - start) * 1000


async def time_payload(app: ASGIApp, payload: Payload) -> float:
    """Send one signed payload to Slack's endpoint, and return its milliseconds."""
    body, content_type = payloads.encode_payload(payload)
    return await time_request(app, ENDPOINT_PATH, body, payloads.sign_headers(body, content_type))


@dataclass(frozen=True)
class Turns:
    """What one application's requests cost in each round of turns, in milliseconds.

    ``cpu`` is that of the whole process for a request, with what it leaves to other threads and to
    tasks after its response; ``latency`` is the median.
    """

    cpu: list[float] = field(default_factory=list)
    latency: list[float] = field(default_factory=list)


async def compare_apps(
    apps: Mapping[str, ASGIApp],
    requests: Mapping[str, Iterator[Payload]],
    *,
    round_count: int,
    requests_per_turn: int,
    settle: Callable[[], Awaitable[None]] = lambda: asyncio.sleep(0),
) -> dict[str, Turns]:
    """Deal turns to the applications in alternating order; *settle* ends each.

    One round before the first is not counted.
    """
    turns = {name: Turns() for name in apps}
    for number in range(-1, round_count):
        for name in list(apps)[:: 1 if number % 2 else -1]:
            gc.collect()
            cpu_before = time.process_time()
            durations = [
                await time_payload(apps[name], next(requests[name]))
                for _ in range(requests_per_turn)
            ]
            await settle()
            cpu_seconds = time.process_time() - cpu_before
            if number >= 0:
                turns[name].cpu.append(cpu_seconds / requests_per_turn * 1000)
                turns[name].latency.append(statistics.median(durations))
    return turns
