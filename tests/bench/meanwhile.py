"""Latency of commands while check-ins are sent to a hundred workspaces."""

import asyncio
import http.client
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.sending import START_TIME, Load, fetch_figures, plan_checkins, run_fake_slack
from tests.chat.slack import payloads
from tests.journeys.botprocess import BotProcess

INTERVAL_SECONDS = 0.04
"""Seconds from one command to the next, independent of the last latency."""

_CALM_SECONDS = 3.0
"""Seconds after the last message in which pending writes finish."""


def measure_meanwhile(load: Load, folder: Path) -> dict[str, Any]:
    """Send ``/tip`` over and over while a real bot sends *load*, and as often when it is idle.

    Figures are the milliseconds until the response was complete: median and 99th percentile.
    """
    with run_fake_slack(load.messages_per_second) as api:
        environment = {
            "PACE": str(load.messages_per_second),
            "SLACK_SIGNING_SECRET": payloads.SIGNING_SECRET,
        }
        bot = BotProcess(folder, api, extra_environment=environment)
        asyncio.run(plan_checkins(bot, load))
        bot.clock_time = START_TIME.isoformat()
        bot.start()
        try:
            sending = _time_commands(
                bot, lambda _: fetch_figures(api)["messages"] < load.message_count
            )
            time.sleep(_CALM_SECONDS)
            idle = _time_commands(bot, lambda count: count < len(sending))
        finally:
            bot.stop()
    figures: dict[str, Any] = {"commands": len(sending)}
    for name, durations in (("sending", sending), ("idle", idle)):
        figures |= {
            f"{name}_p50": statistics.median(durations),
            f"{name}_p99": _percentile_99(durations),
        }
    return figures | {"ratio_p99": _percentile_99(sending) / _percentile_99(idle)}


def _time_commands(bot: BotProcess, should_continue: Callable[[int], bool]) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", bot.port)
    body, content_type = payloads.encode_payload(payloads.build_command("/tip"))
    durations: list[float] = []
    while should_continue(len(durations)):
        for _ in range(25):
            start = time.perf_counter()
            connection.request(
                "POST", "/slack/events", body, payloads.sign_headers(body, content_type)
            )
            response = connection.getresponse()
            response.read()
            assert response.status == 200
            durations.append((time.perf_counter() - start) * 1000)
            time.sleep(max(0.0, INTERVAL_SECONDS - durations[-1] / 1000))
    connection.close()
    return durations


def _percentile_99(durations: list[float]) -> float:
    return statistics.quantiles(durations, n=100)[98]
