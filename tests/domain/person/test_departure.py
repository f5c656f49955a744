"""A person is erased 30 days after the product said that every account of theirs is closed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Profile
from bot.domain.person import departure

DAY_ONE = date(2026, 1, 1)
CLOSED = Profile(is_active_person=False, is_closed=True)
OPEN = Profile()
NOT_FOUND = Profile(is_active_person=False)
REPORTS = (None, OPEN, CLOSED, NOT_FOUND)

DATES = st.dates(min_value=DAY_ONE, max_value=date(2027, 12, 31))


@given(st.lists(st.sampled_from(REPORTS), min_size=1, max_size=80))
def test_a_person_is_due_exactly_after_30_days_of_a_closed_account(
    reports: list[Profile | None],
) -> None:
    """Reports of an open account begin the time anew; other reports neither begin nor end it."""
    closed_since = None
    for number, profile in enumerate(reports):
        today = DAY_ONE + timedelta(days=number)
        closed_since = departure.update_closed_since(closed_since, profile, today)

    open_numbers = [number for number, profile in enumerate(reports) if profile is OPEN]
    start = open_numbers[-1] + 1 if open_numbers else 0
    closed = [number for number, profile in enumerate(reports) if profile is CLOSED]
    first = next((number for number in closed if number >= start), None)
    is_due = departure.is_erasure_due([closed_since], DAY_ONE + timedelta(days=len(reports) - 1))
    assert is_due == (first is not None and len(reports) - 1 - first >= 30)


@given(DATES, st.lists(st.sampled_from((None, NOT_FOUND)), max_size=100))
def test_failed_look_ups_never_make_an_account_closed(
    today: date, reports: list[Profile | None]
) -> None:
    """However many there are, an account without a definite report stays open."""
    closed_since = None
    for profile in reports:
        closed_since = departure.update_closed_since(closed_since, profile, today)

    assert closed_since is None


@pytest.mark.parametrize(
    ("ages", "is_due"),
    [((), False), ((29,), False), ((30,), True), ((40, None), False), ((40, 29), False)],
    ids=["no-account", "day-29", "day-30", "another-open", "another-recent"],
)
def test_every_account_has_to_be_closed(ages: tuple[int | None, ...], *, is_due: bool) -> None:
    """A person with an open account, or one closed lately, is still there."""
    days = [None if age is None else DAY_ONE - timedelta(days=age) for age in ages]
    assert departure.is_erasure_due(days, DAY_ONE) == is_due
