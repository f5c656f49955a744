"""Check-in scheduling: slots, days off, quiet hours, pauses and lateness."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.domain.calendar import WeeklyRule, iso_week, monday_of
from bot.domain.checkins import scheduling
from bot.domain.checkins.frequency import STOP_AFTER_UNANSWERED
from bot.domain.checkins.scheduling import (
    Blocker,
    CheckinSchedule,
    CheckinWindow,
)
from tests.domain.checkins.sample_week import MONDAY, NINE, TORONTO, sample_day, utc_instant
from tests.domain.test_calendar import MARIE, NAMES
from tests.domain.test_people import TEAM

minutes = st.times().map(lambda local_time: local_time.replace(second=0))
rules = st.builds(WeeklyRule, st.integers(1, 7), minutes)
work_days = st.one_of(st.just(()), st.sets(st.integers(1, 7), min_size=1).map(tuple))
schedules = st.builds(
    lambda rule, days, zone, region: scheduling.build_schedule(
        replace(MARIE, rule=rule, work_days=tuple(sorted(days)), zone=zone),
        replace(TEAM, holiday_region=region),
    ),
    rules,
    work_days,
    st.sampled_from(NAMES),
    st.sampled_from(["", "CA-QC", "FR"]),
)
mondays = st.dates(date(2026, 1, 1), date(2035, 12, 31)).map(monday_of)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone


@given(schedule=schedules, week_start=mondays)
@example(CheckinSchedule(WeeklyRule(4, time(9)), "America/Toronto"), date(2026, 12, 28))
@example(CheckinSchedule(WeeklyRule(1, time(9)), "Africa/Cairo"), date(2026, 4, 20))
@example(CheckinSchedule(WeeklyRule(7, time(9)), "Asia/Beirut", (7,)), date(2027, 3, 22))
def test_a_window_opens_at_an_allowed_instant_of_its_week(
    schedule: CheckinSchedule, week_start: date
) -> None:
    """A window opens in its own ISO week, on an allowed weekday and outside the quiet hours."""
    window = scheduling.checkin_window(schedule, week_start)
    assume(isinstance(window, CheckinWindow))
    assert isinstance(window, CheckinWindow)

    local_time = window.opens_at.astimezone(ZoneInfo(schedule.zone))
    assert iso_week(local_time.date()) == window.week == iso_week(week_start)
    assert time(7, 30) <= local_time.time() < time(20)
    assert local_time.isoweekday() in schedule.allowed_weekdays
    assert window.opens_at <= window.closes_at <= window.opens_at + timedelta(hours=30)
    assert scheduling.blocker_at(schedule, window.opens_at) is None


@given(schedule=schedules, week_start=mondays)
def test_no_week_with_an_allowed_instant_is_skipped(
    schedule: CheckinSchedule, week_start: date
) -> None:
    """A week without a window has no allowed instant after its rule's slot."""
    window, rule_slot = (
        scheduling.checkin_window(schedule, week_start),
        scheduling.rule_instant(schedule, week_start),
    )
    days = [week_start + timedelta(days=offset) for offset in range(7)]

    evenings = [utc_instant(day, 19, 59, schedule.zone) for day in days]
    allowed_evenings = [
        evening
        for evening in evenings
        if evening > rule_slot and scheduling.blocker_at(schedule, evening) is None
    ]
    assert isinstance(window, CheckinWindow) or allowed_evenings == []


@given(schedule=schedules, now=instants, last_run=instants)
def test_a_due_checkin_has_no_blocker(
    schedule: CheckinSchedule, now: datetime, last_run: datetime
) -> None:
    """A due check-in is within its window and has no blocker."""
    for week_start in scheduling.last_and_current_week(schedule, now):
        status = scheduling.checkin_status(schedule, week_start, now, min(now, last_run))
        if status and not status.missed_reason:
            assert status.due_at <= now <= status.deadline
            assert scheduling.blocker_at(schedule, now) is None
        if status and status.missed_reason:
            assert last_run < now


@given(schedule=schedules, unanswered_count=st.integers(0, 6), now=instants)
def test_the_next_slot_has_no_blocker(
    schedule: CheckinSchedule, unanswered_count: int, now: datetime
) -> None:
    """The next slot is not in the past and has no blocker."""
    slot = scheduling.next_slot(schedule, unanswered_count, now)
    next_due = scheduling.next_due_after(schedule, unanswered_count, now)

    if slot is None:
        assert unanswered_count == STOP_AFTER_UNANSWERED or next_due is None
        return
    assert slot.due_at >= now
    assert scheduling.blocker_at(schedule, slot.due_at) is None
    following_slot = scheduling.next_slot(schedule, unanswered_count, now, {slot.key})
    assert following_slot is None or following_slot.key > slot.key
    if slot.due_at > now:
        assert next_due == slot.due_at


@given(schedule=schedules, now=instants)
def test_next_due_instants_reach_every_week(schedule: CheckinSchedule, now: datetime) -> None:
    """A clock that advances to each next due instant reaches the check-in of every week."""
    due_weeks, clock = set(), now
    while clock < now + timedelta(weeks=8):
        next_due = scheduling.next_due_after(schedule, 0, clock)
        if next_due is None:
            break
        assert next_due > clock
        clock = next_due
        for week_start in scheduling.last_and_current_week(schedule, clock):
            status = scheduling.checkin_status(schedule, week_start, clock, now)
            due_weeks |= {status.week} if status and not status.missed_reason else set()

    first_monday = scheduling.last_and_current_week(schedule, now)[1] + timedelta(weeks=1)
    windows = [
        scheduling.checkin_window(schedule, first_monday + timedelta(weeks=offset))
        for offset in range(6)
    ]
    assert {window.week for window in windows if isinstance(window, CheckinWindow)} <= due_weeks


@pytest.mark.parametrize(
    ("rule", "work_days", "region", "opens_at"),
    [
        (NINE, (), "", utc_instant(sample_day(1), 9)),
        (WeeklyRule(3, time(6)), (), "", utc_instant(sample_day(3), 7, 30)),
        (WeeklyRule(3, time(21)), (), "", utc_instant(sample_day(4), 7, 30)),
        (WeeklyRule(7, time(10)), (), "", utc_instant(sample_day(7), 10)),
        (NINE, (3, 4), "", utc_instant(sample_day(3), 9)),
        (WeeklyRule(5, time(9)), (1, 2), "", utc_instant(sample_day(2), 9)),
        (WeeklyRule(4, time(16)), (), "US", utc_instant(sample_day(5), 16)),
    ],
)
def test_a_blocked_slot_moves_within_its_week(
    rule: WeeklyRule, work_days: tuple[int, ...], region: str, opens_at: datetime
) -> None:
    """A slot moves to 07:30, the next morning or the next working day of its week."""
    person = replace(MARIE, rule=rule, work_days=work_days)
    schedule = scheduling.build_schedule(person, replace(TEAM, holiday_region=region))

    window = scheduling.checkin_window(schedule, MONDAY)

    assert isinstance(window, CheckinWindow)
    assert window.opens_at == opens_at


@pytest.mark.parametrize(
    ("schedule", "blocker"),
    [
        (CheckinSchedule(WeeklyRule(5, time(21)), "America/Toronto"), Blocker.QUIET_HOURS),
        (CheckinSchedule(WeeklyRule(7, time(21)), "America/Toronto", (7,)), Blocker.QUIET_HOURS),
        (CheckinSchedule(WeeklyRule(4, time(9)), "America/Toronto", (4,), "US"), Blocker.HOLIDAY),
        (replace(TORONTO, paused_until=date(2026, 12, 1)), Blocker.PAUSED),
    ],
)
def test_a_blocked_week_returns_its_blocker(schedule: CheckinSchedule, blocker: Blocker) -> None:
    """A week without an allowed instant returns its blocker; no slot moves to the next week."""
    assert scheduling.checkin_window(schedule, MONDAY) is blocker


def test_a_pause_ends_on_its_end_date() -> None:
    """The first slot after a pause is on its end date."""
    window = scheduling.checkin_window(replace(TORONTO, paused_until=sample_day(3)), MONDAY)

    assert isinstance(window, CheckinWindow)
    assert window.opens_at == utc_instant(sample_day(3), 9)


def test_a_skipped_date_has_no_slot() -> None:
    """Samoa had no December 30 in 2011: its slot moves to the Saturday, or is blocked."""
    friday = WeeklyRule(5, time(9))
    week_start = date(2011, 12, 26)
    window = scheduling.checkin_window(CheckinSchedule(friday, "Pacific/Apia", (5, 6)), week_start)

    assert isinstance(window, CheckinWindow)
    assert window.opens_at == utc_instant(date(2011, 12, 31), 9, 0, "Pacific/Apia")
    assert (
        scheduling.checkin_window(CheckinSchedule(friday, "Pacific/Apia", (5,)), week_start)
        is Blocker.DAY_OFF
    )
