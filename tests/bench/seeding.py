"""Databases of many teams, whose people joined and whose counting periods are open."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path

from sqlalchemy import insert

from bot.conversation import Person
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL
from bot.domain.people import Team
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.repositories import Repositories
from bot.store.repositories.column_codecs import team_unit_key
from bot.store.repositories.periods import _build_period_row, _build_record
from bot.store.schema import feeds, people, periods, rosters, unit_classes
from bot.store.store import Store
from tests.bench.teams import build_team
from tests.chat.slack.payloads import TEAM
from tests.journeys.botprocess import PEPPER
from tests.ledger_records import load_records

NOW = datetime(2026, 7, 2, 15, tzinfo=UTC)
"""The time of the bots' clocks: a Thursday, on which no check-in and no tip is due."""

WORKSPACE = f"slack:{TEAM}"

_TEAMS_PER_TRANSACTION, _TIMEOUT_SECONDS = 100, 600.0


@dataclass(frozen=True)
class Population:
    """A number of teams of one workspace, with as many people each."""

    team_count: int
    people_per_team: int

    def team_id(self, number: int) -> str:
        """Return the id of the team of that *number*."""
        return f"team{number:05}"

    def list_people(self, team_number: int) -> list[Person]:
        """Return the people of the team of that number."""
        return [
            Person(WORKSPACE, person_id(team_number, number))
            for number in range(self.people_per_team)
        ]


def person_id(team_number: int, number: int) -> str:
    """Return the made-up member id of the person of that *number* in a team."""
    return f"U{team_number:05}X{number:03}"


def open_bot_store(url: str, keys_folder: Path) -> Store:
    """Open the store of a bot process that is not running, with its keys.

    A key that it creates need not survive a power cut, which writes them twenty times as fast.
    """
    keys = FolderKeyStore(keys_folder, synchronize=lambda _descriptor: None)
    return Store.open(url, (PEPPER.encode(),), keys, write_timeout_seconds=_TIMEOUT_SECONDS)


def seed_database(
    url: str, keys_folder: Path, population: Population, *, debriefs_each: int = 0
) -> None:
    """Create the tables at *url* and insert *population*, with an open period per ledger and team.

    Each person has filed *debriefs_each*. Set-ups, records and lists go through the repositories,
    a transaction for a hundred teams; what opening a period would look up is planned once.
    """
    asyncio.run(_seed(url, keys_folder, population, debriefs_each))


async def _seed(url: str, keys_folder: Path, population: Population, debriefs_each: int) -> None:
    store = open_bot_store(url, keys_folder)
    store.migrate()
    numbers = iter(range(population.team_count))
    while batch := list(islice(numbers, _TEAMS_PER_TRANSACTION)):
        steps = [partial(_insert_teams, population=population, team_numbers=batch)]
        if debriefs_each:
            steps.append(partial(_file, population, batch, debriefs_each))
        for step in steps:
            await store.across_workspaces.write(step, timeout_seconds=_TIMEOUT_SECONDS)
    await store.close()


def _insert_teams(repos: Repositories, population: Population, team_numbers: list[int]) -> None:
    persons_by_team = {
        build_team(WORKSPACE, population.team_id(number), f"C{number:05}"): population.list_people(
            number
        )
        for number in team_numbers
    }
    insert_teams(repos, persons_by_team)
    for ledger in (TOTAL, BREAKDOWN):
        open_periods(repos, ledger, persons_by_team, NOW)


def insert_teams(repos: Repositories, persons_by_team: Mapping[Team, list[Person]]) -> None:
    """Insert teams, whose people have all joined."""
    for team in persons_by_team:
        repos.teams.save(team)
    pairs = [(team, person) for team, persons in persons_by_team.items() for person in persons]
    home_rows = [
        {"workspace": person.workspace, "id": person.id, "joined": True, "home_team": team.id}
        for team, person in pairs
    ]
    listed_rows = [
        {"team": team.id, "workspace": person.workspace, "person": person.id, "declared": True}
        for team, person in pairs
    ]
    repos._connection.execute(insert(people), home_rows)
    repos._connection.execute(insert(rosters), listed_rows)
    for team in persons_by_team:
        repos.team_slots.ensure_slots(team.id)


def open_periods(
    repos: Repositories,
    ledger: str,
    persons_by_team: Mapping[Team, list[Person]],
    now: datetime,
) -> None:
    """Open a period of *ledger* for each team of a workspace, all with the terms of the first."""
    own = repos.ledger._periods
    first_team = next(iter(persons_by_team))
    plan = own._plans.plan_period(team_unit_key(first_team.id), (first_team,), ledger, now)
    period_rows, feed_rows, class_rows = [], [], []
    for team, persons in persons_by_team.items():
        period = replace(plan.period, unit=team_unit_key(team.id))
        own._records.insert_record(period, partial(_build_record, period, persons))
        own._members.insert_members(period, persons)
        period_rows.append(_build_period_row(period))
        feed_rows.append({**period.row_key, "team": team.id})
        class_rows.append({"ledger": ledger, "unit": period.unit, **asdict(plan.unit_class)})
    repos._connection.execute(insert(periods), period_rows)
    repos._connection.execute(insert(feeds), feed_rows)
    repos._connection.execute(insert(unit_classes), class_rows)


def _file(population: Population, team_numbers: list[int], each: int, repos: Repositories) -> None:
    """File *each* debriefs of every person of the teams."""
    for number in team_numbers:
        for person in population.list_people(number):
            contributor = repos.ledger.get_contributor_and_open_periods(person, NOW)
            for _ in range(each):
                repos.ledger.file_debrief(contributor, {"form": "away", "status": "touched"})


def count_filed(url: str, keys_folder: Path) -> int:
    """Count the debriefs in the open records of the total, of a bot that is not running."""
    store = open_bot_store(url, keys_folder)
    try:
        records = store.read_sync(load_records)
    finally:
        store.close_sync()
    return sum(
        slot.count
        for period, record in records.items()
        if period.ledger == TOTAL
        for slot in record.slots
    )
