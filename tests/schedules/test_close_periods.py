"""Periods are closed on their Monday, in any process and however often the duty runs."""

from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import update

from bot.content.catalogue import Catalogue
from bot.context import Context
from bot.domain.counts.next_release import NextRelease
from bot.store.erasure import vacuum_destroyed_rows
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.repositories import Repositories
from bot.store.schema import metadata, periods
from schedules import close_periods, purge_workspaces
from tests.doubles import PEPPERS, FakeClock
from tests.key_folders import list_period_keys, open_test_store
from tests.sample_team import CLINICIANS, TEAM, set_up_team

CODES = {"form": "away", "status": "touched"}


async def load_published_tables(context: Context) -> tuple[str, ...]:
    """Return the JSON bodies of the team's published tables."""
    releases = await context.store.across_workspaces.read(
        lambda repos: repos.releases.list_by_team(TEAM.id)
    )
    return tuple(release.table.json_body for release in releases)


async def test_a_period_is_published_at_its_end(team_context: Context, clock: FakeClock) -> None:
    """The end of a period publishes a total and a breakdown, and opens the next period."""
    due = await close_periods.next_due(team_context)
    assert due is not None
    clock.current_time = due

    assert await close_periods.run(team_context) == 2
    assert len(await load_published_tables(team_context)) == 2
    next_release = await team_context.store.across_workspaces.read(
        lambda repos: repos.ledger.find_next_release(TEAM.id, clock())
    )
    assert next_release == NextRelease(date(2026, 10, 5))


async def test_people_without_a_list_are_logged_at_the_close(
    team_context: Context, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has their number once, and nobody's id."""
    await team_context.store.across_workspaces.write(
        lambda repos: repos.teams.declare_clinicians(TEAM.id, CLINICIANS[2:])
    )
    clock.advance(days=7)
    await close_periods.run(team_context)
    await close_periods.run(team_context)

    records = [record for record in caplog.records if "without_team" in record.getMessage()]
    assert [vars(record)["count"] for record in records] == [2]


async def test_a_late_debrief_changes_no_published_table(
    team_context: Context, clock: FakeClock
) -> None:
    """A published table is never computed again, whatever is filed later."""
    clock.advance(days=7)
    await close_periods.run(team_context)
    before = await load_published_tables(team_context)

    await team_context.store.across_workspaces.write(
        lambda repos: [
            repos.ledger.file_debrief(
                repos.ledger.get_contributor_and_open_periods(clinician, clock()), CODES
            )
            for clinician in CLINICIANS
        ]
    )
    await close_periods.run(team_context)

    assert await load_published_tables(team_context) == before


async def test_an_open_period_is_not_published(team_context: Context, clock: FakeClock) -> None:
    """A second before midnight the period is still open."""
    due = await close_periods.next_due(team_context)
    assert due is not None
    clock.current_time = due
    clock.advance(seconds=-1)

    assert await close_periods.run(team_context) == 0
    assert await load_published_tables(team_context) == ()


async def damage_breakdown(context: Context) -> None:
    """Write into one ledger's rows what no code can read."""
    await context.store.across_workspaces.write(
        lambda repos: repos._connection.execute(
            update(periods).where(periods.c.ledger == "breakdown").values(question="unknown")
        )
    )


async def damage_terms(context: Context) -> None:
    """Write into one ledger's rows terms that cannot be parsed."""
    await context.store.across_workspaces.write(
        lambda repos: repos._connection.execute(
            update(periods).where(periods.c.ledger == "breakdown").values(epsilon="unknown")
        )
    )


@pytest.mark.parametrize("damage", [damage_breakdown, damage_terms])
async def test_unreadable_period_does_not_stop_the_others(
    team_context: Context,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
    damage: Callable[[Context], Awaitable[None]],
) -> None:
    """The other ledger's table is published; the failure is logged once a run, and tried again."""
    await damage(team_context)
    clock.advance(days=7)

    assert await close_periods.run(team_context) == 1
    assert len(await load_published_tables(team_context)) == 1
    assert await close_periods.run(team_context) == 0
    assert caplog.messages.count("ledger.close_failed") == 2
    assert {vars(record)["count"] for record in caplog.records if "count" in vars(record)} == {1}


async def run_hourly(context: Context, clock: FakeClock, hours: int) -> None:
    """Run the duty once an hour."""
    for _ in range(hours):
        await close_periods.run(context)
        clock.advance(hours=1)


def list_ended_keys(context: Context, clock: FakeClock) -> list[int | None]:
    """Return the ends of the stored keys of ended periods."""
    now = clock().timestamp()
    ends = [stored_key.closes_at for stored_key in list_period_keys(context.store)]
    return [end for end in ends if end is None or end <= now]


async def test_key_of_an_unreadable_period_is_removed_after_seven_days(
    team_context: Context, clock: FakeClock
) -> None:
    """The close never succeeds, and nothing can be opened any more all the same."""
    due = await close_periods.next_due(team_context)
    assert due is not None
    clock.current_time = due
    await damage_terms(team_context)

    await run_hourly(team_context, clock, 7 * 24)
    assert len(list_ended_keys(team_context, clock)) == 1
    await close_periods.run(team_context)
    assert list_ended_keys(team_context, clock) == []


async def test_close_that_cannot_write_its_table_leaves_no_key_after_seven_days(
    team_context: Context, clock: FakeClock
) -> None:
    """Without the table of releases nothing is published, and the key is removed in time."""
    due = await close_periods.next_due(team_context)
    assert due is not None
    clock.current_time = due
    await team_context.store.across_workspaces.write(
        lambda repos: repos._connection.exec_driver_sql('ALTER TABLE "release" RENAME TO damaged')
    )

    await run_hourly(team_context, clock, 7 * 24)
    await close_periods.run(team_context)
    assert list_ended_keys(team_context, clock) == []


async def test_key_that_cannot_be_read_once_after_downtime_loses_no_table(
    team_context: Context, clock: FakeClock
) -> None:
    """The first run after weeks cannot read the key; the next one publishes the table."""
    clock.advance(days=30)
    assert isinstance(team_context.store.key_store, FolderKeyStore)
    (stored_key,) = list_period_keys(team_context.store)
    path = team_context.store.key_store.folder / stored_key.file_name
    put_in_the_way(path)

    assert await close_periods.run(team_context) == 0
    put_back(path)
    assert await close_periods.run(team_context) == 2
    assert not any("lost" in body for body in await load_published_tables(team_context))


def put_in_the_way(path: Path) -> None:
    """Make the file at *path* unreadable for every user, by a folder in its place."""
    path.rename(path.with_suffix(".away"))
    path.mkdir()


def put_back(path: Path) -> None:
    """Undo :func:`put_in_the_way`."""
    path.rmdir()
    path.with_suffix(".away").rename(path)


async def test_erasure_is_repeated_after_a_crash_behind_the_close(
    team_context: Context, clock: FakeClock
) -> None:
    """A process killed after the commit of a close leaves the obligation to its next run."""
    clock.advance(days=7)

    def close_only(repos: Repositories) -> int:
        repos.mark_vacuum_pending()
        return repos.ledger.close_ended_periods(clock())

    assert await team_context.store.across_workspaces.write(close_only) == 2
    assert await read_mark(team_context) is not None
    await close_periods.run(team_context)
    assert await read_mark(team_context) is None


async def test_erasure_of_a_later_close_is_not_forgotten(team_context: Context) -> None:
    """The mark of another process's close, set while the files are cleaned, stays."""
    write = team_context.store.across_workspaces.write
    await write(lambda repos: repos.mark_vacuum_pending())
    mark = await read_mark(team_context)
    assert mark is not None
    await write(lambda repos: repos.mark_vacuum_pending())
    await write(lambda repos: repos.clear_vacuum_mark(mark))

    assert await read_mark(team_context) not in {None, mark}


async def read_mark(context: Context) -> int | None:
    """Return the mark of a close whose rows may still be in the files."""
    return await context.store.across_workspaces.read(lambda repos: repos.read_vacuum_mark())


async def test_close_vacuums_what_it_destroyed(
    postgres_url: str, full_catalogue: Catalogue, clock: FakeClock
) -> None:
    """On PostgreSQL no dead row of the closed period's tables is left after the close."""
    store = open_test_store(postgres_url, PEPPERS)
    store.migrate()
    context = Context(store, full_catalogue, clock, {})
    await set_up_team(context)
    clock.advance(days=7)

    assert await close_periods.run(context) == 2
    await store.close()

    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        rows = connection.execute(
            "SELECT relname FROM pg_stat_user_tables WHERE last_vacuum IS NOT NULL"
        ).fetchall()
    assert {name for (name,) in rows} == {"ledger_record", "feed", "period"}


async def test_close_after_a_purge_vacuums_every_table(
    postgres_url: str, full_catalogue: Catalogue, clock: FakeClock
) -> None:
    """A purge deletes rows of any table; a close before the vacuum does not shorten its list."""
    store = open_test_store(postgres_url, PEPPERS)
    store.migrate()
    context = Context(store, full_catalogue, clock, {})
    await set_up_team(context)
    scope = store.across_workspaces
    await scope.write(lambda repos: repos.workspace_purges.begin("slack:T0GONE", clock()))
    assert await purge_workspaces.run(context) == 1
    clock.advance(days=7)

    assert await close_periods.run(context) == 2
    await store.close()

    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        rows = connection.execute(
            "SELECT relname FROM pg_stat_user_tables WHERE last_vacuum IS NOT NULL"
        ).fetchall()
    assert {name for (name,) in rows} == set(metadata.tables)


async def test_failed_vacuum_is_logged_and_the_close_stands(
    postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Without the tables, as without the privilege, the error is logged by its type."""
    store = open_test_store(postgres_url, PEPPERS)

    assert not vacuum_destroyed_rows(store._engines)
    await store.close()

    assert [record.getMessage() for record in caplog.records] == ["store.vacuum_failed"]
