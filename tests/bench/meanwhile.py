"""How long somebody waits for an answer while check-ins go out to a hundred workspaces."""

import asyncio
import http.client
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.sending import MONDAY, Load, figures, owe, stand_in
from tests.chat.slack import payloads
from tests.journeys.botprocess import BotProcess

EVERY = 0.04
"""Seconds from one command to the next, whatever the last answer took."""

_CALM = 3.0
"""Seconds after the last message in which what it left behind is written."""


def measured(load: Load, folder: Path) -> dict[str, Any]:
    """Type ``/tip`` over and over while a real bot sends *load*, and as often when it is done.

    Figures are milliseconds until the answer was whole: the median, and what one in a hundred
    took longer than.
    """
    with stand_in(load.a_second) as api:
        told = {"PACE": str(load.a_second), "SLACK_SIGNING_SECRET": payloads.SECRET}
        bot = BotProcess(folder, api, extra=told)
        asyncio.run(owe(bot, load))
        bot.clock = MONDAY.isoformat()
        bot.start()
        try:
            sending = _answered(bot, lambda _: figures(api)["messages"] < load.messages)
            time.sleep(_CALM)
            idle = _answered(bot, lambda count: count < len(sending))
        finally:
            bot.stop()
    found: dict[str, Any] = {"commands": len(sending)}
    for name, taken in (("sending", sending), ("idle", idle)):
        found |= {f"{name}_p50": statistics.median(taken), f"{name}_p99": _p99(taken)}
    return found | {"ratio_p99": _p99(sending) / _p99(idle)}


def _answered(bot: BotProcess, goes_on: Callable[[int], bool]) -> list[float]:
    line = http.client.HTTPConnection("127.0.0.1", bot.port)
    body, kind = payloads.written(payloads.command("/tip"))
    taken: list[float] = []
    while goes_on(len(taken)):
        for _ in range(25):
            began = time.perf_counter()
            line.request("POST", "/slack/events", body, payloads.signed(body, kind))
            answer = line.getresponse()
            answer.read()
            assert answer.status == 200
            taken.append((time.perf_counter() - began) * 1000)
            time.sleep(max(0.0, EVERY - taken[-1] / 1000))
    line.close()
    return taken


def _p99(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=100)[98]
