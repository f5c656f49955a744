"""Latency, throughput and CPU time of acknowledgements, beside floors that store nothing."""

import asyncio
import gc
import random
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from itertools import cycle

from tests.bench import load
from tests.bench.conditions import Conditions
from tests.bench.databases import REQUESTER_COUNT, Database, create_databases
from tests.bench.figures import SQLITE, Figure, divide_rounds, percentile, summarize
from tests.bench.floors import FLOOR_NAMES
from tests.bench.slack_process import run_fake_slack
from tests.bench.targets import Target, build_bot, run_bot, run_floor
from tests.chat.slack.payloads import Payload

REQUESTS_PER_SECOND = {"submission": 20.0, "tip": 60.0}

_BUILDERS: dict[str, Callable[[str], Payload]] = {
    "submission": load.build_debrief,
    "tip": load.build_tip,
}

Rounds = dict[tuple[str, str], list[float]]
"""The figures of all rounds, by figure and target."""


def measure_acknowledging(conditions: Conditions) -> list[Figure]:
    """Send signed debriefs and ``/tip`` to every target in turns, at a rate and saturated.

    All targets are alive at once, and each round deals turns to them in a shuffled order, so that
    the machine's other load affects all alike. The bots' requests come from twenty people of
    their own databases, who are of as many teams in the large one.
    """
    databases = create_databases(conditions)
    with ExitStack() as stack:
        api_url = stack.enter_context(run_fake_slack(1000.0))
        targets = [stack.enter_context(run_floor(name, api_url)) for name in FLOOR_NAMES]
        for database in databases:
            bot = build_bot(database.folder, api_url, database.url, forks=conditions.forks)
            targets.append(stack.enter_context(run_bot(database.column, bot)))
        populations = {database.column: database for database in databases}
        turns = _Turns(conditions, targets, populations)
        asyncio.run(turns.run_all())
    return turns.build_figures([database.column for database in databases])


class _Turns:
    def __init__(
        self, conditions: Conditions, targets: list[Target], databases: dict[str, Database]
    ) -> None:
        self._conditions = conditions
        self._scale = conditions.scale
        self._targets = targets
        self._random = random.Random(21)  # noqa: S311 - a repeatable order
        self._requests = {
            (kind, target.name): map(
                build, cycle(databases.get(target.name, databases[SQLITE]).list_requesters())
            )
            for kind, build in _BUILDERS.items()
            for target in targets
        }
        self._rounds: Rounds = defaultdict(list)
        self._durations: Rounds = defaultdict(list)

    async def run_all(self) -> None:
        """Run every round, after a request of each person that is not counted.

        The bot looks up the profile of a person after their first request.
        """
        for target in self._targets:
            requests = self._requests["tip", target.name]
            await load.send_at_rate(target.port, requests, REQUESTER_COUNT, 100.0)
        for number in range(self._scale.round_count):
            self._conditions.report_progress(f"round {number + 1} of {self._scale.round_count}")
            for kind in _BUILDERS:
                for target in self._random.sample(self._targets, len(self._targets)):
                    await self._run_turn(kind, target)

    async def _run_turn(self, kind: str, target: Target) -> None:
        gc.collect()
        requests = self._requests[kind, target.name]
        count = self._scale.requests_per_turn
        durations = await load.send_at_rate(target.port, requests, count, REQUESTS_PER_SECOND[kind])
        self._durations[kind, target.name] += durations
        for percent in (50, 99):
            self._add(f"{kind}_p{percent}", target, percentile(durations, percent))
        cpu_before = target.read_cpu_seconds()
        saturation = await load.saturate(target.port, requests, self._scale.turn_seconds)
        cpu_seconds = target.read_cpu_seconds() - cpu_before
        self._add(f"{kind}_rate", target, saturation.answers_per_second)
        self._add(f"{kind}_cpu", target, cpu_seconds / saturation.answer_count * 1000)

    def _add(self, figure: str, target: Target, value: float) -> None:
        self._rounds[figure, target.name].append(value)

    def build_figures(self, columns: list[str]) -> list[Figure]:
        """Return every target's own figures, and those of each bot divided by the floors'."""
        note = self._scale.note
        figures = [
            summarize(name, target, values, note=note)
            for (name, target), values in self._rounds.items()
        ]
        for name, target in list(self._rounds):
            for floor in FLOOR_NAMES if target in columns else ():
                ratios = divide_rounds(self._rounds[name, target], self._rounds[name, floor])
                total = self._divide_totals(name, target, floor)
                figures.append(
                    summarize(f"{name}_by_{floor}", target, ratios, total=total, note=note)
                )
        return figures

    def _divide_totals(self, name: str, target: str, floor: str) -> float | None:
        """Return the ratio of the 99th percentiles of all rounds; ``None`` for other figures."""
        kind, _, figure = name.rpartition("_")
        if figure != "p99":
            return None
        own, base = (self._durations[kind, name_of_target] for name_of_target in (target, floor))
        return percentile(own, 99) / percentile(base, 99)
