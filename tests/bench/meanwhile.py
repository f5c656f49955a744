"""How long somebody waits for an answer while check-ins go out to a hundred workspaces."""

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
"""Seconds from one command to the next, whatever the last answer took."""

_CALM_SECONDS = 3.0
"""Seconds after the last message in which what it left behind is written."""


def measure_meanwhile(load: Load, folder: Path) -> dict[str, Any]:
    """Type ``/tip`` over and over while a real bot sends *load*, and as often when it is done.

    Figures are milliseconds until the answer was whole: the median, and what one in a hundred
    took longer than.
    """
    with run_fake_slack(load.messages_per_second) as api:
        told = {
            "PACE": str(load.messages_per_second),
            "SLACK_SIGNING_SECRET": payloads.SIGNING_SECRET,
        }
        bot = BotProcess(folder, api, extra_environment=told)
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
    found: dict[str, Any] = {"commands": len(sending)}
    for name, taken in (("sending", sending), ("idle", idle)):
        found |= {f"{name}_p50": statistics.median(taken), f"{name}_p99": _percentile_99(taken)}
    return found | {"ratio_p99": _percentile_99(sending) / _percentile_99(idle)}


def _time_commands(bot: BotProcess, should_continue: Callable[[int], bool]) -> list[float]:
    line = http.client.HTTPConnection("127.0.0.1", bot.port)
    body, kind = payloads.encode_payload(payloads.build_command("/tip"))
    taken: list[float] = []
    while should_continue(len(taken)):
        for _ in range(25):
            began = time.perf_counter()
            line.request("POST", "/slack/events", body, payloads.sign_headers(body, kind))
            answer = line.getresponse()
            answer.read()
            assert answer.status == 200
            taken.append((time.perf_counter() - began) * 1000)
            time.sleep(max(0.0, INTERVAL_SECONDS - taken[-1] / 1000))
    line.close()
    return taken


def _percentile_99(durations: list[float]) -> float:
    return statistics.quantiles(durations, n=100)[98]
