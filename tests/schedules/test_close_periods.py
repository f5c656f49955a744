"""Periods end on their Monday, whoever looks and however often."""

from bot.context import Context
from schedules import close_periods
from tests.doubles import FakeClock
from tests.sample_team import CLINICIANS, TEAM

CODES = {"form": "away", "status": "touched"}


async def published(context: Context) -> tuple[str, ...]:
    """The bodies of what was published of the team."""
    releases = await context.store.read(lambda repos: repos.releases.list_by_team(TEAM.id))
    return tuple(one.table.json_body for one in releases)


async def test_a_period_is_published_when_its_monday_begins(
    practice: Context, clock: FakeClock
) -> None:
    """A total and a breakdown, and the next period is open at once."""
    due = await close_periods.next_due(practice)
    assert due is not None
    clock.current_time = due

    assert await close_periods.run(practice) == 2
    assert len(await published(practice)) == 2
    closes = await practice.store.read(lambda repos: repos.slips.next_close_of_team(TEAM.id))
    assert str(closes) == "2026-10-05"


async def test_a_late_debrief_leaves_a_published_table_as_it_was(
    practice: Context, clock: FakeClock
) -> None:
    """What was published is never computed again, whatever arrives later."""
    clock.advance(days=7)
    await close_periods.run(practice)
    before = await published(practice)

    await practice.store.write(
        lambda repos: [repos.slips.file_debrief(one, CODES, clock()) for one in CLINICIANS]
    )
    await close_periods.run(practice)

    assert await published(practice) == before


async def test_nothing_is_published_before_its_day(practice: Context, clock: FakeClock) -> None:
    """A second before midnight the period is still open."""
    due = await close_periods.next_due(practice)
    assert due is not None
    clock.current_time = due
    clock.advance(seconds=-1)

    assert await close_periods.run(practice) == 0
    assert await published(practice) == ()
