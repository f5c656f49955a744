"""A shortened retention period applies from the next run, in the database and in files."""

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bot.context import Context
from bot.domain.teams.audit_entry import AuditAction, AuditEntry
from bot.retention_periods import (
    MAX_RETENTION_MONTHS,
    MIN_AUDIT_MONTHS,
    MIN_TABLE_MONTHS,
    RetentionPeriods,
)
from bot.stated_retention import replace_retention
from bot.store.repositories import Repositories
from bot.store.schema import releases
from schedules import archive_releases, close_periods, retention
from tests.doubles import FakeClock
from tests.sample_team import MARIE, TEAM

STEPS = 6
"""Changes of the settings, with a run of the duties after each."""

AGES = range(0, 800, 7)
"""Ages of the stored rows in days: beyond two years, too."""


def with_retention(context: Context, periods: RetentionPeriods, folder: Path) -> Context:
    """Return *context* as a process that was started with these settings has it."""
    catalogue = replace_retention(context.catalogue, periods)
    return replace(context, catalogue=catalogue, releases_folder=folder)


async def store_rows_of_all_ages(context: Context, now: datetime) -> None:
    """Store an entry of the audit trail and a published table of each age."""

    def store_rows(repos: Repositories) -> None:
        entries = [
            AuditEntry(
                TEAM.workspace,
                TEAM.id,
                TEAM.name,
                now - timedelta(days=age),
                MARIE.id,
                AuditAction.CHANGED,
                detail="day",
            )
            for age in AGES
        ]
        repos.audit_trail.record(entries)
        published = repos._connection.execute(select(releases)).mappings().first()
        assert published
        days = {now.date() - timedelta(days=age) for age in AGES} - {published["closes"]}
        rows = [{**published, "opens": day - timedelta(weeks=13), "closes": day} for day in days]
        repos._connection.execute(insert(releases), rows)

    await context.store.across_workspaces.write(store_rows)


async def list_ages(context: Context, now: datetime) -> tuple[set[int], set[int]]:
    """Return the ages in days of the stored tables, and of the entries of the audit trail."""

    def read_ages(repos: Repositories) -> tuple[set[int], set[int]]:
        closing_days = repos._connection.scalars(select(releases.c.closes))
        return (
            {(now.date() - day).days for day in closing_days},
            {(now - entry.at).days for entry in repos.audit_trail.list_entries()},
        )

    return await context.store.across_workspaces.read(read_ages)


def list_file_ages(folder: Path, now: datetime) -> set[int]:
    """Return the ages in days of the tables that have a file."""
    days = [date.fromisoformat(path.name[:10]) for path in folder.iterdir()]
    return {(now.date() - day).days for day in days}


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_is_stored_longer_than_the_setting(
    team_context: Context, clock: FakeClock, tmp_path: Path, seed: int
) -> None:
    """After each run exactly what is younger than the settings is there, and never came back.

    The settings change at random in both directions: a longer one restores nothing.
    """
    folder = tmp_path / "releases"
    generator = random.Random(seed)  # noqa: S311 - a repeatable choice of settings
    clock.advance(days=7)
    await close_periods.run(team_context)
    now = clock()
    await store_rows_of_all_ages(team_context, now)
    expected_tables, expected_entries = await list_ages(team_context, now)
    assert max(expected_tables) > 731

    for _ in range(STEPS):
        periods = RetentionPeriods(
            generator.randint(MIN_TABLE_MONTHS, MAX_RETENTION_MONTHS),
            generator.randint(MIN_AUDIT_MONTHS, MAX_RETENTION_MONTHS),
        )
        context = with_retention(team_context, periods, folder)
        await retention.run(context)
        await archive_releases.run(context)

        expected_tables = {age for age in expected_tables if age <= periods.tables.days}
        expected_entries = {age for age in expected_entries if age <= periods.audit.days}
        assert await list_ages(context, now) == (expected_tables, expected_entries)
        assert list_file_ages(folder, now) == expected_tables
        assert max(expected_tables | expected_entries) <= 731
