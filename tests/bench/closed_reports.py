"""Cost of a report over many closed debriefs, of which published tables alone are stored."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from itertools import cycle
from pathlib import Path
from typing import Any, cast

from sqlalchemy import insert

from bot.conversation import Person
from bot.domain.calendar import monday_of
from bot.domain.counts import release_rule
from bot.domain.counts.noise import NoiseGenerator
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL
from bot.domain.people import Role
from bot.store.repositories import Repositories
from bot.store.repositories.column_codecs import team_unit_key
from bot.store.schema import releases, roles
from tests.bench.conditions import Conditions
from tests.bench.figures import POSTGRESQL, SQLITE, Figure, divide_rounds, summarize
from tests.bench.in_process import Turns, compare_apps, run_bot_on
from tests.bench.seeding import NOW, WORKSPACE, open_bot_store
from tests.bench.slack_process import run_fake_slack
from tests.bench.teams import build_team
from tests.chat.slack import payloads
from tests.chat.slack.payloads import Payload
from tests.journeys.botprocess import BotProcess

PEOPLE_PER_TEAM, WEEKS = 20, 104
"""Each person of a team filed a debrief in each week of two years, which is what is retained."""

DEBRIEFS_PER_TEAM = PEOPLE_PER_TEAM * WEEKS

_LEAST, _MOST = "least", "most"


@dataclass(frozen=True)
class Archive:
    """A database of the closed debriefs of some teams."""

    folder: Path
    url: str
    team_count: int

    @property
    def debrief_count(self) -> int:
        """How many debriefs were filed before their periods closed."""
        return self.team_count * DEBRIEFS_PER_TEAM


def measure_closed_reports(conditions: Conditions) -> list[Figure]:
    """Ask for the report of a team's newest period, over all closed debriefs and over a tenth.

    The ledger keeps no debrief of a closed period, so that there are tables to read, two for a
    team and period: as many as those debriefs made.
    """
    columns = [SQLITE, *([POSTGRESQL] if conditions.create_postgres_url else [])]
    return [figure for column in columns for figure in _measure_column(conditions, column)]


def _measure_column(conditions: Conditions, column: str) -> list[Figure]:
    most = max(2, round(10_000_000 * conditions.scale.share / DEBRIEFS_PER_TEAM))
    archives = {}
    for name, team_count in ((_LEAST, max(1, most // 10)), (_MOST, most)):
        folder = conditions.create_folder(f"reports-{column}-{name}")
        url = f"sqlite:///{BotProcess(folder, '').database_file}"
        if column == POSTGRESQL:
            assert conditions.create_postgres_url
            url = conditions.create_postgres_url()
        archives[name] = Archive(folder, url, team_count)
        conditions.report_progress(f"{archives[name].debrief_count} closed debriefs on {column}")
        asyncio.run(_fill(archives[name]))
    turns = asyncio.run(_compare(conditions, archives))
    note = conditions.scale.note
    return [
        summarize(
            f"report_{kind}_by_tenth",
            column,
            divide_rounds(getattr(turns[_MOST], kind), getattr(turns[_LEAST], kind)),
            note=note,
        )
        for kind in ("cpu", "latency")
    ] + [summarize("report_latency", column, turns[_MOST].latency, note=note)]


async def _compare(conditions: Conditions, archives: dict[str, Archive]) -> dict[str, Turns]:
    async with AsyncExitStack() as stack:
        api_url = stack.enter_context(run_fake_slack(1000.0))
        bots = {
            name: await stack.enter_async_context(run_bot_on(archive.folder, archive.url, api_url))
            for name, archive in archives.items()
        }

        async def settle() -> None:
            for bot in bots.values():
                await bot.request_middleware.wait_for_profile_lookups()
                await bot.chat_adapters["slack"].wait_for_background_tasks()

        return await compare_apps(
            {name: cast("Any", bot.asgi) for name, bot in bots.items()},
            {name: _iter_requests(archive) for name, archive in archives.items()},
            round_count=conditions.scale.round_count,
            requests_per_turn=conditions.scale.requests_per_turn,
            settle=settle,
        )


def _iter_requests(archive: Archive) -> Iterator[Payload]:
    """Yield the supervisors' commands, of twenty teams spread over all."""
    numbers = (number * archive.team_count // 20 for number in range(20))
    return (
        payloads.build_command("/debriefs", user_id=_supervisor_id(number))
        for number in cycle(dict.fromkeys(numbers))
    )


async def _fill(archive: Archive) -> None:
    store = open_bot_store(archive.url, BotProcess(archive.folder, "").keys_folder)
    store.migrate()
    for start in range(0, archive.team_count, 200):
        numbers = range(start, min(start + 200, archive.team_count))
        await store.across_workspaces.write(partial(_insert_teams, numbers=numbers))
    await store.close()


def _insert_teams(repos: Repositories, numbers: Iterable[int]) -> None:
    role_rows, release_rows = [], []
    for number in numbers:
        team = build_team(WORKSPACE, f"team{number:05}", f"C{number:05}")
        repos.teams.save(team)
        supervisor = Person(WORKSPACE, _supervisor_id(number))
        row = {"team": team.id, "workspace": WORKSPACE, "person": supervisor.id}
        role_rows.append({**row, "role": Role.SUPERVISOR.value, "agreed": True})
        release_rows += [{**table, "unit": team_unit_key(team.id)} for table in _build_tables()]
    repos._connection.execute(insert(roles), role_rows)
    repos._connection.execute(insert(releases), release_rows)


def _supervisor_id(team_number: int) -> str:
    return f"U{team_number:05}SUPER"


@cache
def _build_tables() -> list[dict[str, object]]:
    """Return the rows of a team's releases of two years, without the unit."""
    generator, tables = NoiseGenerator(b"made up"), []
    for ledger in (TOTAL, BREAKDOWN):
        terms = release_rule.select_terms(ledger, PEOPLE_PER_TEAM)
        tokens = [bytes([n]) for n in range(PEOPLE_PER_TEAM) for _ in range(terms.cap)]
        table = (
            release_rule.release_total([(token, "") for token in tokens], terms, generator)
            if ledger == TOTAL
            else release_rule.release_breakdown(
                [(token, "away") for token in tokens], "form", terms, generator
            )
        )
        question = "form" if ledger == BREAKDOWN else ""
        for closes in _list_closes(terms.weeks):
            opens = closes - timedelta(weeks=terms.weeks)
            row = {"ledger": ledger, "opens": opens, "closes": closes, "cap": terms.cap}
            tables.append({**row, "question": question, "body": table.json_body})
    return tables


def _list_closes(weeks: int) -> list[date]:
    last = monday_of(NOW.date())
    return [last - timedelta(weeks=weeks * number) for number in range(WEEKS // weeks)]
