"""What becomes of a week's question when nobody looked in time, or at the wrong hour."""

from datetime import timedelta

import pytest

from bot.context import Context
from bot.store.repositories.deliveries import DeliveryState
from schedules import COMPOSERS, daily_tip, weekly_checkin
from schedules.delivery.sender import DeliverySender
from tests.doubles import START, FakeClock, RecordingOutlet
from tests.sample_team import CLINICIANS, MARIE, TEAM, set_up_team

EVE = START - timedelta(hours=1)
"""An hour before everybody's question."""


@pytest.fixture
async def looked(practice: Context, clock: FakeClock) -> Context:
    """A practice at which the clock looked an hour before the question."""
    clock.current_time = EVE
    await weekly_checkin.run(practice)
    await daily_tip.run(practice)
    return practice


async def standing(context: Context) -> dict[tuple[DeliveryState, str], int]:
    """How many questions stand where, and why."""
    tally = await context.store.read(lambda repos: repos.deliveries.count_by_state())
    return {(one.state, one.reason): one.count for one in tally if one.kind == "checkin"}


@pytest.mark.parametrize(
    ("down", "told"),
    [
        (timedelta(minutes=10), {(DeliveryState.PLANNED, ""): 1}),
        (timedelta(hours=5), {(DeliveryState.PLANNED, ""): 1}),
        (timedelta(days=3), {(DeliveryState.MISSED, "late"): 1}),
    ],
)
async def test_ten_minutes_and_five_hours_are_made_up_for_and_three_days_are_told(
    looked: Context, clock: FakeClock, down: timedelta, told: dict[tuple[DeliveryState, str], int]
) -> None:
    """Sent, sent late, or missed for a reason that the operator can read."""
    clock.current_time = START + down

    await weekly_checkin.run(looked)
    await weekly_checkin.run(looked)

    assert await standing(looked) == told


async def test_nobody_is_disturbed_in_the_evening_to_make_up_for_it(
    looked: Context, drain: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """Back at nine in the evening, the question waits for half past seven; a walk stops there."""
    clock.current_time = START + timedelta(hours=12)
    await weekly_checkin.run(looked)
    assert await drain.send_all_due() == 0

    due = await weekly_checkin.next_due(looked)
    assert due is not None
    assert due == START + timedelta(hours=22, minutes=30)
    clock.current_time = due
    await weekly_checkin.run(looked)

    assert await drain.send_all_due() == 1


async def test_what_was_planned_in_time_waits_for_the_morning_too(
    practice: Context, drain: DeliverySender, clock: FakeClock
) -> None:
    """A workspace that asked for rest until the evening gets its questions the next day."""
    await weekly_checkin.run(practice)
    clock.advance(hours=12)
    assert await drain.send_all_due() == 0
    assert await standing(practice) == {(DeliveryState.PLANNED, ""): 1}

    due = await weekly_checkin.next_due(practice)
    assert due is not None
    clock.current_time = due

    assert await drain.send_all_due() == 1


async def test_what_can_wait_no_longer_is_missed_with_its_reason(
    practice: Context, drain: DeliverySender, clock: FakeClock
) -> None:
    """Tuesday evening is too late to wait for Wednesday, and too late in the day to send."""
    await practice.store.write(
        lambda repos: repos.people.set_checkin_rule(
            MARIE, TEAM.checkin_rule.__class__(1, TEAM.checkin_rule.local_time)
        )
    )
    await weekly_checkin.run(practice)
    await practice.store.write(lambda repos: repos.people.update_profile(MARIE, zone="Asia/Tokyo"))
    clock.advance(hours=29, minutes=30)

    assert await drain.send_all_due() == 0
    assert await standing(practice) == {(DeliveryState.MISSED, "quiet_hours"): 1}


async def test_a_holiday_moves_the_question_and_leaves_the_tip_out(
    looked: Context, clock: FakeClock
) -> None:
    """June 24 in Quebec: a Wednesday's question comes on Thursday, a Wednesday's tip not at all."""
    await set_up_team(
        looked, TEAM.__class__(**{**vars(TEAM), "holiday_region": "CA-QC", "tip_days": (3,)})
    )
    rule = TEAM.checkin_rule.__class__(3, TEAM.checkin_rule.local_time)
    await looked.store.write(lambda repos: repos.people.set_checkin_rule(MARIE, rule))
    clock.current_time = START + timedelta(days=2)  # July 1 is one all over Canada

    assert await weekly_checkin.run(looked) == 0
    assert await daily_tip.run(looked) == 0
    tally = await looked.store.read(lambda repos: repos.deliveries.count_by_state())
    assert [(one.kind, one.state, one.reason) for one in tally] == [
        ("tip", DeliveryState.MISSED, "holiday")
    ]
    assert await weekly_checkin.next_due(looked) == START + timedelta(days=3)


async def test_a_tip_of_the_day_is_not_posted_in_the_evening(
    looked: Context, clock: FakeClock
) -> None:
    """One of five in the afternoon may be late until eight, and not until nine."""
    late = TEAM.tip_time.replace(hour=17)
    await set_up_team(looked, TEAM.__class__(**{**vars(TEAM), "tip_days": (1,), "tip_time": late}))
    clock.current_time = START + timedelta(hours=11, minutes=1)

    assert await daily_tip.run(looked) == 0
    tally = await looked.store.read(lambda repos: repos.deliveries.count_by_state())
    assert [(one.kind, one.reason) for one in tally if one.kind == "tip"] == [("tip", "late")]


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=30), timedelta(hours=-2)])
async def test_a_clock_that_jumps_asks_nobody_twice(
    practice: Context,
    drain: DeliverySender,
    outlet: RecordingOutlet,
    clock: FakeClock,
    jump: timedelta,
) -> None:
    """Forward, far forward or back, and back again: one message a week at most."""
    weeks = set()
    for at in (START, START + jump, START, START + timedelta(days=7)):
        clock.current_time = at
        await weekly_checkin.run(practice)
        weeks.add(at.strftime("%G-W%V")) if await drain.send_all_due() else None

    assert len(outlet.sent_messages) == len(weeks)


async def test_a_tick_that_breaks_half_way_is_made_up_for_by_the_next(
    practice: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first batches were promised stays; the rest follow; nobody is promised twice."""
    await practice.store.write(
        lambda repos: [repos.people.join_team(one, TEAM.id) for one in CLINICIANS]
    )
    monkeypatch.setattr(weekly_checkin, "_BATCH_SIZE", 2)
    honest, calls = weekly_checkin._plan_missing, []

    async def breaking(*handed: object) -> int:
        calls.append(handed)
        if len(calls) == 3:
            raise RuntimeError
        return await honest(*handed)  # type: ignore[arg-type]  # what it was handed is passed on

    monkeypatch.setattr(weekly_checkin, "_plan_missing", breaking)
    with pytest.raises(RuntimeError):
        await weekly_checkin.run(practice)

    assert await weekly_checkin.run(practice) == len(CLINICIANS) - 4
    assert await DeliverySender(practice, COMPOSERS).send_all_due() == len(CLINICIANS)
