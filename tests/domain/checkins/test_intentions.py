"""Intentions: when a follow-up is due, until when it is stored, and when it is kept."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.content.catalogue import load_catalogue
from bot.domain.calendar import WeeklyRule, iso_week, monday_of
from bot.domain.checkins import intentions
from bot.domain.checkins.acknowledgements import CheckinAnswer, FollowUpAnswer
from bot.domain.checkins.intentions import (
    INTENTION_LIFETIME,
    MAX_INTENTION_LIFETIME,
    Intention,
)
from bot.domain.checkins.scheduling import CheckinSchedule

SIGN = load_catalogue().get_pack("en").signs[0]
ONE_WEEK = timedelta(weeks=1)
MONDAY = date(2026, 11, 23)
WEEK, NEXT_WEEK = "2026-W48", "2026-W49"
WISH = CheckinAnswer("someone", "I1", wants_follow_up=True)
LATER = FollowUpAnswer("not_right")

days = st.dates(date(2026, 1, 1), date(2035, 12, 31))
weekdays = st.integers(1, 7)
answers = st.builds(
    lambda code, again: FollowUpAnswer(code, again=again),
    st.sampled_from(["did", "not_right", "otherwise", "rather_not"]),
    st.sampled_from(["", "yes", "no"]),
)
follow_up_days = st.none() | st.integers(-20, 40)


def every_day_schedule(weekday: int) -> CheckinSchedule:
    """Return a schedule with a check-in on *weekday*, without a day off."""
    return CheckinSchedule(
        WeeklyRule(weekday, time(9)), "America/Toronto", allowed_weekdays=tuple(range(1, 8))
    )


@given(today=days, weekday=weekdays)
def test_an_intention_lasts_until_the_day_after_its_follow_up(today: date, weekday: int) -> None:
    """On whichever day the question is answered, the next week's message finds the intention."""
    follow_up_day = intentions.find_follow_up_day(every_day_schedule(weekday), iso_week(today))
    assert follow_up_day is not None

    expires_on = intentions.expiry_day(today, follow_up_day)

    assert iso_week(follow_up_day) == iso_week(today + ONE_WEEK)
    assert expires_on > follow_up_day


@given(today=days, days_ahead=follow_up_days)
def test_an_intention_is_stored_for_eight_to_fourteen_days(
    today: date, days_ahead: int | None
) -> None:
    """Whatever the day of the follow-up is, the limits of the storage hold."""
    day = None if days_ahead is None else today + timedelta(days=days_ahead)

    lifetime = intentions.expiry_day(today, day) - today

    assert INTENTION_LIFETIME <= lifetime <= MAX_INTENTION_LIFETIME


@given(today=days, weekday=weekdays)
def test_an_answer_on_or_after_the_day_is_stored_for_eight_days(today: date, weekday: int) -> None:
    """Only a question that is answered before the week's day needs longer."""
    assume(today.isoweekday() >= weekday)

    follow_up_day = monday_of(today) + ONE_WEEK + timedelta(days=weekday - 1)

    assert intentions.expiry_day(today, follow_up_day) == today + INTENTION_LIFETIME


def test_a_week_without_a_check_in_has_no_follow_up_day() -> None:
    """A pause over the whole of the next week leaves no day."""
    paused = replace(every_day_schedule(1), paused_until=date(2027, 1, 4))

    assert intentions.find_follow_up_day(paused, WEEK) is None


def test_an_intention_is_built_on_request_only() -> None:
    """Without a request nothing is stored; with one it has the week, the sign and a last day."""
    follow_up_day = MONDAY + timedelta(days=13)

    built = intentions.build_intention(WISH, WEEK, SIGN, MONDAY, follow_up_day)

    assert built == Intention("I1", SIGN.code, WEEK, MONDAY + timedelta(days=14))
    assert intentions.build_intention(CheckinAnswer("none"), WEEK, SIGN, MONDAY) is None


@given(today=days, form_day=days)
def test_an_answer_belongs_to_this_week_or_the_next(today: date, form_day: date) -> None:
    """An old message counts for today's week, and a forged one for next week at the latest."""
    week = intentions.week_of_answer(iso_week(form_day), today)

    assert iso_week(today) <= week <= iso_week(today + ONE_WEEK)
    if monday_of(form_day) in {monday_of(today), monday_of(today) + ONE_WEEK}:
        assert week == iso_week(form_day)


@given(today=days, answer=answers, weeks_ago=st.integers(1, 3), weekday=weekdays)
def test_a_kept_intention_is_followed_up_in_the_next_week_alone(
    today: date, answer: FollowUpAnswer, weeks_ago: int, weekday: int
) -> None:
    """It does not precede this week's question again, and precedes the next one."""
    assume(answer.is_asked_again)
    week = iso_week(today)
    old = Intention("I1", SIGN.code, iso_week(today - weeks_ago * ONE_WEEK), today)
    follow_up_day = intentions.find_follow_up_day(every_day_schedule(weekday), week)
    assert follow_up_day is not None

    stored = intentions.settle_follow_up(old, answer, week, today, follow_up_day)

    assert stored is not None
    assert (stored.code, stored.sign_code) == (old.code, old.sign_code)
    assert not intentions.is_follow_up_pending(stored, week, today)
    assert intentions.is_follow_up_pending(stored, iso_week(follow_up_day), follow_up_day)


@given(today=days, answer=answers, days_ahead=follow_up_days)
def test_settling_twice_changes_nothing_more(
    today: date, answer: FollowUpAnswer, days_ahead: int | None
) -> None:
    """A repeated submission stores what the first one did."""
    week = iso_week(today)
    day = None if days_ahead is None else today + timedelta(days=days_ahead)
    old = Intention("I1", SIGN.code, iso_week(today - ONE_WEEK), today)

    first = intentions.settle_follow_up(old, answer, week, today, day)

    assert intentions.settle_follow_up(first, answer, week, today, day) == first


@pytest.mark.parametrize("code", ["did", "otherwise", "rather_not"])
def test_any_other_answer_deletes_the_intention(code: str) -> None:
    """An intention that was done, or is not to be asked about again, is deleted."""
    old = Intention("I1", SIGN.code, WEEK, MONDAY)

    assert intentions.settle_follow_up(old, FollowUpAnswer(code), NEXT_WEEK, MONDAY, None) is None


@pytest.mark.parametrize("answer", [LATER, FollowUpAnswer("did")])
def test_an_intention_of_this_week_is_not_settled(answer: FollowUpAnswer) -> None:
    """One that was requested after the follow-up had been opened stays as it is."""
    new = Intention("I2", SIGN.code, NEXT_WEEK, MONDAY)

    assert intentions.settle_follow_up(new, answer, NEXT_WEEK, MONDAY, None) == new


def test_nothing_is_settled_without_an_intention() -> None:
    """A form that was answered elsewhere already stores nothing."""
    assert intentions.settle_follow_up(None, LATER, NEXT_WEEK, MONDAY, None) is None


@pytest.mark.parametrize(
    ("intention_week", "expires_on", "is_pending"),
    [
        (WEEK, MONDAY + timedelta(days=8), True),
        (WEEK, MONDAY + timedelta(days=7), True),
        (WEEK, MONDAY + timedelta(days=6), False),
        (NEXT_WEEK, MONDAY + timedelta(days=15), False),
    ],
)
def test_a_follow_up_is_pending_in_a_later_week_until_it_expires(
    intention_week: str,
    expires_on: date,
    is_pending: bool,  # noqa: FBT001 - a row of the table
) -> None:
    """It precedes the question of a later week, up to and including its last day."""
    intention = Intention("I1", SIGN.code, intention_week, expires_on)
    today = MONDAY + ONE_WEEK

    assert intentions.is_follow_up_pending(intention, NEXT_WEEK, today) is is_pending
    assert not intentions.is_follow_up_pending(None, NEXT_WEEK, today)
