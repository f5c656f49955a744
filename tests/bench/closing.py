"""Saves of people while many teams are declared, their periods opened, and closed at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import cast

from sqlalchemy import insert

from bot.admin import apply_teams
from bot.content.catalogue import Catalogue
from bot.context import Context
from bot.conversation import Person, Request
from bot.errors import StoreBusyError
from bot.store.repositories import Repositories
from bot.store.schema import people, rosters
from bot.store.store import Store
from bot.workflows.form_submission import FormContext, submit_form
from schedules import close_periods
from tests.bench.conditions import Conditions
from tests.bench.figures import POSTGRESQL, SQLITE, Figure
from tests.bench.teams import build_team
from tests.key_folders import key_store_for

WORKSPACE = "slack:T0BENCH"
PEOPLE_PER_TEAM = 20
MAX_TEAM_COUNT = 300

OPENS_AT = datetime(2026, 12, 15, 15, tzinfo=UTC)
"""A day in whose period both ledgers close on the same Monday."""

CLOSES_AT = datetime(2027, 1, 4, 5, 0, 30, tzinfo=UTC)
"""Half a minute after that Monday begins in Toronto."""

_CODES = {"form": "away", "status": "touched"}
_SAVE_PAUSE_SECONDS = 0.05


@dataclass
class SaveFigures:
    """What became of the saves: the waits in seconds, by the clock and by this process's CPU."""

    waits: list[float] = field(default_factory=list)
    cpu_waits: list[float] = field(default_factory=list)
    refused_count: int = 0


def measure_closings(conditions: Conditions) -> list[Figure]:
    """Measure saves beside the application of a team file, an opening and a close.

    At most :data:`MAX_TEAM_COUNT` teams, which each figure says: 5,000 take longer than a run of
    all measurements may. :func:`measure_closing` measures any number.
    """
    team_count = min(conditions.scale.team_count, MAX_TEAM_COUNT)
    note = f"{team_count} teams"
    folder = conditions.create_folder("closings")
    urls = {SQLITE: f"sqlite:///{folder}/database/attune.sqlite"}
    if conditions.create_postgres_url is not None:
        urls[POSTGRESQL] = conditions.create_postgres_url()
    return [
        Figure(name, column, value, value, value, note)
        for column, url in urls.items()
        for name, value in measure_closing(url, team_count, folder).items()
    ]


def measure_closing(url: str, team_count: int, folder: Path) -> dict[str, float]:
    """Declare *team_count* teams by a team file in *folder*, then as many whose periods open.

    The database at *url* is empty before. Then all periods end, and are closed and opened again.
    Meanwhile somebody saves a debrief, the next one soon after the answer. For each of
    ``applying``, ``opening`` and ``closing``: its ``seconds``, its ``cpu_seconds``, the number of
    ``saves``, those ``refused``, and the longest wait, ``wait_seconds`` and ``wait_cpu_seconds``;
    the latter is what it costs on a machine that does nothing else, without the disk.
    """
    return asyncio.run(_measure_store(url, team_count, folder))


async def _measure_store(url: str, team_count: int, folder: Path) -> dict[str, float]:
    store = Store.open(url, (b"a made-up pepper of 32 characters",), key_store_for(url))
    store.migrate()
    path = folder / "teams.toml"
    path.write_text("".join(map(_format_team, range(team_count))), encoding="utf-8")
    apply_file = partial(apply_teams.apply_teams, path=path, test_mode=False)
    figures = await _measure_action(store, range(team_count), "applying", OPENS_AT, apply_file)
    numbers = range(team_count, 2 * team_count)
    for start in range(0, team_count, 100):
        declare = partial(_declare_teams, numbers=numbers[start : start + 100])
        await store.across_workspaces.write(declare, timeout_seconds=60)
    for name, now in (("opening", OPENS_AT), ("closing", CLOSES_AT)):
        figures |= await _measure_action(store, numbers, name, now, close_periods.run)
    await store.close()
    return figures


async def _measure_action(
    store: Store,
    numbers: range,
    name: str,
    now: datetime,
    action: Callable[[Context], Awaitable[object]],
) -> dict[str, float]:
    """Run *action* at *now* beside saves in the teams of *numbers*; *name* begins each figure."""
    context = Context(store, cast("Catalogue", None), lambda: now, {})
    saves = SaveFigures()
    saving = asyncio.create_task(_save_until_cancelled(context, numbers, saves))
    started_at, cpu_before = time.perf_counter(), time.process_time()
    await action(context)
    figures: dict[str, float] = {
        "seconds": time.perf_counter() - started_at,
        "cpu_seconds": time.process_time() - cpu_before,
    }
    saving.cancel()
    await asyncio.gather(saving, return_exceptions=True)
    figures |= {
        "saves": len(saves.waits),
        "refused": saves.refused_count,
        "wait_seconds": max(saves.waits, default=0.0),
        "wait_cpu_seconds": max(saves.cpu_waits, default=0.0),
    }
    return {f"{name}_{figure}": value for figure, value in figures.items()}


async def _save_until_cancelled(context: Context, numbers: range, saves: SaveFigures) -> None:
    number = 0
    while True:
        number += 1
        team_number = numbers[number * 7919 % len(numbers)]
        person = Person(WORKSPACE, _build_person_id(team_number, number % PEOPLE_PER_TEAM))
        request = Request(person, "debrief", f"{context.now()} {number}")
        started_at, cpu_before = time.perf_counter(), time.process_time()
        try:
            await _save_debrief(context, request)
        except StoreBusyError:
            saves.refused_count += 1
        saves.waits.append(time.perf_counter() - started_at)
        saves.cpu_waits.append(time.process_time() - cpu_before)
        await asyncio.sleep(_SAVE_PAUSE_SECONDS)


async def _save_debrief(context: Context, request: Request) -> None:
    def file_once(repos: Repositories, form: FormContext) -> None:
        repos.ledger.file_debrief(form.contributor, _CODES)

    def submit(repos: Repositories) -> None:
        submit_form(repos, request, context.now(), lambda form: file_once(repos, form))

    await context.store.for_workspace(request.person.workspace).write(submit)


def _declare_teams(repos: Repositories, numbers: range) -> None:
    rows = []
    for number in numbers:
        repos.teams.save(build_team(WORKSPACE, f"{number:032}", f"C{number:05}"))
        rows += [
            {"team": f"{number:032}", "person": _build_person_id(number, place)}
            for place in range(PEOPLE_PER_TEAM)
        ]
    listed = [{**row, "workspace": WORKSPACE, "declared": True} for row in rows]
    profiles = [
        {"workspace": WORKSPACE, "id": row["person"], "joined": True, "home_team": row["team"]}
        for row in rows
    ]
    repos._connection.execute(insert(rosters), listed)
    repos._connection.execute(insert(people), profiles)


def _format_team(number: int) -> str:
    """Return the table of a team in a team file."""
    clinicians = [_build_person_id(number, place) for place in range(PEOPLE_PER_TEAM)]
    return f"""
[[team]]
workspace = "{WORKSPACE.removeprefix("slack:")}"
channel = "C{number:05}"
name = "Team {number}"
supervisors = ["U{number:05}SUPER"]
clinicians = {clinicians}
language = "en"
timezone = "America/Toronto"
checkin = {{ day = "monday", time = "09:00" }}
tip = {{ days = ["tuesday"], time = "09:00" }}
"""


def _build_person_id(team_number: int, place: int) -> str:
    return f"U{team_number:05}X{place:02}"
