"""When the notice of a closed period is due: the team's hour, days off, zones and lateness."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.domain import calendar
from bot.domain.calendar import PERIOD_EPOCH, WeeklyRule
from bot.domain.checkins import scheduling
from bot.domain.counts import close_schedule
from bot.domain.counts.close_schedule import (
    NoticePlan,
    NoticePreference,
    NoticeStatus,
    PeriodClose,
)
from bot.domain.counts.release_rule import MONTH_WEEKS, QUARTER_WEEKS
from bot.domain.people import Team
from tests.domain.checkins.sample_week import utc_instant
from tests.domain.test_calendar import NAMES
from tests.domain.test_people import TEAM

TEAM_HOUR = TEAM.checkin_rule.local_time
CLOSES = date(2026, 7, 6)
DEFAULT = NoticePreference()
DAY_START, DAY_END = time(7, 30), time(20)

minutes = st.times().map(lambda local_time: local_time.replace(second=0, microsecond=0))
rules = st.builds(WeeklyRule, st.integers(1, 7), minutes)
preferences = st.builds(NoticePreference, rule=st.one_of(st.none(), rules))
teams = st.builds(
    lambda rule, zone, region: replace(TEAM, checkin_rule=rule, zone=zone, holiday_region=region),
    rules,
    st.sampled_from(NAMES),
    st.sampled_from(["", "CA-QC", "FR", "CN"]),
)
closing_days = st.builds(
    lambda weeks, number: PERIOD_EPOCH + timedelta(weeks=weeks * number),
    st.sampled_from([MONTH_WEEKS, QUARTER_WEEKS]),
    st.integers(1, 130),
)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone


def close_period(
    team: Team = TEAM, closes: date = CLOSES, *, is_published: bool = True, delay_days: int = 0
) -> PeriodClose:
    """Return the close of a period of *team*."""
    announced_on = closes + timedelta(days=delay_days)
    return PeriodClose(team.id, closes, announced_on, is_published=is_published)


def plan_for(
    *teams_with_closings: tuple[Team, PeriodClose], preference: NoticePreference = DEFAULT
) -> NoticePlan:
    """Return the plan of a person with these teams."""
    return close_schedule.plan_notice(
        [closing for _, closing in teams_with_closings],
        {team.id: team for team, _ in teams_with_closings},
        preference,
    )


def test_the_notice_comes_on_the_closing_day_at_the_teams_hour() -> None:
    """By default the notice is sent on the Monday of the close, at the team's check-in time."""
    plan = plan_for((TEAM, close_period()))

    assert plan.opens_at == utc_instant(CLOSES, TEAM_HOUR.hour, TEAM_HOUR.minute, TEAM.zone)
    assert (plan.key, plan.team_ids) == ("2026-07-06", (TEAM.id,))


@given(team=teams, preference=preferences, closes=closing_days)
@example(replace(TEAM, zone="Africa/Cairo"), NoticePreference(), date(2026, 4, 27))
@example(
    replace(TEAM, zone="America/Santiago"),
    NoticePreference(rule=WeeklyRule(7, time(0, 30))),
    date(2026, 8, 31),
)
def test_a_notice_starts_at_an_allowed_instant_after_the_close(
    team: Team, preference: NoticePreference, closes: date
) -> None:
    """It starts outside the quiet hours, on no holiday, and never before the period is over."""
    plan = plan_for((team, close_period(team, closes)), preference=preference)

    zone = ZoneInfo(team.zone)
    local_start = plan.opens_at.astimezone(zone)
    assert plan.opens_at > calendar.local_to_utc(closes, time(0), zone)
    assert DAY_START <= local_start.time() < DAY_END
    assert scheduling.blocker_at(plan.schedule, plan.opens_at) is None
    assert plan.deadline - plan.opens_at == timedelta(hours=48)


@given(team=teams, preference=preferences, closes=closing_days)
def test_a_notice_moves_only_for_a_reason(
    team: Team, preference: NoticePreference, closes: date
) -> None:
    """It is on the chosen weekday at the chosen time, unless a day off or the night is in between.

    No allowed instant between the chosen one and the start is passed over, at the same time of day.
    """
    rule = preference.rule or WeeklyRule(1, team.checkin_rule.local_time)
    assume(DAY_START <= rule.local_time < DAY_END)
    zone = ZoneInfo(team.zone)
    chosen_day = closes + timedelta(days=rule.weekday - 1)

    plan = plan_for((team, close_period(team, closes)), preference=preference)

    start_day = plan.opens_at.astimezone(zone).date()
    assert plan.opens_at == calendar.local_to_utc(start_day, rule.local_time, zone)
    passed_over = [
        calendar.local_to_utc(chosen_day + timedelta(days=ahead), rule.local_time, zone)
        for ahead in range((start_day - chosen_day).days)
    ]
    assert all(scheduling.blocker_at(plan.schedule, instant) for instant in passed_over)


@given(team=teams, closes=closing_days, step=st.integers(1, 10), head_start=st.integers(0, 60))
def test_regular_runs_find_a_notice_due_at_its_time(
    team: Team, closes: date, step: int, head_start: int
) -> None:
    """The first run at or after the start finds the notice due, and no run before it."""
    plan = plan_for((team, close_period(team, closes)))
    assume(plan.opens_at.astimezone(ZoneInfo(team.zone)).time() < time(19, 45))
    now = plan.opens_at - timedelta(minutes=head_start + step)
    statuses = []
    while now < plan.opens_at:
        last_run, now = now, now + timedelta(minutes=step)
        statuses.append(close_schedule.find_status(plan, now, last_run))

    assert statuses[:-1] == [None] * (len(statuses) - 1)
    assert statuses[-1] == NoticeStatus(plan)


@given(team=teams, closes=closing_days, now=instants, last_run=instants)
def test_a_notice_is_never_due_outside_its_two_days(
    team: Team, closes: date, now: datetime, last_run: datetime
) -> None:
    """It is due within 48 hours of its start, outside the quiet hours, and at no other time."""
    plan = plan_for((team, close_period(team, closes)))

    status = close_schedule.find_status(plan, now, last_run)

    is_sendable = plan.opens_at <= now <= plan.deadline and not scheduling.blocker_at(
        plan.schedule, now
    )
    assert (status == NoticeStatus(plan)) == is_sendable


@pytest.mark.parametrize(
    ("hours", "reason"), [(-1, None), (0, ""), (47, ""), (48, ""), (49, "late")]
)
def test_a_notice_missed_for_more_than_two_days_is_not_sent(hours: int, reason: str | None) -> None:
    """It is pending before its hour, then due for 48 hours, and late afterwards."""
    plan = plan_for((TEAM, close_period()))
    last_run = plan.opens_at - timedelta(days=1)

    status = close_schedule.find_status(plan, plan.opens_at + timedelta(hours=hours), last_run)

    assert (status and status.missed_reason) == reason


def test_a_notice_that_an_earlier_run_settled_is_not_missed_again() -> None:
    """A notice that opened before the last run is not reported as missed."""
    plan = plan_for((TEAM, close_period()))
    late = plan.deadline + timedelta(hours=1)

    assert close_schedule.find_status(plan, late, plan.opens_at) is None


def test_a_weekend_can_miss_a_notice() -> None:
    """With Friday evening as the start, two days are over before the next working day."""
    plan = plan_for(
        (TEAM, close_period()), preference=NoticePreference(rule=WeeklyRule(5, time(19)))
    )
    now = plan.opens_at + timedelta(hours=2)

    status = close_schedule.find_status(plan, now, plan.opens_at - timedelta(hours=1))

    assert status == NoticeStatus(plan, "quiet_hours")


def test_a_night_time_team_gets_it_the_next_morning() -> None:
    """A team whose check-in time is in the quiet hours gets it at half past seven after them."""
    evening_team = replace(TEAM, checkin_rule=WeeklyRule(3, time(21)))

    plan = plan_for((evening_team, close_period(evening_team)))

    assert plan.opens_at == utc_instant(CLOSES + timedelta(days=1), 7, 30, TEAM.zone)


def test_several_teams_have_one_notice_at_the_latest_of_their_hours() -> None:
    """The one notice waits for the last team, also for one whose period is still open."""
    west = replace(TEAM, id="west", zone="America/Vancouver")

    both = plan_for((TEAM, close_period()), (west, close_period(west)))
    pending = plan_for((TEAM, close_period()), (west, close_period(west, is_published=False)))

    west_hour = utc_instant(CLOSES, TEAM_HOUR.hour, TEAM_HOUR.minute, west.zone)
    assert (both.opens_at, both.team_ids) == (west_hour, tuple(sorted((TEAM.id, west.id))))
    assert (pending.opens_at, pending.team_ids) == (west_hour, (TEAM.id,))


def test_a_lost_key_does_not_delay_the_other_teams() -> None:
    """A table published a week later for its lost key joins no notice but one of its own."""
    other = replace(TEAM, id="other")
    lost = close_period(other, delay_days=7)

    together = plan_for((TEAM, close_period()), (other, lost))
    alone = plan_for((other, lost))

    assert together == plan_for((TEAM, close_period()))
    assert (alone.key, alone.team_ids) == (together.key, ("other",))
    assert alone.opens_at == together.opens_at + timedelta(days=7)


def test_nothing_is_due_before_a_table_is_published() -> None:
    """While no table is published no notice is due, and its next instant is known."""
    plan = plan_for((TEAM, close_period(is_published=False)))

    assert close_schedule.find_status(plan, plan.opens_at, plan.opens_at) is None
    assert close_schedule.next_notice_after(plan, plan.opens_at - timedelta(hours=1)) == (
        plan.opens_at
    )


def test_no_further_instant_follows_the_start_or_the_deadline() -> None:
    """A notice that may be sent now, or no more, has no next instant; one in the night has."""
    plan = plan_for((TEAM, close_period()))

    assert close_schedule.next_notice_after(plan, plan.opens_at) is None
    assert close_schedule.next_notice_after(plan, plan.deadline + timedelta(hours=1)) is None
    night = utc_instant(CLOSES, 23, 0, TEAM.zone)
    assert close_schedule.next_notice_after(plan, night) == utc_instant(
        CLOSES + timedelta(days=1), 7, 30, TEAM.zone
    )
