"""The week's check-in after a downtime, or at a time within quiet hours."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from bot.context import Context
from bot.domain.delivery_kind import DeliveryKind
from bot.store.repositories.deliveries import DeliveryState
from schedules import COMPOSERS, daily_tip, weekly_checkin
from schedules.delivery.sender import DeliverySender
from tests.doubles import START, FakeClock, RecordingOutlet
from tests.sample_team import CLINICIANS, MARIE, TEAM, set_up_team

EVE = START - timedelta(hours=1)
"""An hour before the check-in is due."""


@pytest.fixture
async def checked_context(team_context: Context, clock: FakeClock) -> Context:
    """A context whose duties last ran an hour before the check-in was due."""
    clock.current_time = EVE
    await weekly_checkin.run(team_context)
    await daily_tip.run(team_context)
    return team_context


async def count_checkin_states(context: Context) -> dict[tuple[DeliveryState, str], int]:
    """Count the check-ins by state and reason."""
    counts = await context.store.across_workspaces.read(
        lambda repos: repos.deliveries.count_by_state()
    )
    return {
        (row.state, row.reason): row.count for row in counts if row.kind == DeliveryKind.CHECKIN
    }


@pytest.mark.parametrize(
    ("downtime", "states"),
    [
        (timedelta(minutes=10), {(DeliveryState.PLANNED, ""): 1}),
        (timedelta(hours=5), {(DeliveryState.PLANNED, ""): 1}),
        (timedelta(days=3), {(DeliveryState.MISSED, "late"): 1}),
    ],
)
async def test_a_check_in_after_a_downtime_is_late_or_missed(
    checked_context: Context,
    clock: FakeClock,
    downtime: timedelta,
    states: dict[tuple[DeliveryState, str], int],
) -> None:
    """The check-in is sent, sent late, or missed with a reason that the operator can read."""
    clock.current_time = START + downtime

    await weekly_checkin.run(checked_context)
    await weekly_checkin.run(checked_context)

    assert await count_checkin_states(checked_context) == states


async def test_a_late_check_in_is_postponed_over_quiet_hours(
    checked_context: Context, sender: DeliverySender, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A check-in that is late at nine in the evening is due at half past seven in the morning."""
    clock.current_time = START + timedelta(hours=12)
    await weekly_checkin.run(checked_context)
    assert await sender.send_all_due() == 0

    due = await weekly_checkin.next_due(checked_context)
    assert due is not None
    assert due == START + timedelta(hours=22, minutes=30)
    clock.current_time = due
    await weekly_checkin.run(checked_context)

    assert await sender.send_all_due() == 1


async def test_a_planned_check_in_is_postponed_over_quiet_hours(
    team_context: Context, sender: DeliverySender, clock: FakeClock
) -> None:
    """A planned check-in that a rest delayed until the evening is sent the next day."""
    await weekly_checkin.run(team_context)
    clock.advance(hours=12)
    assert await sender.send_all_due() == 0
    assert await count_checkin_states(team_context) == {(DeliveryState.PLANNED, ""): 1}

    due = await weekly_checkin.next_due(team_context)
    assert due is not None
    clock.current_time = due

    assert await sender.send_all_due() == 1


async def test_a_check_in_that_cannot_be_postponed_is_missed(
    team_context: Context, sender: DeliverySender, clock: FakeClock
) -> None:
    """On Tuesday evening the check-in cannot be sent, nor postponed until Wednesday."""
    await team_context.store.across_workspaces.write(
        lambda repos: repos.people.set_checkin_rule(
            MARIE, TEAM.checkin_rule.__class__(1, TEAM.checkin_rule.local_time)
        )
    )
    await weekly_checkin.run(team_context)
    await team_context.store.across_workspaces.write(
        lambda repos: repos.people.update_profile(MARIE, zone="Asia/Tokyo")
    )
    clock.advance(hours=29, minutes=30)

    assert await sender.send_all_due() == 0
    assert await count_checkin_states(team_context) == {(DeliveryState.MISSED, "quiet_hours"): 1}


async def test_a_holiday_moves_the_check_in_and_skips_the_tip(
    checked_context: Context, clock: FakeClock
) -> None:
    """On July 1 in Quebec a Wednesday's check-in moves to Thursday, and the tip is missed."""
    await set_up_team(
        checked_context,
        TEAM.__class__(**{**vars(TEAM), "holiday_region": "CA-QC", "tip_days": (3,)}),
    )
    rule = TEAM.checkin_rule.__class__(3, TEAM.checkin_rule.local_time)
    await checked_context.store.across_workspaces.write(
        lambda repos: repos.people.set_checkin_rule(MARIE, rule)
    )
    clock.current_time = START + timedelta(days=2)  # July 1 is a holiday all over Canada

    assert await weekly_checkin.run(checked_context) == 0
    assert await daily_tip.run(checked_context) == 0
    counts = await checked_context.store.across_workspaces.read(
        lambda repos: repos.deliveries.count_by_state()
    )
    assert [(row.kind, row.state, row.reason) for row in counts] == [
        (DeliveryKind.TIP, DeliveryState.MISSED, "holiday")
    ]
    assert await weekly_checkin.next_due(checked_context) == START + timedelta(days=3)


async def test_a_tip_of_the_day_is_not_posted_in_the_evening(
    checked_context: Context, clock: FakeClock
) -> None:
    """A tip of five in the afternoon may be late until eight, and not until nine."""
    afternoon = TEAM.tip_time.replace(hour=17)
    await set_up_team(
        checked_context, TEAM.__class__(**{**vars(TEAM), "tip_days": (1,), "tip_time": afternoon})
    )
    clock.current_time = START + timedelta(hours=11, minutes=1)

    assert await daily_tip.run(checked_context) == 0
    counts = await checked_context.store.across_workspaces.read(
        lambda repos: repos.deliveries.count_by_state()
    )
    assert [(row.kind, row.reason) for row in counts if row.kind == DeliveryKind.TIP] == [
        (DeliveryKind.TIP, "late")
    ]


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=30), timedelta(hours=-2)])
async def test_a_clock_jump_doubles_no_check_in(
    team_context: Context,
    sender: DeliverySender,
    outlet: RecordingOutlet,
    clock: FakeClock,
    jump: timedelta,
) -> None:
    """A clock that jumps forward or back sends one message a week at most."""
    weeks = set()
    for at in (START, START + jump, START, START + timedelta(days=7)):
        clock.current_time = at
        await weekly_checkin.run(team_context)
        weeks.add(at.strftime("%G-W%V")) if await sender.send_all_due() else None

    assert len(outlet.sent_messages) == len(weeks)


async def test_a_failed_run_is_completed_by_the_next(team_context: Context, tmp_path: Path) -> None:
    """The committed batches of a failed run stay; the next run plans the others once."""
    await team_context.store.across_workspaces.write(
        lambda repos: [repos.people.join_team(clinician, TEAM.id) for clinician in CLINICIANS]
    )
    with closing(sqlite3.connect(tmp_path / "attune.sqlite", isolation_level=None)) as database:
        database.execute(
            "CREATE TRIGGER third_batch BEFORE INSERT ON delivery"
            f" WHEN NEW.person = '{CLINICIANS[4].id}'"
            " BEGIN SELECT RAISE(ABORT, 'the third batch fails'); END"
        )
        with pytest.raises(IntegrityError, match="the third batch fails"):
            await weekly_checkin.run(team_context, batch_size=2)
        database.execute("DROP TRIGGER third_batch")

    assert await weekly_checkin.run(team_context, batch_size=2) == len(CLINICIANS) - 4
    assert await DeliverySender(team_context, COMPOSERS).send_all_due() == len(CLINICIANS)
