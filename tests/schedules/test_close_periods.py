"""Periods are closed on their Monday, in any process and however often the duty runs."""

from datetime import date

import psycopg
import pytest

from bot.content.catalogue import Catalogue
from bot.context import Context
from bot.domain.counts.next_release import NextRelease
from schedules import close_periods
from tests.doubles import PEPPERS, FakeClock
from tests.key_folders import open_test_store
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


async def test_a_late_debrief_changes_no_published_table(
    team_context: Context, clock: FakeClock
) -> None:
    """A published table is never computed again, whatever is filed later."""
    clock.advance(days=7)
    await close_periods.run(team_context)
    before = await load_published_tables(team_context)

    await team_context.store.across_workspaces.write(
        lambda repos: [
            repos.ledger.file_debrief(repos.ledger.load_contributor(clinician, clock()), CODES)
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


async def test_failed_vacuum_is_logged_and_the_close_stands(
    postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Without the tables, as without the privilege, the error is logged by its type."""
    store = open_test_store(postgres_url, PEPPERS)

    await store.vacuum_destroyed_rows()
    await store.close()

    assert [record.getMessage() for record in caplog.records] == ["store.vacuum_failed"]
