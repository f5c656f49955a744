"""The team's tip in its channel, on the days the team chose."""

from dataclasses import replace

from bot.context import Context
from bot.conversation import SendResult, SendStatus
from bot.elements import Audience
from schedules import daily_tip
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import CHANNEL, TEAM


async def test_the_tip_is_posted_on_the_teams_days_only(
    team_context: Context, sender: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A week of ticks posts on Tuesday and on Thursday, for the team to read."""
    for _ in range(7 * 24):
        await daily_tip.run(team_context)
        await sender.send_all_due()
        clock.advance(hours=1)

    assert [sent.address.channel for sent in outlet.sent_messages] == [CHANNEL, CHANNEL]
    assert {sent.message.audience for sent in outlet.sent_messages} == {Audience.TEAM}
    assert len({sent.message.summary for sent in outlet.sent_messages}) == 2


async def test_a_late_tip_is_not_planned(team_context: Context, clock: FakeClock) -> None:
    """A tip more than four hours late is not planned."""
    clock.advance(days=1, hours=4, minutes=1)

    assert await daily_tip.run(team_context) == 0


async def test_a_closed_channel_is_tried_once_a_week(
    team_context: Context, sender: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """The first tip of the week is attempted, and a post that succeeds reopens the channel."""
    scope = team_context.store.across_workspaces
    await scope.write(
        lambda repos: repos.teams.mark_unreachable(TEAM.workspace, CHANNEL, "not_in_channel")
    )
    planned_counts = []
    for status in (SendStatus.ADDRESS_UNREACHABLE, SendStatus.SENT):
        outlet.send_result = SendResult(status, reason="not_in_channel")
        planned_count = 0
        for _ in range(7 * 24):
            planned_count += await daily_tip.run(team_context)
            await sender.send_all_due()
            clock.advance(hours=1)
        planned_counts.append(planned_count)

    assert planned_counts == [1, 2]
    assert len(outlet.sent_messages) == 2


async def test_a_team_without_tip_days_gets_none(team_context: Context, clock: FakeClock) -> None:
    """A team may choose no tip days."""
    await team_context.store.across_workspaces.write(
        lambda repos: repos.teams.save(replace(TEAM, tip_days=()))
    )
    clock.advance(days=1)

    assert await daily_tip.run(team_context) == 0
    assert await daily_tip.next_due(team_context) is None


async def test_the_tip_is_due_at_the_teams_time(team_context: Context) -> None:
    """The tip is due on Tuesday at nine in Toronto."""
    due = await daily_tip.next_due(team_context)

    assert due is not None
    assert due.isoformat() == "2026-06-30T13:00:00+00:00"
