"""When a clinician is asked: the arithmetic of slots, days off and quiet hours."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.domain.calendar import Slot, WeeklyRule, iso_week, monday_of
from bot.domain.checkins import scheduling
from bot.domain.checkins.frequency import STOP_AFTER_UNANSWERED
from bot.domain.checkins.scheduling import (
    Blocker,
    CheckinSchedule,
    CheckinStatus,
    CheckinWindow,
    Postponement,
)
from tests.domain.test_calendar import MARIE, NAMES
from tests.domain.test_people import TEAM

MONDAY = date(2026, 11, 23)
NINE = WeeklyRule(1, time(9))
TORONTO = CheckinSchedule(NINE, "America/Toronto")

rules = st.builds(WeeklyRule, st.integers(1, 7), st.times().map(lambda at: at.replace(second=0)))
work_days = st.one_of(st.just(()), st.sets(st.integers(1, 7), min_size=1).map(tuple))
rhythms = st.builds(
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


def at(day: date, hour: int, minute: int = 0, zone: str = "America/Toronto") -> datetime:
    """The instant at which clocks in *zone* show that time on *day*."""
    return datetime.combine(day, time(hour, minute), ZoneInfo(zone)).astimezone(UTC)


def on(weekday: int) -> date:
    """A day of the week in which the examples play."""
    return MONDAY + timedelta(days=weekday - 1)


@given(own=rhythms, starts=mondays)
@example(CheckinSchedule(WeeklyRule(4, time(9)), "America/Toronto"), date(2026, 12, 28))
@example(CheckinSchedule(WeeklyRule(1, time(9)), "Africa/Cairo"), date(2026, 4, 20))
@example(CheckinSchedule(WeeklyRule(7, time(9)), "Asia/Beirut", (7,)), date(2027, 3, 22))
def test_a_week_asks_within_itself_and_when_people_may_be_disturbed(
    own: CheckinSchedule, starts: date
) -> None:
    """Wherever one lives, the moment is in its own ISO week, on a working day, by daylight."""
    found = scheduling.checkin_window(own, starts)
    assume(isinstance(found, CheckinWindow))
    assert isinstance(found, CheckinWindow)

    local = found.opens_at.astimezone(ZoneInfo(own.zone))
    assert iso_week(local.date()) == found.week == iso_week(starts)
    assert time(7, 30) <= local.time() < time(20)
    assert local.isoweekday() in own.allowed_weekdays
    assert found.opens_at <= found.closes_at <= found.opens_at + timedelta(hours=30)
    assert scheduling.blocker_at(own, found.opens_at) is None


@given(own=rhythms, starts=mondays)
def test_a_week_with_a_working_day_left_is_not_skipped(own: CheckinSchedule, starts: date) -> None:
    """Only what comes after the last working moment of a week has no moment in it."""
    found, slot = scheduling.checkin_window(own, starts), scheduling.rule_instant(own, starts)
    week = [starts + timedelta(days=ahead) for ahead in range(7)]

    evenings = [at(day, 19, 59, own.zone) for day in week]
    left = [one for one in evenings if one > slot and scheduling.blocker_at(own, one) is None]
    assert isinstance(found, CheckinWindow) or left == []


@given(own=rhythms, now=instants, before=instants)
def test_a_question_is_due_only_at_a_moment_when_it_may_be_asked(
    own: CheckinSchedule, now: datetime, before: datetime
) -> None:
    """What is due now may be sent now, is not too late and has begun."""
    for starts in scheduling.last_and_current_week(own, now):
        found = scheduling.checkin_status(own, starts, now, min(now, before))
        if found and not found.missed_reason:
            assert found.due_at <= now <= found.deadline
            assert scheduling.blocker_at(own, now) is None
        if found and found.missed_reason:
            assert before < now


@given(own=rhythms, quiet=st.integers(0, 6), now=instants)
def test_what_comes_next_comes_when_it_may(own: CheckinSchedule, quiet: int, now: datetime) -> None:
    """A next moment that is told is not past, and somebody may be asked at it."""
    told = scheduling.next_slot(own, quiet, now)
    after = scheduling.next_due_after(own, quiet, now)

    if told is None:
        assert quiet == STOP_AFTER_UNANSWERED or after is None
        return
    assert told.due_at >= now
    assert scheduling.blocker_at(own, told.due_at) is None
    again = scheduling.next_slot(own, quiet, now, {told.key})
    assert again is None or again.key > told.key
    if told.due_at > now:
        assert after == told.due_at


@given(own=rhythms, now=instants)
def test_walking_from_one_moment_to_the_next_meets_every_week(
    own: CheckinSchedule, now: datetime
) -> None:
    """Nothing that a clock walks to is skipped: each week that asks is met at its moment."""
    met, clock = set(), now
    while clock < now + timedelta(weeks=8):
        following = scheduling.next_due_after(own, 0, clock)
        if following is None:
            break
        assert following > clock
        clock = following
        for starts in scheduling.last_and_current_week(own, clock):
            found = scheduling.checkin_status(own, starts, clock, now)
            met |= {found.week} if found and not found.missed_reason else set()

    first = scheduling.last_and_current_week(own, now)[1] + timedelta(weeks=1)
    weeks = [scheduling.checkin_window(own, first + timedelta(weeks=ahead)) for ahead in range(6)]
    assert {one.week for one in weeks if isinstance(one, CheckinWindow)} <= met


@pytest.mark.parametrize(
    ("rule", "days", "region", "told"),
    [
        (NINE, (), "", at(on(1), 9)),
        (WeeklyRule(3, time(6)), (), "", at(on(3), 7, 30)),
        (WeeklyRule(3, time(21)), (), "", at(on(4), 7, 30)),
        (WeeklyRule(7, time(10)), (), "", at(on(7), 10)),
        (NINE, (3, 4), "", at(on(3), 9)),
        (WeeklyRule(5, time(9)), (1, 2), "", at(on(2), 9)),
        (WeeklyRule(4, time(16)), (), "US", at(on(5), 16)),
    ],
)
def test_a_moment_that_does_not_fit_moves_within_its_week(
    rule: WeeklyRule, days: tuple[int, ...], region: str, told: datetime
) -> None:
    """Early: 07:30. Late: the next morning. On a day off: the same time of the next working day."""
    person = replace(MARIE, rule=rule, work_days=days)
    own = scheduling.build_schedule(person, replace(TEAM, holiday_region=region))

    found = scheduling.checkin_window(own, MONDAY)

    assert isinstance(found, CheckinWindow)
    assert found.opens_at == told


@pytest.mark.parametrize(
    ("own", "why"),
    [
        (CheckinSchedule(WeeklyRule(5, time(21)), "America/Toronto"), Blocker.QUIET_HOURS),
        (CheckinSchedule(WeeklyRule(7, time(21)), "America/Toronto", (7,)), Blocker.QUIET_HOURS),
        (CheckinSchedule(WeeklyRule(4, time(9)), "America/Toronto", (4,), "US"), Blocker.HOLIDAY),
        (replace(TORONTO, paused_until=date(2026, 12, 1)), Blocker.PAUSED),
    ],
)
def test_a_week_without_such_a_moment_says_why(own: CheckinSchedule, why: Blocker) -> None:
    """Nothing moves into the next week: it has a question of its own."""
    assert scheduling.checkin_window(own, MONDAY) is why


def test_a_pause_ends_on_its_day() -> None:
    """Back on Wednesday: asked on Wednesday, at one's own time."""
    found = scheduling.checkin_window(replace(TORONTO, paused_until=on(3)), MONDAY)

    assert isinstance(found, CheckinWindow)
    assert found.opens_at == at(on(3), 9)


def test_a_day_that_a_zone_left_out_asks_nobody() -> None:
    """Samoa had no December 30 in 2011: a Friday's question comes on the Saturday, or not."""
    friday = WeeklyRule(5, time(9))
    starts = date(2011, 12, 26)
    working = scheduling.checkin_window(CheckinSchedule(friday, "Pacific/Apia", (5, 6)), starts)

    assert isinstance(working, CheckinWindow)
    assert working.opens_at == at(date(2011, 12, 31), 9, 0, "Pacific/Apia")
    assert (
        scheduling.checkin_window(CheckinSchedule(friday, "Pacific/Apia", (5,)), starts)
        is Blocker.DAY_OFF
    )


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (at(on(1), 9), CheckinStatus("2026-W48", at(on(1), 9), at(on(2), 15))),
        (at(on(2), 15), CheckinStatus("2026-W48", at(on(1), 9), at(on(2), 15))),
        (at(on(1), 21), None),
        (at(on(1), 8, 59), None),
        (at(on(2), 15, 1), CheckinStatus("2026-W48", at(on(1), 9), at(on(2), 15), "late")),
    ],
)
def test_a_question_is_asked_up_to_thirty_hours_late_and_never_at_night(
    now: datetime, told: CheckinStatus | None
) -> None:
    """On time, or late by day; at night it waits for the morning; after that it was missed."""
    assert scheduling.checkin_status(TORONTO, MONDAY, now, at(on(1), 8)) == told


def test_what_cannot_wait_for_a_morning_was_missed_with_a_reason() -> None:
    """Down from Friday's slot into the evening: no working morning is left in that week."""
    friday = replace(TORONTO, rule=WeeklyRule(5, time(19)))

    told = scheduling.checkin_status(friday, MONDAY, at(on(5), 20, 30), at(on(5), 18))

    assert told is not None
    assert told.missed_reason == "quiet_hours"


def test_a_week_that_could_ask_nobody_is_missed_with_a_reason_unless_they_rested() -> None:
    """A holiday is told to the operator; that somebody paused is told to nobody."""
    holiday = CheckinSchedule(WeeklyRule(4, time(9)), "America/Toronto", (4,), "US")
    paused = replace(TORONTO, paused_until=date(2026, 12, 1))

    told = scheduling.checkin_status(holiday, MONDAY, at(on(4), 9), at(on(4), 8))

    assert told is not None
    assert told.missed_reason == "holiday"
    assert scheduling.checkin_status(holiday, MONDAY, at(on(4), 9), at(on(4), 9)) is None
    assert scheduling.checkin_status(paused, MONDAY, at(on(1), 9), at(on(1), 8)) is None


def test_whoever_came_after_the_slot_missed_nothing() -> None:
    """What was due before the last look was settled then, or its person was not there."""
    assert scheduling.checkin_status(TORONTO, MONDAY, at(on(3), 9), at(on(3), 8)) is None


def test_a_message_waits_for_the_morning_or_for_ever() -> None:
    """In the evening until half past seven; past its last instant there is no until."""
    evening, morning = at(on(1), 21), at(on(2), 7, 30)

    assert scheduling.find_postponement(TORONTO, at(on(1), 9), morning) is None
    assert scheduling.find_postponement(TORONTO, evening, morning) == Postponement(
        morning, Blocker.QUIET_HOURS
    )
    assert scheduling.find_postponement(TORONTO, evening, evening) == Postponement(
        None, Blocker.QUIET_HOURS
    )
    assert scheduling.first_allowed_instant(TORONTO, at(on(1), 9), at(on(1), 8)) is None


def test_a_settled_week_is_not_told_as_the_next() -> None:
    """Asked on Monday and moved to Thursday since: the next one is Thursday week."""
    thursday = replace(TORONTO, rule=WeeklyRule(4, time(9)))

    told = scheduling.next_slot(thursday, 0, at(on(1), 10), {"2026-W48"})

    assert told == Slot("2026-W49", at(on(4) + timedelta(weeks=1), 9))


def test_a_zone_that_is_unknown_is_the_teams() -> None:
    """What a product or an old release called a zone stops nobody's question."""
    lost = replace(MARIE, zone="Mars/Olympus_Mons")

    assert scheduling.build_schedule(lost, TEAM).zone == TEAM.zone


def test_a_pause_of_a_year_still_has_an_end() -> None:
    """The first question after the longest pause is found, though it is asked seldom."""
    resting = replace(TORONTO, paused_until=MONDAY + timedelta(days=366))

    told = scheduling.next_slot(resting, 5, at(on(1), 9))

    assert told is not None
    assert told.due_at >= at(MONDAY + timedelta(days=366), 0)
    assert scheduling.next_slot(TORONTO, STOP_AFTER_UNANSWERED, at(on(1), 9)) is None
    assert scheduling.next_due_after(TORONTO, STOP_AFTER_UNANSWERED, at(on(1), 9)) == at(on(8), 9)
