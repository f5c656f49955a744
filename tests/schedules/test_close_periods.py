"""Periods are closed on their Monday, in any process and however often the duty runs."""

from bot.context import Context
from schedules import close_periods
from tests.doubles import FakeClock
from tests.sample_team import CLINICIANS, TEAM

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
    closes = await team_context.store.across_workspaces.read(
        lambda repos: repos.ledger.next_close_of_team(TEAM.id)
    )
    assert str(closes) == "2026-10-05"


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
