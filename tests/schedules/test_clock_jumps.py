"""A wall clock that is set back or forward by hours: each question is asked once, and is asked."""

from collections import Counter
from datetime import timedelta

import pytest

from bot.context import Context
from bot.domain.delivery_kind import DeliveryKind
from schedules import TIMETABLE
from schedules.delivery.sender import DeliverySender
from tests.doubles import START, FakeClock, RecordingOutlet
from tests.sample_team import MARIE

EVE = START - timedelta(hours=6)
STEP_MINUTES = 30
STEPS = 40
"""Half hours from the eve to the afternoon; more where the clock repeats some."""

JUMPS = {
    "back by three hours": {2: -3},
    "back by nine hours": {14: -9},
    "back by a day": {14: -24},
    "back by three hours before each question": {13: -3, 14: -3, 15: -3},
    "forward by five hours, and corrected": {4: 5, 6: -5},
    "forward by nine hours, and corrected": {10: 9, 12: -9},
    "back and forth every hour": {step: (2 if step % 4 else -2) for step in range(0, 24, 2)},
}
"""Hours by which the clock is set, by the step before which that happens."""


async def run_minute(context: Context, sender: DeliverySender) -> None:
    """Run every duty and send what is due, as a tick does."""
    for duty in TIMETABLE.values():
        await duty.run(context)
    await sender.send_all_due()


@pytest.mark.parametrize("jumps", JUMPS.values(), ids=JUMPS.keys())
async def test_each_question_is_asked_once_whatever_the_clock_does(
    team_context: Context,
    sender: DeliverySender,
    outlet: RecordingOutlet,
    clock: FakeClock,
    jumps: dict[int, int],
) -> None:
    """The Monday has one check-in, which is sent, and no delivery is sent twice."""
    clock.current_time = EVE
    for step in range(STEPS - sum(jumps.values()) * 60 // STEP_MINUTES):
        clock.advance(hours=jumps.get(step, 0))
        await run_minute(team_context, sender)
        clock.advance(minutes=STEP_MINUTES)

    counts = await team_context.store.across_workspaces.read(
        lambda repos: repos.deliveries.count_by_state()
    )
    checkins = Counter(
        {row.state.value: row.count for row in counts if row.kind == DeliveryKind.CHECKIN}
    )
    sent_ids = Counter(sent.delivery_id for sent in outlet.sent_messages)
    assert max(sent_ids.values()) == 1
    assert checkins == Counter(sent=1)
    assert sum(sent.address.person == MARIE.id for sent in outlet.sent_messages) == 1


async def test_rest_from_before_the_jump_stops_nothing(
    team_context: Context, sender: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A rest that ends hours ahead was stored before the clock was set back, and is over."""
    clock.current_time = START + timedelta(hours=5)
    await team_context.store.across_workspaces.write(
        lambda repos: repos.workspaces.set_rest(MARIE.workspace, START + timedelta(hours=6))
    )
    clock.current_time = START
    await run_minute(team_context, sender)

    assert [sent.address.person for sent in outlet.sent_messages].count(MARIE.id) == 1
