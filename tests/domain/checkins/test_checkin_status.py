"""The status of a week's check-in, postponements and the next slot."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from bot.domain.calendar import Slot, WeeklyRule
from bot.domain.checkins import scheduling
from bot.domain.checkins.frequency import STOP_AFTER_UNANSWERED
from bot.domain.checkins.scheduling import (
    Blocker,
    CheckinSchedule,
    CheckinStatus,
    Postponement,
)
from tests.domain.checkins.sample_week import MONDAY, TORONTO, sample_day, utc_instant
from tests.domain.test_calendar import MARIE
from tests.domain.test_people import TEAM


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (
            utc_instant(sample_day(1), 9),
            CheckinStatus(
                "2026-W48", utc_instant(sample_day(1), 9), utc_instant(sample_day(2), 15)
            ),
        ),
        (
            utc_instant(sample_day(2), 15),
            CheckinStatus(
                "2026-W48", utc_instant(sample_day(1), 9), utc_instant(sample_day(2), 15)
            ),
        ),
        (utc_instant(sample_day(1), 21), None),
        (utc_instant(sample_day(1), 8, 59), None),
        (
            utc_instant(sample_day(2), 15, 1),
            CheckinStatus(
                "2026-W48", utc_instant(sample_day(1), 9), utc_instant(sample_day(2), 15), "late"
            ),
        ),
    ],
)
def test_a_late_checkin_is_due_for_thirty_hours(
    now: datetime, status: CheckinStatus | None
) -> None:
    """A late check-in is due for thirty hours, pending at night, and missed afterwards."""
    assert scheduling.checkin_status(TORONTO, MONDAY, now, utc_instant(sample_day(1), 8)) == status


def test_a_checkin_without_an_allowed_instant_is_missed() -> None:
    """Without an allowed instant before the deadline a check-in is missed due to its blocker."""
    friday = replace(TORONTO, rule=WeeklyRule(5, time(19)))

    status = scheduling.checkin_status(
        friday, MONDAY, utc_instant(sample_day(5), 20, 30), utc_instant(sample_day(5), 18)
    )

    assert status is not None
    assert status.missed_reason == "quiet_hours"


def test_a_holiday_is_reported_and_a_pause_is_not() -> None:
    """A holiday is reported as the reason of a missed check-in; a pause is not reported."""
    holiday = CheckinSchedule(WeeklyRule(4, time(9)), "America/Toronto", (4,), "US")
    paused = replace(TORONTO, paused_until=date(2026, 12, 1))

    status = scheduling.checkin_status(
        holiday, MONDAY, utc_instant(sample_day(4), 9), utc_instant(sample_day(4), 8)
    )

    assert status is not None
    assert status.missed_reason == "holiday"
    assert (
        scheduling.checkin_status(
            holiday, MONDAY, utc_instant(sample_day(4), 9), utc_instant(sample_day(4), 9)
        )
        is None
    )
    assert (
        scheduling.checkin_status(
            paused, MONDAY, utc_instant(sample_day(1), 9), utc_instant(sample_day(1), 8)
        )
        is None
    )


def test_a_slot_before_the_last_run_is_not_missed() -> None:
    """A slot before the last run is not missed: it was settled, or its person was not a member."""
    assert (
        scheduling.checkin_status(
            TORONTO, MONDAY, utc_instant(sample_day(3), 9), utc_instant(sample_day(3), 8)
        )
        is None
    )


def test_postponements_end_in_the_morning_or_never() -> None:
    """A postponement ends at 07:30; without an instant before the deadline it has no end."""
    evening, morning = utc_instant(sample_day(1), 21), utc_instant(sample_day(2), 7, 30)

    assert scheduling.find_postponement(TORONTO, utc_instant(sample_day(1), 9), morning) is None
    assert scheduling.find_postponement(TORONTO, evening, morning) == Postponement(
        morning, Blocker.QUIET_HOURS
    )
    assert scheduling.find_postponement(TORONTO, evening, evening) == Postponement(
        None, Blocker.QUIET_HOURS
    )
    assert (
        scheduling.first_allowed_instant(
            TORONTO, utc_instant(sample_day(1), 9), utc_instant(sample_day(1), 8)
        )
        is None
    )


def test_a_settled_week_has_no_next_slot() -> None:
    """The next slot is not in a settled week, even after the rule was moved."""
    thursday = replace(TORONTO, rule=WeeklyRule(4, time(9)))

    slot = scheduling.next_slot(thursday, 0, utc_instant(sample_day(1), 10), {"2026-W48"})

    assert slot == Slot("2026-W49", utc_instant(sample_day(4) + timedelta(weeks=1), 9))


def test_an_unknown_zone_is_replaced_by_the_teams() -> None:
    """An unknown zone is replaced by the team's zone."""
    clinician = replace(MARIE, zone="Mars/Olympus_Mons")

    assert scheduling.build_schedule(clinician, TEAM).zone == TEAM.zone


def test_a_slot_is_found_after_the_longest_pause() -> None:
    """The first slot after the longest pause is found at the reduced frequency too."""
    paused = replace(TORONTO, paused_until=MONDAY + timedelta(days=366))

    slot = scheduling.next_slot(paused, 5, utc_instant(sample_day(1), 9))

    assert slot is not None
    assert slot.due_at >= utc_instant(MONDAY + timedelta(days=366), 0)
    assert (
        scheduling.next_slot(TORONTO, STOP_AFTER_UNANSWERED, utc_instant(sample_day(1), 9)) is None
    )
    assert scheduling.next_due_after(
        TORONTO, STOP_AFTER_UNANSWERED, utc_instant(sample_day(1), 9)
    ) == utc_instant(sample_day(8), 9)
