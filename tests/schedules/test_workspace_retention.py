"""A workspace's own retention period applies to its rows and files, and to no other's."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bot.content.catalogue import Catalogue
from bot.context import Context
from bot.domain.teams.audit_entry import AuditAction, AuditEntry
from bot.middleware import RequestMiddleware
from bot.retention_periods import MIN_AUDIT_MONTHS, MIN_TABLE_MONTHS, RetentionPeriods
from bot.stated_retention import replace_retention
from bot.store.repositories import Repositories
from bot.store.repositories.column_codecs import (
    parse_practice_unit_key,
    practice_unit_key,
    team_unit_key,
)
from bot.store.schema import releases, teams
from bot.store.store import Store
from bot.workflows.workspace_purge import complete_purge
from handlers import help as help_handlers
from schedules import archive_releases, retention
from tests.doubles import FakeClock, clock, context, empty_database, full_catalogue, outlet
from tests.sample_team import MARIE, TEAM, build_request, reply_text
from tests.store.conftest import database, store

__all__ = ["clock", "context", "database", "empty_database", "full_catalogue", "outlet", "store"]

TENANT = "msteams:11111111-2222-4333-8444-555555555555"
PLAIN, NORTH, SOUTH = "slack:T0PRACTICE", "slack:T0NORTH", "slack:T0NORTHERN"
WORKSPACES = (PLAIN, NORTH, SOUTH, TENANT)
"""The first has no entry; one id begins with another's."""

AGES = range(0, 800, 21)
"""Ages of the stored rows in days: beyond two years, too."""

REMOVAL_AGE = 400
STEPS = 4
"""Restarts with other settings, with a run of the duties after each."""


@dataclass(frozen=True)
class StoredAges:
    """By workspace the ages in days of its tables, files and audit entries.

    ``removed_teams`` are the workspaces that still have a team removed long ago.
    """

    tables: Mapping[str, set[int]]
    files: Mapping[str, set[int]]
    entries: Mapping[str, set[int]]
    removed_teams: set[str]


def find_workspace(unit: str) -> str:
    """Return the workspace of a unit of :func:`store_rows`."""
    return parse_practice_unit_key(unit) or WORKSPACES[int(unit[-1])]


def store_rows(repos: Repositories, workspace: str, now: datetime) -> None:
    """Store a team and a removed one, and tables of a team and a pool and entries of each age."""
    for kind in ("team", "gone"):
        team_id = f"{kind} {WORKSPACES.index(workspace)}"
        team = replace(TEAM, id=team_id, workspace=workspace, channel=f"C {kind}")
        repos.teams.save(team)
        if kind == "gone":
            repos.team_lifecycle.remove(team, now.date() - timedelta(days=REMOVAL_AGE))
    entry = AuditEntry(workspace, "team", "Team", now, MARIE.id, AuditAction.CHANGED, detail="day")
    repos.audit_trail.record([replace(entry, at=now - timedelta(days=age)) for age in AGES])
    days = [now.date() - timedelta(days=age) for age in AGES]
    units = (
        team_unit_key(f"team {WORKSPACES.index(workspace)}"),
        practice_unit_key(workspace, "River/side"),
    )
    rows = [
        {"ledger": "total", "unit": unit, "opens": day - timedelta(weeks=13), "closes": day}
        | {"cap": 3, "question": "", "body": '{"lost": true}'}
        for unit in units
        for day in days
    ]
    repos._connection.execute(insert(releases), rows)


async def store_rows_of_all(context: Context) -> None:
    """Store the rows of every workspace."""
    for workspace in WORKSPACES:
        store_of_workspace = partial(store_rows, workspace=workspace, now=context.now())
        await context.store.across_workspaces.write(store_of_workspace)


async def read_ages(context: Context) -> StoredAges:
    """Read what is stored now."""
    today, folder = context.now().date(), context.releases_folder
    assert folder
    tables, files, entries = ({workspace: set[int]() for workspace in WORKSPACES} for _ in range(3))
    ages = StoredAges(tables, files, entries, set())

    def read_rows(repos: Repositories) -> None:
        for key in repos.releases.list_keys():
            ages.tables[find_workspace(key.unit)].add((today - key.closes).days)
        for entry in repos.audit_trail.list_entries():
            ages.entries[entry.workspace].add((context.now() - entry.at).days)
        is_removed = teams.c.removed.is_not(None)
        ages.removed_teams.update(
            repos._connection.scalars(select(teams.c.workspace).where(is_removed))
        )

    await context.store.across_workspaces.read(read_rows)
    for path in folder.iterdir():
        unit = json.loads(path.read_text("utf-8"))["unit"]
        ages.files[find_workspace(unit)].add((today - date.fromisoformat(path.name[:10])).days)
    return ages


def with_retention(
    context: Context, deployment: RetentionPeriods, own: Mapping[str, RetentionPeriods]
) -> Context:
    """Return *context* as a process that was started with these settings has it."""
    shared = replace_retention(context.catalogue, deployment)
    return replace(
        context,
        catalogue=shared,
        workspace_catalogues={
            key: replace_retention(shared, periods) for key, periods in own.items()
        },
    )


def choose_periods(generator: random.Random, longest: RetentionPeriods) -> RetentionPeriods:
    """Return periods that an entry may have."""
    return RetentionPeriods(
        generator.randint(MIN_TABLE_MONTHS, longest.table_months),
        generator.randint(MIN_AUDIT_MONTHS, longest.audit_months),
    )


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(2))
async def test_each_workspace_stores_as_long_as_its_own_periods(
    store: Store, full_catalogue: Catalogue, clock: FakeClock, tmp_path: Path, seed: int
) -> None:
    """After each run exactly what is younger is there, never longer than the deployment's.

    The settings change at random in both directions: a longer one restores nothing.
    """
    generator = random.Random(seed)  # noqa: S311 - a repeatable choice of settings
    context = Context(store, full_catalogue, clock, {}, tmp_path / "releases")
    await store_rows_of_all(context)
    await archive_releases.run(context)
    expected = await read_ages(context)
    assert all(ages == {*AGES} for ages in expected.tables.values())

    for _ in range(STEPS):
        deployment = choose_periods(generator, RetentionPeriods())
        own = {workspace: choose_periods(generator, deployment) for workspace in (NORTH, TENANT)}
        process = with_retention(context, deployment, own)
        await archive_releases.run(process)
        await retention.run(process)
        await archive_releases.run(process)

        stored = await read_ages(context)
        for workspace in WORKSPACES:
            periods = own.get(workspace, deployment)
            tables = {age for age in expected.tables[workspace] if age <= periods.tables.days}
            entries = {age for age in expected.entries[workspace] if age <= periods.audit.days}
            assert stored.tables[workspace] == stored.files[workspace] == tables
            assert stored.entries[workspace] == entries
            assert max(tables) <= deployment.tables.days
            assert max(entries) <= deployment.audit.days
            if periods.tables.days < REMOVAL_AGE:
                expected.removed_teams.discard(workspace)
        assert stored.removed_teams == expected.removed_teams
        expected = replace(stored, removed_teams=expected.removed_teams)


async def test_files_without_a_row_are_deleted_by_their_own_unit(
    context: Context, tmp_path: Path
) -> None:
    """After a restore from before a table its file is read; one that is damaged stays."""
    folder = tmp_path / "releases"
    context = replace(context, releases_folder=folder)
    await store_rows_of_all(context)
    await archive_releases.run(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.releases.delete_keys(repos.releases.list_keys())
    )
    damaged = folder / f"{context.now().date() - timedelta(days=700)}-total-{'0' * 16}.json"
    damaged.write_text("{")

    process = with_retention(context, RetentionPeriods(), {NORTH: RetentionPeriods(6)})
    await archive_releases.run(process)

    assert damaged.exists()
    damaged.unlink()
    files = (await read_ages(context)).files
    assert {workspace: max(ages) for workspace, ages in files.items()} == {
        PLAIN: 714,
        SOUTH: 714,
        TENANT: 714,
        NORTH: 168,
    }


def store_removed_team(repos: Repositories, now: datetime) -> None:
    """Store a team of the north that was removed long ago, and a table of a day of its own."""
    team = replace(TEAM, id="gone 1", workspace=NORTH)
    day = now.date() - timedelta(days=REMOVAL_AGE)
    repos.teams.save(team)
    repos.team_lifecycle.remove(team, day)
    row = {"ledger": "total", "unit": team_unit_key(team.id), "opens": day - timedelta(weeks=13)}
    row |= {"closes": day, "cap": 3, "question": "", "body": '{"lost": true}'}
    repos._connection.execute(insert(releases), row)


@pytest.mark.parametrize("is_purged", [False, True], ids=["own period", "purge"])
async def test_file_of_a_removed_team_ends_though_its_row_is_deleted_first(
    context: Context, tmp_path: Path, *, is_purged: bool
) -> None:
    """By the workspace's own period or its purge: the team is stored until the file is deleted.

    So it is where midnight comes between two duties, and where the folder is unavailable.
    """
    folder = tmp_path / "releases"
    context = replace(context, releases_folder=folder)
    scope = context.store.across_workspaces
    await scope.write(partial(store_removed_team, now=context.now()))
    await archive_releases.run(context)
    process = with_retention(context, RetentionPeriods(), {NORTH: RetentionPeriods(6)})
    folder.rename(tmp_path / "unavailable")
    folder.write_text("")
    await retention.run(process)
    folder.unlink()
    (tmp_path / "unavailable").rename(folder)
    await retention.run(process)
    assert not await scope.read(lambda repos: repos.releases.list_keys())
    assert len(list(folder.iterdir())) == 1

    if is_purged:
        await scope.write(lambda repos: repos.workspace_purges.begin(NORTH, context.now()))
        assert await complete_purge(context.store, NORTH, context.now(), folder)
    else:
        await archive_releases.run(process)

    assert list(folder.iterdir()) == []
    await retention.run(process)
    assert not (await read_ages(context)).removed_teams


async def test_nothing_is_written_again_before_its_row_is_deleted(
    context: Context, tmp_path: Path
) -> None:
    """The files of a shortened period go in the first run, though the rows are still there."""
    context = replace(context, releases_folder=tmp_path / "releases")
    await store_rows_of_all(context)
    await archive_releases.run(context)
    process = with_retention(context, RetentionPeriods(), {NORTH: RetentionPeriods(6)})
    await archive_releases.run(process)

    ages = await read_ages(context)
    assert max(ages.tables[NORTH]) > max(ages.files[NORTH]) == 168


async def test_everybody_reads_the_months_of_their_own_workspace(context: Context) -> None:
    """*What is kept?* states what the duties delete by, whoever asked before."""
    own = {NORTH: RetentionPeriods(7, 5), SOUTH: RetentionPeriods(9, 8)}
    process = with_retention(context, RetentionPeriods(18, 17), own)
    show_notice = RequestMiddleware(process).bind_handler(help_handlers.show_privacy_notice)

    for workspace in (*WORKSPACES, *reversed(WORKSPACES)):
        notice = reply_text(await show_notice(build_request(replace(MARIE, workspace=workspace))))
        periods = own.get(workspace, RetentionPeriods(18, 17))
        assert f"{periods.table_months} months" in notice
        assert f"{periods.audit_months} months" in notice
