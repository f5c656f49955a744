"""What a person's data say about their next check-ins."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from bot.domain.calendar import WeeklyRule
from bot.domain.person.personal_data import PersonalData
from tests.domain.test_calendar import MARIE
from tests.domain.test_people import TEAM

JOINED = replace(MARIE, has_joined=True, rule=WeeklyRule(4, time(9)))
WEEK = "2026-W27"


def test_a_member_has_a_follow_up_day() -> None:
    """It is the day of the check-in of the week after."""
    assert PersonalData(JOINED, TEAM).find_follow_up_day(WEEK) == date(2026, 7, 9)


@pytest.mark.parametrize(
    "data",
    [
        PersonalData(JOINED),
        PersonalData(replace(JOINED, has_joined=False), TEAM),
        PersonalData(replace(JOINED, unreachable_reason="gone"), TEAM),
        PersonalData(replace(JOINED, paused_until=date(2026, 8, 1)), TEAM),
    ],
    ids=["no team", "not joined", "unreachable", "paused"],
)
def test_a_person_without_a_message_has_no_follow_up_day(data: PersonalData) -> None:
    """No message comes in the week after, so that none can follow up."""
    assert data.find_follow_up_day(WEEK) is None


@pytest.mark.parametrize(
    ("next_checkin_at", "is_awaited"),
    [
        (datetime(2026, 7, 2, 9, tzinfo=UTC), True),
        (datetime(2026, 7, 9, 9, tzinfo=UTC), False),
        (None, False),
    ],
)
def test_a_message_is_awaited_in_its_own_week(
    next_checkin_at: datetime | None,
    is_awaited: bool,  # noqa: FBT001 - a row of the table
) -> None:
    """The next check-in belongs to one week."""
    data = PersonalData(JOINED, TEAM, next_checkin_at=next_checkin_at)

    assert data.awaits_checkin(WEEK) is is_awaited
