"""Sample teams and debriefs, and direct reads of the rows that counting stores."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import Row, Table, select

from bot.conversation import Person
from bot.domain.calendar import WeeklyRule
from bot.domain.counts.slots import LedgerRecord
from bot.domain.people import Team
from bot.store.period import Period
from bot.store.repositories import Repositories
from bot.store.repositories.filing_result import FilingResult
from bot.store.repositories.releases import Release
from bot.store.schema import periods, releases
from bot.store.store import Store
from tests.ledger_records import fetch_token_codes, load_records

WORKSPACE = "slack:T1"
NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
"""A Tuesday morning in Toronto; the quarter ends on January 4, the month on December 7."""

AFTER_QUARTER = datetime(2027, 1, 4, 5, tzinfo=UTC)
"""Midnight in Toronto, when that Monday begins."""

AFTER_MONTH = datetime(2026, 12, 7, 5, tzinfo=UTC)

AWAY_ANSWERS = {"form": "away", "status": "touched"}


def build_team(name: str, *, practice: str = "", zone: str = "America/Toronto") -> Team:
    """Build a team with its own channel."""
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
    """Build the first *count* clinicians of the team called *name*."""
    return tuple(Person(WORKSPACE, f"{name} {number}") for number in range(count))


def declare_team_job(team: Team, count: int) -> Callable[[Repositories], None]:
    """Return a job that saves a team and declares *count* clinicians."""

    def job(repos: Repositories) -> None:
        repos.teams.save(team)
        repos.teams.declare_clinicians(team.id, build_clinicians(team.id, count))

    return job


def join_team_job(
    person: Person, team_id: str, now: datetime = NOW
) -> Callable[[Repositories], None]:
    """Return a job by which *person* joins a team, in whose list additions may still count."""

    def job(repos: Repositories) -> None:
        repos.people.join_team(person, team_id)
        repos.ledger.add_listed_people(now)

    return job


async def open_periods(store: Store, *teams: tuple[Team, int], now: datetime = NOW) -> int:
    """Declare teams of these sizes and open their periods; return the number of feeds."""
    for team, size in teams:
        await store.across_workspaces.write(declare_team_job(team, size))
    return await store.across_workspaces.write(lambda repos: repos.ledger.open_missing_periods(now))


def file_debrief_job(person: Person, now: datetime = NOW) -> Callable[[Repositories], FilingResult]:
    """Return a job that files one debrief."""
    return lambda repos: repos.ledger.file_debrief(
        repos.ledger.get_contributor_and_open_periods(person, now), AWAY_ANSWERS
    )


def withdraw_debriefs_job(person: Person, now: datetime = NOW) -> Callable[[Repositories], int]:
    """Return a job that withdraws the debriefs of *person*."""
    return lambda repos: (
        repos.withdrawals.withdraw_debriefs(
            repos.ledger.get_contributor_and_open_periods(person, now), now
        ).debrief_count
    )


async def file_debriefs(store: Store, *persons: Person, now: datetime = NOW) -> None:
    """File one debrief per person, in sequence."""
    for person in persons:
        await store.across_workspaces.write(file_debrief_job(person, now))


async def close_due_periods(store: Store, now: datetime = AFTER_QUARTER) -> int:
    """Close the periods that have ended and return how many were closed."""
    return await store.across_workspaces.write(lambda repos: repos.ledger.close_ended_periods(now))


async def fetch_rows(store: Store, table: Table) -> list[Row[Any]]:
    """Return every row of a table in the database's own order."""
    return await store.across_workspaces.read(
        lambda repos: list(repos._connection.execute(select(table)))
    )


async def fetch_release_rows(store: Store) -> list[tuple[object, ...]]:
    """Return every release as stored, sorted."""
    return sorted(tuple(row) for row in await fetch_rows(store, releases))


async def releases_of_team(store: Store, team_id: str) -> tuple[Release, ...]:
    """Return the releases that a team can read."""
    return await store.across_workspaces.read(lambda repos: repos.releases.list_by_team(team_id))


async def fetch_records(store: Store) -> dict[Period, LedgerRecord]:
    """Return the decrypted record of each open period."""
    return await store.across_workspaces.read(load_records)


async def count_debriefs_by_unit(store: Store) -> dict[tuple[str, str, str], int]:
    """Count the stored codes of each open period, by ledger, unit and closing day, without 0."""
    return {
        (period.ledger, period.unit, str(period.closes)): len(pairs)
        for period, pairs in (await fetch_token_codes(store)).items()
        if pairs
    }


async def fetch_period_spans(store: Store) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the opening and closing day of each open period, by ledger and unit."""
    rows = await fetch_rows(store, periods)
    return {(row.ledger, row.unit): (str(row.opens), str(row.closes)) for row in rows}
