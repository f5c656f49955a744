"""Memory use of planning a check-in for 100,000 people who are due at once."""

import asyncio
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot.content import catalogue
from bot.context import Context
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Deliveries, PlannedDelivery
from bot.store.schema import people, rosters
from schedules import weekly_checkin
from tests.bench.conditions import Conditions
from tests.bench.figures import SQLITE, Figure, summarize
from tests.bench.teams import build_team
from tests.doubles import RecordingOutlet
from tests.key_folders import open_test_store

MONDAY = datetime(2026, 6, 29, 13, 0, 30, tzinfo=UTC)
"""Half a minute past nine in Toronto."""


def measure_planning(conditions: Conditions) -> list[Figure]:
    """Plan for ten times the scale's number: growth in megabytes, and the largest write's rows.

    In a process of its own, unless processes are forks: memory freed by another measurement would
    be reused unnoticed.
    """
    people_count = conditions.scale.number * 10
    if conditions.forks:
        result = _measure_in_process(people_count)
    else:
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            result = pool.submit(_measure_in_process, people_count).result()
    return [
        summarize(f"planning_{name}", SQLITE, [value], note=f"{people_count} people")
        for name, value in result.items()
    ]


def _measure_in_process(people_count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_plan_and_measure(people_count, Path(folder)))


async def _plan_and_measure(people_count: int, folder: Path) -> dict[str, Any]:
    store = open_test_store(f"sqlite:///{folder}/attune.sqlite", ())
    store.migrate()
    await store.across_workspaces.write(
        lambda repos: _insert_people(repos, people_count), timeout_seconds=600
    )
    context = Context(
        store, catalogue.load_catalogue(), lambda: MONDAY, {"slack": RecordingOutlet()}
    )
    row_counts: list[int] = []
    await weekly_checkin.next_due(context)
    with _record_row_counts(row_counts):
        megabytes_before = _peak_megabytes()
        planned = await weekly_checkin.run(context)
        growth = _peak_megabytes() - megabytes_before
        planned_again = await weekly_checkin.run(context)
    await store.close()
    return {
        "planned": planned,
        "again": planned_again,
        "growth_mb": growth,
        "rows": max(row_counts),
    }


@contextmanager
def _record_row_counts(row_counts: list[int]) -> Iterator[None]:
    """Append the number of deliveries of each write to *row_counts* while the block runs."""
    methods = {name: getattr(Deliveries, name) for name in ("plan_deliveries", "plan_checkins")}
    for name, method in methods.items():
        setattr(Deliveries, name, _count_rows(method, row_counts))
    try:
        yield
    finally:
        for name, method in methods.items():
            setattr(Deliveries, name, method)


def _count_rows(
    method: Callable[[Deliveries, Iterable[PlannedDelivery]], int], row_counts: list[int]
) -> Callable[[Deliveries, Iterable[PlannedDelivery]], int]:
    def count_and_call(repository: Deliveries, deliveries: Iterable[PlannedDelivery]) -> int:
        rows = list(deliveries)
        row_counts.append(len(rows))
        return method(repository, rows)

    return count_and_call


def _peak_megabytes() -> float:
    """Return this process's peak memory in megabytes; getrusage would include its parent's."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def _insert_people(repos: Repositories, people_count: int) -> None:
    team = build_team("slack:T0")
    repos.teams.save(team)
    row = {"workspace": "slack:T0", "joined": True, "home_team": "team"}
    for start in range(0, people_count, 1000):
        rows = [
            {**row, "id": f"U{number:06}"}
            for number in range(start, min(start + 1000, people_count))
        ]
        repos._connection.execute(insert(people), rows)
        listed = [
            {"team": "team", "workspace": row["workspace"], "person": row["id"], "declared": False}
            for row in rows
        ]
        repos._connection.execute(insert(rosters), listed)
