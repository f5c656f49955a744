"""Saves of people while the periods of many teams are opened, and while they close at once."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from datetime import time as local
from typing import cast

from sqlalchemy import insert

from bot.content.catalogue import Catalogue
from bot.context import Context
from bot.conversation import Person, Request
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Team
from bot.errors import StoreBusyError
from bot.store.repositories import Repositories
from bot.store.schema import people, rosters
from bot.store.store import Store
from bot.workflows.form_submission import FormContext, submit_form
from schedules import close_periods
from tests.key_folders import key_store_for

WORKSPACE = "slack:T0BENCH"
PEOPLE_PER_TEAM = 20

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


def measure_closing(url: str, team_count: int) -> dict[str, float]:
    """Open and close the periods of *team_count* new teams in the empty database at *url*.

    Meanwhile somebody saves a debrief, the next one soon after the answer. For each of ``opening``
    and ``closing``, which opens the next periods too: its ``seconds``, its ``cpu_seconds``, the
    number of ``saves``, those ``refused``, and the longest wait, ``wait`` and ``cpu_wait``, in
    seconds; the latter is what the wait costs on a machine that does nothing else, without the
    disk. ``closed`` is the number of periods that were published.
    """
    return asyncio.run(_measure_store(url, team_count))


async def _measure_store(url: str, team_count: int) -> dict[str, float]:
    store = Store.open(url, (b"a made-up pepper of 32 characters",), key_store_for(url))
    store.migrate()
    for start in range(0, team_count, 100):
        numbers = range(start, min(start + 100, team_count))
        await store.across_workspaces.write(
            lambda repos, numbers=numbers: _declare_teams(repos, numbers),  # type: ignore[misc]  # bound by its default
            timeout_seconds=60,
        )
    figures: dict[str, float] = {}
    for name, now in (("opening", OPENS_AT), ("closing", CLOSES_AT)):
        figures |= await _measure_duty(store, team_count, name, now)
    await store.close()
    return figures


async def _measure_duty(
    store: Store, team_count: int, name: str, now: datetime
) -> dict[str, float]:
    """Run the duty at *now* beside saves; return its figures, with *name* before each."""
    context = Context(store, cast("Catalogue", None), lambda: now, {})
    saves = SaveFigures()
    saving = asyncio.create_task(_save_until_cancelled(context, team_count, saves))
    started_at, cpu_before = time.perf_counter(), time.process_time()
    closed_count = await close_periods.run(context)
    figures = {
        "seconds": time.perf_counter() - started_at,
        "cpu_seconds": time.process_time() - cpu_before,
        "closed": closed_count,
    }
    saving.cancel()
    await asyncio.gather(saving, return_exceptions=True)
    figures |= {
        "saves": len(saves.waits),
        "refused": saves.refused_count,
        "wait": max(saves.waits, default=0.0),
        "cpu_wait": max(saves.cpu_waits, default=0.0),
    }
    return {f"{name}_{figure}": value for figure, value in figures.items()}


async def _save_until_cancelled(context: Context, team_count: int, saves: SaveFigures) -> None:
    number = 0
    while True:
        number += 1
        team_number = number * 7919 % team_count
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
        repos.teams.save(_build_team(number))
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


def _build_person_id(team_number: int, place: int) -> str:
    return f"U{team_number:05}X{place:02}"


def _build_team(number: int) -> Team:
    return Team(
        id=f"{number:032}",
        workspace=WORKSPACE,
        channel=f"C{number:05}",
        name=f"Team {number}",
        practice="",
        language="en",
        zone="America/Toronto",
        checkin_rule=WeeklyRule(1, local(9)),
        tip_days=(),
        tip_time=local(9),
        question="form",
        open_to_team=False,
    )
