"""Periods end on their Monday, whoever looks and however often."""

from bot.context import Desk
from schedules import close_periods
from tests.doubles import Moment
from tests.sample_team import CLINICIANS, TEAM

CODES = {"form": "away", "status": "touched"}


async def published(desk: Desk) -> tuple[str, ...]:
    """The bodies of what was published of the team."""
    releases = await desk.store.read(lambda books: books.releases.of_team(TEAM.id))
    return tuple(one.table.body for one in releases)


async def test_a_period_is_published_when_its_monday_begins(practice: Desk, clock: Moment) -> None:
    """A total and a breakdown, and the next period is open at once."""
    due = await close_periods.next_due(practice)
    assert due is not None
    clock.at = due

    assert await close_periods.run(practice) == 2
    assert len(await published(practice)) == 2
    closes = await practice.store.read(lambda books: books.ledger.closing_of(TEAM.id))
    assert str(closes) == "2026-10-05"


async def test_a_late_debrief_leaves_a_published_table_as_it_was(
    practice: Desk, clock: Moment
) -> None:
    """What was published is never computed again, whatever arrives later."""
    clock.move(days=7)
    await close_periods.run(practice)
    before = await published(practice)

    await practice.store.write(
        lambda books: [books.ledger.file(one, CODES, clock()) for one in CLINICIANS]
    )
    await close_periods.run(practice)

    assert await published(practice) == before


async def test_nothing_is_published_before_its_day(practice: Desk, clock: Moment) -> None:
    """A second before midnight the period is still open."""
    due = await close_periods.next_due(practice)
    assert due is not None
    clock.at = due
    clock.move(seconds=-1)

    assert await close_periods.run(practice) == 0
    assert await published(practice) == ()
