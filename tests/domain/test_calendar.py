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


def local(day: date, at: time, zone: str = "America/Toronto") -> datetime:
    """The instant at which it is *at* on *day* in *zone*."""
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "named"),
    [
        (date(2026, 1, 1), "2026-W01"),
        (date(2026, 12, 31), "2026-W53"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2027, 1, 4), "2027-W01"),
    ],
)
def test_a_week_is_named_as_iso_names_it(day: date, named: str) -> None:
    """The week around New Year is one week, whichever year its days are in."""
    assert calendar.iso_week(day) == named


@given(day=days, at=times, zone=zones)
def test_a_local_time_is_found_in_every_zone(day: date, at: time, zone: ZoneInfo) -> None:
    """The clock there shows it; a skipped time moves forward, a repeated one means the first."""
    found = calendar.local_to_utc(day, at, zone)
    shown = found.astimezone(zone).replace(tzinfo=None)

    assert shown >= datetime.combine(day, at)
    assert shown - datetime.combine(day, at) <= timedelta(hours=2)
    again = datetime.combine(day, at, tzinfo=zone).replace(fold=1).astimezone(UTC)
    if shown == datetime.combine(day, at):
        assert found <= again
    else:
        assert found > again, "a gap: reading it with the later offset comes out before it"


def test_a_skipped_time_moves_forward_and_a_repeated_one_means_the_first() -> None:
    """In Toronto 02:30 on March 8 is 03:30; 01:30 on November 1 is the earlier one."""
    gap = calendar.local_to_utc(date(2026, 3, 8), time(2, 30), TORONTO)
    fold = calendar.local_to_utc(date(2026, 11, 1), time(1, 30), TORONTO)

    assert gap == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert fold == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@given(
    weekdays=st.sets(st.integers(1, 7), min_size=1).map(tuple), at=times, zone=zones, now=instants
)
def test_now_lies_between_the_latest_day_and_the_next(
    weekdays: tuple[int, ...], at: time, zone: ZoneInfo, now: datetime
) -> None:
    """A team's daily slots fall on the weekdays it chose, each with its own local date."""
    latest = calendar.latest_daily_slot(weekdays, at, zone, now)
    following = calendar.next_daily_slot(weekdays, at, zone, now)

    assert latest is not None
    assert following is not None
    assert latest.due_at <= now < following.due_at
    assert latest.key < following.key
    for slot in (latest, following):
        assert date.fromisoformat(slot.key).isoweekday() in weekdays
        assert slot.due_at == calendar.local_to_utc(date.fromisoformat(slot.key), at, zone)


def test_a_team_without_tip_days_has_no_slot() -> None:
    """Choosing no weekday means that nothing is posted."""
    now = local(MONDAY, time(12))

    assert calendar.latest_daily_slot((), time(9), TORONTO, now) is None
    assert calendar.next_daily_slot((), time(9), TORONTO, now) is None


@pytest.mark.parametrize(
    ("at", "quiet"),
    [
        (time(7, 29), True),
        (time(7, 30), False),
        (time(19, 59), False),
        (time(20, 0), True),
        (time(2, 0), True),
    ],
)
def test_evenings_and_nights_are_left_alone(at: time, quiet: bool) -> None:  # noqa: FBT001 - a row of the table
    """From 20:00 to 07:30 by a person's own clock nobody is disturbed."""
    assert calendar.is_quiet_hour(at) is quiet


def test_a_zone_that_nobody_knows_is_utc() -> None:
    """A zone renamed by a later release stops nothing; it is just not somebody's own."""
    for said in ("", "Mars/Olympus_Mons", "../etc/passwd", "Europe"):
        assert calendar.load_zone(said).key == "UTC"
        assert not calendar.is_known_zone(said)
    assert calendar.is_known_zone("UTC")
    assert calendar.is_known_zone("Australia/Lord_Howe")


def test_public_holidays_are_those_of_the_region_that_is_kept() -> None:
    """June 24 is one in Quebec; where none is kept there is none."""
    assert calendar.is_holiday(date(2026, 6, 24), "CA-QC")
    assert not calendar.is_holiday(date(2026, 6, 24), "CA-ON")
    assert not calendar.is_holiday(date(2026, 12, 25), "")


@given(day=days)
def test_a_week_is_found_by_its_name(day: date) -> None:
    """The name of a week leads back to its Monday."""
    assert calendar.monday_of_iso_week(calendar.iso_week(day)) == calendar.monday_of(day)


def test_a_pause_lasts_up_to_its_day() -> None:
    """The day named is the first on which one may be asked again, by one's own calendar."""
    until = MONDAY + timedelta(days=1)

    assert calendar.is_paused(until, local(MONDAY, time(23, 59)), TORONTO)
    assert not calendar.is_paused(until, local(until, time(0)), TORONTO)
    assert not calendar.is_paused(None, local(MONDAY, time(9)), TORONTO)


@given(day=days, weeks=st.sampled_from([4, 13]))
def test_periods_are_whole_weeks_counted_from_one_monday(day: date, weeks: int) -> None:
    """Each day lies in exactly one period, which begins on a Monday and joins the next."""
    opens, closes = calendar.period_bounds(day, weeks)

    assert opens <= day < closes
    assert closes - opens == timedelta(weeks=weeks)
    assert (opens - PERIOD_EPOCH).days % (7 * weeks) == 0
    assert calendar.period_bounds(closes, weeks)[0] == closes
    assert opens.isoweekday() == 1


def test_periods_do_not_follow_the_calendar_years_quarters() -> None:
    """2026 has 53 ISO weeks; the fourth period still ends thirteen weeks after it began."""
    assert calendar.period_bounds(date(2026, 12, 31), 13) == (date(2026, 10, 5), date(2027, 1, 4))
    assert calendar.period_bounds(date(2026, 11, 24), 4) == (date(2026, 11, 9), date(2026, 12, 7))


@given(day=days)
def test_a_week_begins_on_its_monday(day: date) -> None:
    """The Monday of a day is in the same ISO week, and not after it."""
    monday = calendar.monday_of(day)

    assert monday <= day
    assert monday.isoweekday() == 1
    assert calendar.iso_week(monday) == calendar.iso_week(day)
