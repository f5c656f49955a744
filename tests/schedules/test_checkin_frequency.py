"""Unanswered check-ins become less frequent, end with one note, and then stop."""

import asyncio
from datetime import date, datetime, timedelta
from itertools import pairwise

from bot.context import Context
from bot.conversation import SendResult, SendStatus
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.reachability import Evidence
from bot.outlet import ProbeResult, ProbeStatus
from handlers import BUTTONS
from schedules import COMPOSERS, retention, weekly_checkin
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import MARIE, build_request, steps_by_name

WEEK = timedelta(weeks=1)


async def simulate_weeks(
    team_context: Context, sender: DeliverySender, clock: FakeClock, weeks: int
) -> list[date]:
    """Advance the clock from one due time to the next; return the days with a message."""
    until, days = clock.current_time + weeks * WEEK, list[date]()
    while True:
        await weekly_checkin.run(team_context)
        days += [clock.current_time.date()] * await sender.send_all_due()
        await retention.run(team_context)
        due = await weekly_checkin.next_due(team_context)
        if due is None or due > until:
            break
        clock.current_time = due
    clock.current_time = until
    return days


async def list_delivery_days(team_context: Context, kind: str) -> list[datetime]:
    """Return the days of the stored deliveries of *kind*."""
    counts = await team_context.store.across_workspaces.read(
        lambda repos: repos.deliveries.count_by_state()
    )
    return [datetime.fromisoformat(str(row.day)) for row in counts if row.kind == kind]


async def load_unanswered_count(team_context: Context) -> int:
    """Return Marie's unanswered count."""
    return (
        await team_context.store.across_workspaces.read(lambda repos: repos.people.get(MARIE))
    ).unanswered_count


async def test_unanswered_checkins_become_rare_and_stop(
    team_context: Context, sender: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A year without an answer brings six check-ins and one note, then nothing more."""
    days = await simulate_weeks(team_context, sender, clock, 52)

    gaps = [(later - earlier) // WEEK for earlier, later in pairwise(days)]
    assert [
        steps_by_name(sent.message).keys() >= {"checkin.answer"} for sent in outlet.sent_messages
    ] == [True] * 6 + [False]
    assert len(days) == 7
    assert gaps[:2] == [1, 1]
    assert 1 <= gaps[2] <= 4
    assert gaps[3:] == [4, 4, 4]
    assert await load_unanswered_count(team_context) == 6


async def test_the_last_notes_button_restarts_check_ins(
    team_context: Context, sender: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """The button plans this week's check-in if it is still fresh, and one each week afterwards."""
    await simulate_weeks(team_context, sender, clock, 52)
    before = len(outlet.sent_messages)
    assert {"checkin.again", "checkin.leave"} == set(
        steps_by_name(outlet.sent_messages[-1].message)
    )

    await BUTTONS["checkin.again"](build_request(MARIE), team_context)
    await simulate_weeks(team_context, sender, clock, 2)

    assert await load_unanswered_count(team_context) in {2, 3}
    assert len(outlet.sent_messages) - before == await load_unanswered_count(team_context)


async def test_the_last_note_is_withdrawn_after_a_return(
    team_context: Context, sender: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A planned note is withdrawn once its person uses the check-ins."""
    while await load_unanswered_count(team_context) < 6:
        await simulate_weeks(team_context, sender, clock, 1)
    while not await list_delivery_days(team_context, DeliveryKind.LAST_NOTE):
        clock.current_time = await weekly_checkin.next_due(team_context) or clock.current_time
        await weekly_checkin.run(team_context)
    before = len(outlet.sent_messages)
    await team_context.store.across_workspaces.write(
        lambda repos: repos.people.set_unanswered_count(MARIE, 0)
    )

    await sender.send_all_due()

    assert len(outlet.sent_messages) == before


async def test_concurrent_runs_count_a_check_in_once(team_context: Context) -> None:
    """Only the run that inserts the delivery increments the unanswered count."""
    await asyncio.gather(*(weekly_checkin.run(team_context) for _ in range(4)))

    assert await load_unanswered_count(team_context) == 1


async def test_a_suspension_after_the_planning_increments_no_count(
    team_context: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """A check-in whose day passes while the workspace is suspended is not unanswered."""
    outlet.send_result = SendResult(SendStatus.REJECTED_BY_WORKSPACE, reason="token_revoked")
    outlet.probe_result = ProbeResult(ProbeStatus.REFUSED, "token_revoked")
    await weekly_checkin.run(team_context)
    await DeliverySender(team_context, COMPOSERS).send_all_due()
    assert await load_unanswered_count(team_context) == 1

    for _ in range(3):
        clock.advance(days=1)
        await weekly_checkin.run(team_context)
        await retention.run(team_context)
        await DeliverySender(team_context, COMPOSERS).send_all_due()

    assert await load_unanswered_count(team_context) == 0


async def test_a_suspended_workspace_increments_no_count(
    team_context: Context, clock: FakeClock
) -> None:
    """A revoked token increments no unanswered count; the resumed workspace gets its check-in."""
    workspace = MARIE.workspace
    await team_context.store.across_workspaces.write(
        lambda repos: repos.workspaces.suspend(workspace, "revoked")
    )
    assert await weekly_checkin.run(team_context) == 0
    assert await load_unanswered_count(team_context) == 0

    await team_context.store.across_workspaces.write(
        lambda repos: repos.workspaces.resume(workspace, Evidence.PAYLOAD)
    )

    assert await weekly_checkin.run(team_context) == 1
