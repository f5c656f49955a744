"""The reduction of the check-in frequency without answers."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import iso_week
from bot.domain.checkins import frequency

EPOCH = date(2026, 1, 5)
WEEK = timedelta(weeks=1)


def checkin_weeks(unanswered_count: int, start: date, weeks: int = 60) -> list[date]:
    """Return the Mondays of the check-in weeks from *start* on."""
    all_weeks = (start + offset * WEEK for offset in range(weeks))
    return [
        week_start
        for week_start in all_weeks
        if frequency.is_checkin_week(unanswered_count, week_start)
    ]


@pytest.mark.parametrize(
    ("unanswered_count", "number"), [(0, 60), (2, 60), (3, 15), (5, 15), (6, 0)]
)
def test_unanswered_checkins_reduce_the_frequency(unanswered_count: int, number: int) -> None:
    """Check-ins are weekly, then every fourth week, then stopped."""
    assert len(checkin_weeks(unanswered_count, EPOCH)) == number


def test_the_reduced_interval_is_four_weeks() -> None:
    """The interval is four weeks across a year of 53 weeks."""
    week_starts = checkin_weeks(4, date(2026, 11, 2))

    assert {later - earlier for earlier, later in pairwise(week_starts)} == {4 * WEEK}


@pytest.mark.parametrize(
    ("checkin_offsets", "note_offsets", "is_due"),
    [
        ((0,), (), False),
        ((-3,), (), False),
        ((-4,), (), True),
        ((-5, -9), (), True),
        ((-4,), (0,), False),
        ((-5,), (-1,), False),
        ((), (), False),
    ],
)
def test_the_last_note_is_due_four_weeks_after_the_last_checkin(
    checkin_offsets: tuple[int, ...],
    note_offsets: tuple[int, ...],
    is_due: bool,  # noqa: FBT001 - a row of the table
) -> None:
    """The last note is due once, and not after the check-in's row is deleted."""
    now = date(2027, 1, 11)
    weeks = [
        {iso_week(now + offset * WEEK) for offset in offsets}
        for offsets in (checkin_offsets, note_offsets)
    ]

    assert frequency.is_last_note_due(iso_week(now), *weeks) is is_due


@given(unanswered_count=st.integers(0, 6))
def test_a_question_on_demand_changes_no_reduced_frequency(unanswered_count: int) -> None:
    """Without a message of the week the weeks of the next check-ins stay as they were."""
    is_reset = frequency.is_count_reset(unanswered_count, is_message_planned=False)

    count_after = 0 if is_reset else unanswered_count
    assert checkin_weeks(count_after, EPOCH) == checkin_weeks(unanswered_count, EPOCH)


@given(unanswered_count=st.integers(0, 6))
def test_a_message_that_is_used_brings_weekly_check_ins_back(unanswered_count: int) -> None:
    """Whatever the count was, using the week's message resets it."""
    assert frequency.is_count_reset(unanswered_count, is_message_planned=True)
