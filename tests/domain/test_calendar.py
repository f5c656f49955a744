from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Person
from bot.domain import calendar
from bot.domain.calendar import PERIOD_EPOCH, WeeklyRule
from bot.domain.people import Clinician

TORONTO = ZoneInfo("America/Toronto")
MONDAY = date(2026, 11, 23)

NAMES = sorted(available_timezones() - {"localtime"})
zones = st.sampled_from(NAMES).map(ZoneInfo)
days = st.dates(date(2026, 1, 1), date(2036, 12, 31))
times = st.times().map(lambda at: at.replace(microsecond=0))
rules = st.builds(WeeklyRule, st.integers(1, 7), times)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2036, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone

MARIE = Clinician(
    person=Person("slack:T1", "U1"),
    language="",
    locale="",
    zone="",
    rule=None,
    paused_until=None,
    has_joined=True,
    home_team_id="north",
    unanswered_count=0,
    unreachable_reason="",
)


def utc_instant(day: date, local_time: time, zone: str = "America/Toronto") -> datetime:
    """Return the UTC instant of a local date and time in *zone*."""
    return datetime.combine(day, local_time, tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "week_key"),
    [
        (date(2026, 1, 1), "2026-W01"),
        (date(2026, 12, 31), "2026-W53"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2027, 1, 4), "2027-W01"),
    ],
)
def test_week_keys_follow_iso_8601(day: date, week_key: str) -> None:
    """The week around New Year has one ISO key, in whichever year its days are."""
    assert calendar.iso_week(day) == week_key


@given(day=days, local_time=times, zone=zones)
def test_local_times_are_converted_in_every_zone(
    day: date, local_time: time, zone: ZoneInfo
) -> None:
    """The instant has the requested local time.

    A skipped time moves forward and a repeated one is its first occurrence.
    """
    instant = calendar.local_to_utc(day, local_time, zone)
    displayed = instant.astimezone(zone).replace(tzinfo=None)

    assert displayed >= datetime.combine(day, local_time)
    assert displayed - datetime.combine(day, local_time) <= timedelta(hours=2)
    second_occurrence = (
        datetime.combine(day, local_time, tzinfo=zone).replace(fold=1).astimezone(UTC)
    )
    if displayed == datetime.combine(day, local_time):
        assert instant <= second_occurrence
    else:
        assert instant > second_occurrence, "in a gap the later offset gives the earlier instant"


def test_clock_changes_have_one_instant() -> None:
    """In Toronto 02:30 on March 8 is 03:30; 01:30 on November 1 is the earlier instant."""
    gap = calendar.local_to_utc(date(2026, 3, 8), time(2, 30), TORONTO)
    fold = calendar.local_to_utc(date(2026, 11, 1), time(1, 30), TORONTO)

    assert gap == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert fold == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@given(
    weekdays=st.sets(st.integers(1, 7), min_size=1).map(tuple),
    local_time=times,
    zone=zones,
    now=instants,
)
def test_daily_slots_enclose_now(
    weekdays: tuple[int, ...], local_time: time, zone: ZoneInfo, now: datetime
) -> None:
    """The latest and the next daily slot enclose *now*.

    Both are on a selected weekday and keyed by their local date.
    """
    latest = calendar.latest_daily_slot(weekdays, local_time, zone, now)
    following = calendar.next_daily_slot(weekdays, local_time, zone, now)

    assert latest is not None
    assert following is not None
    assert latest.due_at <= now < following.due_at
    assert latest.key < following.key
    for slot in (latest, following):
        assert date.fromisoformat(slot.key).isoweekday() in weekdays
        assert slot.due_at == calendar.local_to_utc(date.fromisoformat(slot.key), local_time, zone)


def test_a_team_without_tip_days_has_no_slot() -> None:
    """A team without selected weekdays has no daily slot."""
    now = utc_instant(MONDAY, time(12))

    assert calendar.latest_daily_slot((), time(9), TORONTO, now) is None
    assert calendar.next_daily_slot((), time(9), TORONTO, now) is None


@pytest.mark.parametrize(
    ("local_time", "is_quiet"),
    [
        (time(7, 29), True),
        (time(7, 30), False),
        (time(19, 59), False),
        (time(20, 0), True),
        (time(2, 0), True),
    ],
)
def test_quiet_hours(local_time: time, is_quiet: bool) -> None:  # noqa: FBT001 - a row of the table
    """The quiet hours last from 20:00 to 07:30 local time."""
    assert calendar.is_quiet_hour(local_time) is is_quiet


def test_an_unknown_zone_falls_back_to_utc() -> None:
    """An unknown zone name falls back to UTC and is reported as unknown."""
    for name in ("", "Mars/Olympus_Mons", "../etc/passwd", "Europe"):
        assert calendar.load_zone(name).key == "UTC"
        assert not calendar.is_known_zone(name)
    assert calendar.is_known_zone("UTC")
    assert calendar.is_known_zone("Australia/Lord_Howe")


def test_public_holidays_depend_on_the_region() -> None:
    """June 24 is a holiday in Quebec only; a blank region has no holidays."""
    assert calendar.is_holiday(date(2026, 6, 24), "CA-QC")
    assert not calendar.is_holiday(date(2026, 6, 24), "CA-ON")
    assert not calendar.is_holiday(date(2026, 12, 25), "")


@given(day=days)
def test_a_week_key_is_parsed(day: date) -> None:
    """The key of an ISO week is parsed to its Monday."""
    assert calendar.monday_of_iso_week(calendar.iso_week(day)) == calendar.monday_of(day)


def test_a_pause_ends_on_its_end_date() -> None:
    """A pause ends at local midnight of its end date."""
    until = MONDAY + timedelta(days=1)

    assert calendar.is_paused(until, utc_instant(MONDAY, time(23, 59)), TORONTO)
    assert not calendar.is_paused(until, utc_instant(until, time(0)), TORONTO)
    assert not calendar.is_paused(None, utc_instant(MONDAY, time(9)), TORONTO)


@given(day=days, weeks=st.sampled_from([4, 13]))
def test_periods_partition_the_calendar(day: date, weeks: int) -> None:
    """Each day is in exactly one period, from a Monday up to the start of the next period."""
    start, end = calendar.period_bounds(day, weeks)

    assert start <= day < end
    assert end - start == timedelta(weeks=weeks)
    assert (start - PERIOD_EPOCH).days % (7 * weeks) == 0
    assert calendar.period_bounds(end, weeks)[0] == end
    assert start.isoweekday() == 1


def test_periods_are_independent_of_years() -> None:
    """2026 has 53 ISO weeks; its fourth period is still thirteen weeks long."""
    assert calendar.period_bounds(date(2026, 12, 31), 13) == (date(2026, 10, 5), date(2027, 1, 4))
    assert calendar.period_bounds(date(2026, 11, 24), 4) == (date(2026, 11, 9), date(2026, 12, 7))


@given(day=days)
def test_the_monday_of_a_week(day: date) -> None:
    """The Monday of a day is in the same ISO week and not after the day."""
    monday = calendar.monday_of(day)

    assert monday <= day
    assert monday.isoweekday() == 1
    assert calendar.iso_week(monday) == calendar.iso_week(day)
