"""Start-up time and memory of a process until its first answer, and its growth under load."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, cycle

from bot.sandbox.process.loopback_server import free_port
from tests.bench import load
from tests.bench.conditions import Conditions, Scale
from tests.bench.databases import ONE_TEAM, Database, create_database, list_requesters
from tests.bench.figures import SQLITE, Figure, divide_rounds, summarize
from tests.bench.slack_process import run_fake_slack
from tests.bench.targets import (
    build_bot,
    read_cpu_seconds,
    read_resident_megabytes,
    spawn_floor,
)
from tests.chat.slack.payloads import Payload
from tests.fork_server import RunningProcess

FLOOR, BOT = "bolt", "bot"

MIN_GROWTH_MB = 0.25
"""Growth of the floor below which it counts as this much: a ratio to nothing says nothing."""

_REQUESTERS = list_requesters(ONE_TEAM)

Start = Callable[[int], RunningProcess]
"""Starts a process that will answer on the port, and returns it at once."""


def measure_starting(conditions: Conditions) -> list[Figure]:
    """Start bare Bolt and the bot in turns, and send requests to both in the last round.

    A start lasts until the first signed command is answered. The memory at start is read a second
    later; the growth is from there to that after as many requests as the scale's number, of which
    each second one is a submission. The bot is for Slack alone, on SQLite.
    """
    rounds: defaultdict[str, list[float]] = defaultdict(list)
    database = create_database(conditions, SQLITE)
    with run_fake_slack(1000.0) as api_url:
        starts: dict[str, Start] = {
            FLOOR: lambda port: spawn_floor(FLOOR, port, api_url),
            BOT: lambda port: _spawn_bot(conditions, database, port, api_url),
        }
        for number in range(conditions.scale.round_count):
            conditions.report_progress(f"start {number + 1} of {conditions.scale.round_count}")
            for name in (FLOOR, BOT) if number % 2 else (BOT, FLOOR):
                is_last = number == conditions.scale.round_count - 1
                figures = _measure_start(starts[name], conditions.scale, grows=is_last)
                for figure, value in figures.items():
                    rounds[f"{name}_{figure}"].append(value)
    return _build_figures(rounds, conditions.scale.note)


def _measure_start(start: Start, scale: Scale, *, grows: bool) -> dict[str, float]:
    port, tip = free_port(), load.build_tip(_REQUESTERS[0])
    started_at = time.perf_counter()
    with _kill_at_end(start(port)) as process:
        asyncio.run(load.wait_for_answer(port, tip))
        figures = {
            "start_seconds": time.perf_counter() - started_at,
            "start_cpu": read_cpu_seconds(process.pid),
        }
        time.sleep(scale.share)
        memory = figures["memory"] = read_resident_megabytes(process.pid)
        if grows:
            asyncio.run(load.send_all(port, _iter_requests(), scale.number))
            figures["growth"] = read_resident_megabytes(process.pid) - memory
    return figures


@contextmanager
def _kill_at_end(process: RunningProcess) -> Iterator[RunningProcess]:
    """Kill *process* at the end of the block."""
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _spawn_bot(
    conditions: Conditions, database: Database, port: int, api_url: str
) -> RunningProcess:
    bot = build_bot(database.folder, api_url, database.url, forks=conditions.forks)
    bot.port = port
    with (database.folder / "log").open("ab") as log:
        return bot.start_process(("web",), bot.build_environment(), (log, log))


def _iter_requests() -> Iterator[Payload]:
    """Yield commands and submissions in turn, without end."""
    return chain.from_iterable(
        (load.build_tip(person), load.build_debrief(person)) for person in cycle(_REQUESTERS)
    )


def _build_figures(rounds: dict[str, list[float]], note: str) -> list[Figure]:
    figures = [summarize(name, SQLITE, values, note=note) for name, values in rounds.items()]
    for figure in ("start_seconds", "start_cpu", "memory"):
        ratios = divide_rounds(rounds[f"{BOT}_{figure}"], rounds[f"{FLOOR}_{figure}"])
        figures.append(summarize(f"{figure}_by_bolt", SQLITE, ratios, note=note))
    (growth,), (floor_growth,) = rounds[f"{BOT}_growth"], rounds[f"{FLOOR}_growth"]
    ratio = growth / max(floor_growth, MIN_GROWTH_MB)
    return [*figures, summarize("growth_by_bolt", SQLITE, [ratio], note=note)]
