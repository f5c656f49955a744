"""Cost of a debrief's submission, beside bare Bolt that acknowledges it and stores nothing."""

import asyncio
import gc
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import cast

from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.chat.slack.bolt_app import ENDPOINT_PATH
from bot.conversation import Person
from bot.store.repositories import Repositories
from tests.bench.answering import run_bot, time_request
from tests.bench.planning import build_team
from tests.chat.slack import payloads, web_api

ROUNDS, SUBMISSIONS_PER_TURN = 10, 30
"""The number of turns of each app, and of submissions in a turn."""

CLINICIAN_COUNT = 9
"""Declared clinicians of the team; the one who submits is the first."""

WORKSPACE = f"slack:{payloads.TEAM}"


async def measure_submitting(folder: Path) -> dict[str, float]:
    """Measure the three apps in turns, so that the machine's other load affects all alike.

    ``bolt`` has Bolt's defaults, ``pbr`` has ``process_before_response``; both acknowledge alone.
    ``attune`` stores the debrief durably and answers with the guide. Figures are milliseconds; CPU
    is that of the whole process. Ratios are those of ``attune``. ``filed`` is the stored count of
    debriefs, which stops at 255; nothing of HTTP's cost is in the figures.
    """
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(web_api.run_web_api())
        bot = await stack.enter_async_context(run_bot(folder, api))
        await bot.context.store.across_workspaces.write(_declare_team)
        apps: dict[str, ASGIApp] = {
            "attune": bot.asgi,
            "pbr": _build_bare_app(api.url, process_before_response=True),
            "bolt": _build_bare_app(api.url, process_before_response=False),
        }
        apps = {name: _require_success(app) for name, app in apps.items()}
        latencies, cpu_milliseconds = await _time_in_turns(apps)
        filed = await bot.context.store.across_workspaces.write(
            lambda repos: _count_filed(repos, bot.context.now())
        )
    figures: dict[str, float] = {"filed": filed}
    for name, durations in latencies.items():
        percentiles = statistics.quantiles(durations, n=100)
        figures[f"{name}_p50"], figures[f"{name}_p99"] = percentiles[49], percentiles[98]
        figures[f"{name}_cpu"] = cpu_milliseconds[name] / len(durations)
    for name in ("pbr", "bolt"):
        for figure in ("p50", "p99", "cpu"):
            figures[f"{figure}_by_{name}"] = (
                figures[f"attune_{figure}"] / figures[f"{name}_{figure}"]
            )
    return figures


async def _time_in_turns(
    apps: dict[str, ASGIApp],
) -> tuple[dict[str, list[float]], dict[str, float]]:
    latencies: dict[str, list[float]] = {name: [] for name in apps}
    cpu_milliseconds = dict.fromkeys(apps, 0.0)
    view_numbers = count()
    for number in range(-1, ROUNDS):
        for name in list(apps)[:: 1 if number % 2 else -1]:
            gc.collect()
            cpu_before = time.process_time()
            durations = [
                await _time_submission(apps[name], f"V{next(view_numbers)}")
                for _ in range(SUBMISSIONS_PER_TURN)
            ]
            if number >= 0:
                latencies[name] += durations
                cpu_milliseconds[name] += (time.process_time() - cpu_before) * 1000
    return latencies, cpu_milliseconds


async def _time_submission(app: ASGIApp, view_id: str) -> float:
    """Submit one debrief, and return the milliseconds until the response was complete."""
    values = {
        "form": {"form": payloads.radio_state("away")},
        "status": {"status": payloads.radio_state("touched")},
    }
    payload = payloads.build_submission(id=view_id, state={"values": values})
    body, content_type = payloads.encode_payload(payload)
    return await time_request(app, ENDPOINT_PATH, body, payloads.sign_headers(body, content_type))


def _build_bare_app(api_url: str, *, process_before_response: bool) -> ASGIApp:
    app = AsyncApp(
        client=AsyncWebClient(token="xoxb-planted", base_url=api_url),
        signing_secret=payloads.SIGNING_SECRET,
        process_before_response=process_before_response,
    )

    async def acknowledge(ack: Callable[[], Awaitable[object]]) -> None:
        await ack()

    app.view("debrief")(acknowledge)
    return cast("ASGIApp", AsyncSlackRequestHandler(app, path=ENDPOINT_PATH))


def _require_success(app: ASGIApp) -> ASGIApp:
    """Wrap *app* so that a status other than 200 raises ``RuntimeError``."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        async def check_and_send(message: Message) -> None:
            if message.get("status", 200) != 200:
                raise RuntimeError(message["status"])
            await send(message)

        await app(scope, receive, check_and_send)

    return call


def _count_filed(repos: Repositories, now: datetime) -> int:
    contributor = repos.ledger.load_contributor(Person(WORKSPACE, payloads.MARIE), now)
    return repos.withdrawals.withdraw_debriefs(contributor, now).debrief_count


def _declare_team(repos: Repositories) -> None:
    team = build_team(WORKSPACE)
    repos.teams.save(team)
    others = [Person(WORKSPACE, f"U{number:03}") for number in range(1, CLINICIAN_COUNT)]
    repos.teams.declare_clinicians(team.id, [Person(WORKSPACE, payloads.MARIE), *others])


def run_measurement(folder: Path) -> dict[str, float]:
    """Run :func:`measure_submitting` in an event loop of its own."""
    return asyncio.run(measure_submitting(folder))
