"""The team's tip in its channel, on the days the team chose."""

from dataclasses import replace

from bot.context import Context
from bot.elements import Audience
from schedules import daily_tip
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import CHANNEL, TEAM


async def test_the_tip_is_posted_on_the_teams_days_alone(
    practice: Context, drain: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A week of ticks posts on Tuesday and on Thursday, for the team to read."""
    for _ in range(7 * 24):
        await daily_tip.run(practice)
        await drain.send_all_due()
        clock.advance(hours=1)

    assert [one.address.channel for one in outlet.sent_messages] == [CHANNEL, CHANNEL]
    assert {one.message.audience for one in outlet.sent_messages} == {Audience.TEAM}
    assert len({one.message.summary for one in outlet.sent_messages}) == 2


async def test_a_tip_more_than_four_hours_late_is_left_out(
    practice: Context, clock: FakeClock
) -> None:
    """Yesterday's tip is no longer today's."""
    clock.advance(days=1, hours=4, minutes=1)

    assert await daily_tip.run(practice) == 0


async def test_a_team_without_tip_days_gets_none(practice: Context, clock: FakeClock) -> None:
    """Days are a team's choice, and none is a choice too."""
    await practice.store.write(lambda repos: repos.teams.save(replace(TEAM, tip_days=())))
    clock.advance(days=1)

    assert await daily_tip.run(practice) == 0
    assert await daily_tip.next_due(practice) is None


async def test_the_tip_falls_due_at_the_teams_time(practice: Context) -> None:
    """Tuesday at nine in Toronto."""
    due = await daily_tip.next_due(practice)

    assert due is not None
    assert due.isoformat() == "2026-06-30T13:00:00+00:00"
