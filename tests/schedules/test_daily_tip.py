"""The team's tip in its channel, on the days the team chose."""

from dataclasses import replace

from bot.context import Desk
from bot.elements import Audience
from schedules import daily_tip
from schedules.delivery.sender import Drain
from tests.doubles import Moment, Pigeonholes
from tests.sample_team import CHANNEL, TEAM


async def test_the_tip_is_posted_on_the_teams_days_alone(
    practice: Desk, drain: Drain, outlet: Pigeonholes, clock: Moment
) -> None:
    """A week of ticks posts on Tuesday and on Thursday, for the team to read."""
    for _ in range(7 * 24):
        await daily_tip.run(practice)
        await drain.empty()
        clock.move(hours=1)

    assert [one.to.channel for one in outlet.sent] == [CHANNEL, CHANNEL]
    assert {one.message.audience for one in outlet.sent} == {Audience.TEAM}
    assert len({one.message.summary for one in outlet.sent}) == 2


async def test_a_tip_more_than_four_hours_late_is_left_out(practice: Desk, clock: Moment) -> None:
    """Yesterday's tip is no longer today's."""
    clock.move(days=1, hours=4, minutes=1)

    assert await daily_tip.run(practice) == 0


async def test_a_team_without_tip_days_gets_none(practice: Desk, clock: Moment) -> None:
    """Days are a team's choice, and none is a choice too."""
    await practice.store.write(lambda books: books.teams.save(replace(TEAM, tip_days=())))
    clock.move(days=1)

    assert await daily_tip.run(practice) == 0
    assert await daily_tip.next_due(practice) is None


async def test_the_tip_falls_due_at_the_teams_time(practice: Desk) -> None:
    """Tuesday at nine in Toronto."""
    due = await daily_tip.next_due(practice)

    assert due is not None
    assert due.isoformat() == "2026-06-30T13:00:00+00:00"
