"""Made-up teams whose debriefs are counted, and looks at what is stored of them."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import Row, Table, select

from bot.conversation import Person
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Team
from bot.store.repositories import Repositories
from bot.store.repositories.releases import Release
from bot.store.repositories.slips import FilingResult
from bot.store.schema import periods, releases, slips
from bot.store.store import Store

WORKSPACE = "slack:T1"
NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
"""A Tuesday morning in Toronto; the quarter ends on January 4, the month on December 7."""

AFTER_QUARTER = datetime(2027, 1, 4, 5, tzinfo=UTC)
"""Midnight in Toronto, as that Monday begins."""

AFTER_MONTH = datetime(2026, 12, 7, 5, tzinfo=UTC)

AWAY_ANSWERS = {"form": "away", "status": "touched"}


def build_team(name: str, *, practice: str = "", zone: str = "America/Toronto") -> Team:
    """A team with a channel of its own."""
    return Team(
        id=name,
        workspace=WORKSPACE,
        channel=f"C{name}",
        name=name,
        practice=practice,
        language="en",
        zone=zone,
        checkin_rule=WeeklyRule(1, time(9)),
        tip_days=(),
        tip_time=time(9),
        question="form",
        open_to_team=False,
    )


def build_clinicians(name: str, count: int) -> tuple[Person, ...]:
    """The first *many* clinicians of the team called *name*."""
    return tuple(Person(WORKSPACE, f"{name} {number}") for number in range(count))


def declare_team_job(team: Team, count: int) -> Callable[[Repositories], None]:
    """A work that declares a team of that many."""

    def job(repos: Repositories) -> None:
        repos.teams.save(team)
        repos.teams.declare_clinicians(team.id, build_clinicians(team.id, count))

    return job


async def open_periods(store: Store, *teams: tuple[Team, int], now: datetime = NOW) -> int:
    """Declare teams of these sizes and open their periods; says how many feeds were opened."""
    for found, many in teams:
        await store.write(declare_team_job(found, many))
    return await store.write(lambda repos: repos.slips.open_missing_periods(now))


def file_debrief_job(person: Person, now: datetime = NOW) -> Callable[[Repositories], FilingResult]:
    """A work that files one debrief."""
    return lambda repos: repos.slips.file_debrief(person, AWAY_ANSWERS, now)


def withdraw_debriefs_job(person: Person, now: datetime = NOW) -> Callable[[Repositories], int]:
    """A work that takes back what *person* filed."""
    return lambda repos: repos.slips.withdraw_debriefs(person, now)


async def file_debriefs(store: Store, *persons: Person, now: datetime = NOW) -> None:
    """One debrief of each, one after the other."""
    for person in persons:
        await store.write(file_debrief_job(person, now))


async def close_due_periods(store: Store, now: datetime = AFTER_QUARTER) -> int:
    """Close what has ended."""
    return await store.write(lambda repos: repos.slips.close_ended_periods(now))


async def fetch_rows(store: Store, table: Table) -> list[Row[Any]]:
    """Every row of a table, as the database hands them out unasked."""
    return await store.read(lambda repos: list(repos._connection.execute(select(table))))


async def fetch_release_rows(store: Store) -> list[tuple[object, ...]]:
    """Every published table as it is stored."""
    return sorted(tuple(row) for row in await fetch_rows(store, releases))


async def releases_of_team(store: Store, team_id: str) -> tuple[Release, ...]:
    """What was published of a team."""
    return await store.read(lambda repos: repos.releases.list_by_team(team_id))


async def count_slips_by_unit(store: Store) -> dict[tuple[str, str, str], int]:
    """How many slips each open period holds, by ledger, unit and day of closing."""
    found: dict[tuple[str, str, str], int] = {}
    for row in await fetch_rows(store, slips):
        place = (row.ledger, row.unit, str(row.closes))
        found[place] = found.get(place, 0) + 1
    return found


async def fetch_period_spans(store: Store) -> dict[tuple[str, str], tuple[str, str]]:
    """When each open period opens and closes, by ledger and unit."""
    found = await fetch_rows(store, periods)
    return {(row.ledger, row.unit): (str(row.opens), str(row.closes)) for row in found}
