"""Asking less often whoever does not answer."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from bot.domain.calendar import iso_week
from bot.domain.checkins import frequency

EPOCH = date(2026, 1, 5)
WEEK = timedelta(weeks=1)


def turns(quiet: int, start: date, weeks: int = 60) -> list[date]:
    """The weeks from *start* in which it is somebody's turn."""
    all_weeks = (start + ahead * WEEK for ahead in range(weeks))
    return [one for one in all_weeks if frequency.is_checkin_week(quiet, one)]


@pytest.mark.parametrize(("quiet", "number"), [(0, 60), (2, 60), (3, 15), (5, 15), (6, 0)])
def test_three_unanswered_make_it_seldom_and_six_make_it_silent(quiet: int, number: int) -> None:
    """Weekly, then every fourth week, then not at all."""
    assert len(turns(quiet, EPOCH)) == number


def test_four_weeks_lie_between_two_rare_questions_across_a_long_year() -> None:
    """2026 has 53 weeks; the rhythm does not stumble over it."""
    found = turns(4, date(2026, 11, 2))

    assert {two - one for one, two in pairwise(found)} == {4 * WEEK}


@pytest.mark.parametrize(
    ("asked", "noted", "due"),
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
def test_the_last_note_follows_four_weeks_after_the_last_question(
    asked: tuple[int, ...],
    noted: tuple[int, ...],
    due: bool,  # noqa: FBT001 - a row of the table
) -> None:
    """Once; and no longer when nobody remembers the question any more."""
    now = date(2027, 1, 11)
    weeks = [{iso_week(now + ago * WEEK) for ago in told} for told in (asked, noted)]

    assert frequency.is_last_note_due(iso_week(now), *weeks) is due
