"""When a clinician is asked: in their own week, by day, and never on a day off.

One question an ISO week at most. Its key is the week of its slot by the clinician's own
calendar, so that moving to another zone neither doubles nor loses a week.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.domain.calendar import (
    MAX_LATENESS,
    QUIET_HOURS_END,
    QUIET_HOURS_START,
    Slot,
    WeeklyRule,
    is_holiday,
    is_known_zone,
    is_quiet_hour,
    iso_week,
    load_zone,
    local_day,
    local_to_utc,
    monday_of,
)
from bot.domain.checkins.frequency import STOP_AFTER_UNANSWERED, is_checkin_week

if TYPE_CHECKING:
    from bot.domain.people import Clinician, Team

CHECKIN_KIND, LAST_NOTE_KIND = "checkin", "lastnote"
"""The kinds of the weekly question's deliveries, and of the note that comes last."""

DEFAULT_WORK_DAYS = (1, 2, 3, 4, 5)
"""ISO weekdays on which somebody works who said nothing else."""

REASON_LATE = "late"
"""Why a question was missed that nobody was there to ask in time."""

_MAX_WEEKS_AHEAD = 60
"""Weeks within which whoever is asked at all is asked again: a pause lasts 52 at most."""

_ONE_DAY, _ONE_WEEK = timedelta(days=1), timedelta(weeks=1)


class Blocker(StrEnum):
    """What stands in the way of asking somebody at a moment, or in a whole week."""

    QUIET_HOURS = "quiet_hours"
    DAY_OFF = "day_off"
    HOLIDAY = "holiday"
    PAUSED = "paused"


@dataclass(frozen=True)
class CheckinSchedule:
    """All that decides when somebody is asked; those who share it are asked together.

    ``days`` are the ISO weekdays on which they may be asked; ``holidays`` is the region
    whose public holidays they keep; ``rests_until`` the first day after a pause.
    """

    rule: WeeklyRule
    zone: str
    allowed_weekdays: tuple[int, ...] = DEFAULT_WORK_DAYS
    holiday_region: str = ""
    paused_until: date | None = None


@dataclass(frozen=True)
class CheckinStatus:
    """A week's question as it stands: due at ``at``, or with a reason why it was ``missed``."""

    week: str
    due_at: datetime
    deadline: datetime
    missed_reason: str = ""


@dataclass(frozen=True)
class Postponement:
    """A message that has to wait ``until`` then, because of ``why``; ``None`` is for ever."""

    until: datetime | None
    blocker: Blocker


@dataclass(frozen=True)
class CheckinWindow:
    """A week's question: its key, and the first and the last instant at which it is asked."""

    week: str
    opens_at: datetime
    closes_at: datetime


def build_schedule(clinician: "Clinician", team: "Team") -> CheckinSchedule:
    """The rhythm of *clinician*, with what they did not choose taken from *team*.

    Somebody with work days of their own is asked on one of them: where the rule's day is
    none, on the next in the week, else on the last before it. With no days of one's own,
    the rule's day counts as a working day beside Monday to Friday, so that a team may meet
    on a Saturday.
    """
    rule = clinician.rule or team.checkin_rule
    days = allowed_weekdays(clinician.work_days, rule)
    weekday = min((day for day in days if day >= rule.weekday), default=max(days))
    return CheckinSchedule(
        rule=WeeklyRule(weekday, rule.local_time),
        zone=clinician.zone if is_known_zone(clinician.zone) else team.zone,
        allowed_weekdays=days,
        holiday_region=team.holiday_region,
        paused_until=clinician.paused_until,
    )


def allowed_weekdays(work_days: tuple[int, ...], rule: WeeklyRule) -> tuple[int, ...]:
    """The days on which somebody may be asked who works on those *chosen*, if any."""
    return work_days or tuple(sorted({*DEFAULT_WORK_DAYS, rule.weekday}))


@lru_cache(maxsize=4096)
def checkin_window(schedule: CheckinSchedule, week_start: date) -> CheckinWindow | Blocker:
    """When the week that begins on the Monday *starts* asks; else why it does not.

    A slot on a day off moves to the same time of the next working day, one in the quiet
    hours to the next morning; neither leaves its ISO week. The first obstacle is told.
    """
    day = week_start + timedelta(days=schedule.rule.weekday - 1)
    at = max(schedule.rule.local_time, QUIET_HOURS_END)
    why: Blocker | None = None
    if at >= QUIET_HOURS_START:
        day, at, why = day + _ONE_DAY, QUIET_HOURS_END, Blocker.QUIET_HOURS
    sunday = week_start + timedelta(days=6)
    while day <= sunday:
        found = local_to_utc(day, at, load_zone(schedule.zone))
        obstacle = blocker_at(schedule, found)
        if obstacle is None and local_day(found, load_zone(schedule.zone)) == day:
            late = min(
                found + MAX_LATENESS[CHECKIN_KIND],
                local_to_utc(sunday, QUIET_HOURS_START, load_zone(schedule.zone)),
            )
            return CheckinWindow(iso_week(week_start), found, late)
        why = why or obstacle
        day += _ONE_DAY
    return why or Blocker.DAY_OFF  # of a day that a zone left out altogether


def rule_instant(schedule: CheckinSchedule, week_start: date) -> datetime:
    """The slot that the rule alone gives the week that begins on the Monday *starts*."""
    return local_to_utc(
        week_start + timedelta(days=schedule.rule.weekday - 1),
        schedule.rule.local_time,
        load_zone(schedule.zone),
    )


def blocker_at(schedule: CheckinSchedule, now: datetime) -> Blocker | None:
    """What speaks against disturbing somebody at *now*, if anything does."""
    local = now.astimezone(load_zone(schedule.zone))
    if why := _blocker_on_day(schedule, local.date()):
        return why
    return Blocker.QUIET_HOURS if is_quiet_hour(local.time()) else None


def _blocker_on_day(schedule: CheckinSchedule, day: date) -> Blocker | None:
    if schedule.paused_until and day < schedule.paused_until:
        return Blocker.PAUSED
    if day.isoweekday() not in schedule.allowed_weekdays:
        return Blocker.DAY_OFF
    if is_holiday(day, schedule.holiday_region):
        return Blocker.HOLIDAY
    return None


def first_allowed_instant(
    schedule: CheckinSchedule, now: datetime, deadline: datetime
) -> datetime | None:
    """The first instant from *now* to *late* at which somebody may be disturbed, if any."""
    if blocker_at(schedule, now) is None:
        return now if now <= deadline else None
    today = local_day(now, load_zone(schedule.zone))
    for ahead in range(1 + (deadline - now) // _ONE_DAY + 1):
        morning = local_to_utc(today + ahead * _ONE_DAY, QUIET_HOURS_END, load_zone(schedule.zone))
        if now < morning <= deadline and blocker_at(schedule, morning) is None:
            return morning
    return None


def last_and_current_week(schedule: CheckinSchedule, now: datetime) -> tuple[date, date]:
    """The Mondays of last week and of this one, where somebody of this rhythm lives."""
    this = monday_of(local_day(now, load_zone(schedule.zone)))
    return this - _ONE_WEEK, this


def checkin_status(
    schedule: CheckinSchedule, week_start: date, now: datetime, last_run: datetime
) -> CheckinStatus | None:
    """How the question of the week from *starts* stands at *now*; ``None`` when it waits.

    It is due when somebody may be disturbed at this very moment; nothing is fixed ahead,
    since they may be in another zone by then. Nobody looked between *before* and *now*: what
    was due in between and can no longer be asked was missed. What was due earlier was
    settled then, or its person was not there.
    """
    found, at = checkin_window(schedule, week_start), rule_instant(schedule, week_start)
    if isinstance(found, Blocker):
        missed = found is not Blocker.PAUSED and last_run < at <= now
        return CheckinStatus(iso_week(week_start), at, at, found.value) if missed else None
    moment = first_allowed_instant(schedule, max(now, found.opens_at), found.closes_at)
    if moment == now:
        return CheckinStatus(found.week, found.opens_at, found.closes_at)
    if moment is None and last_run < found.opens_at <= now:
        why = blocker_at(schedule, now) if now <= found.closes_at else None
        return CheckinStatus(found.week, found.opens_at, found.closes_at, why or REASON_LATE)
    return None


def find_postponement(
    schedule: CheckinSchedule, now: datetime, deadline: datetime
) -> Postponement | None:
    """Until when a question must wait that could be sent *now*; ``None`` when it need not."""
    why = blocker_at(schedule, now)
    return Postponement(first_allowed_instant(schedule, now, deadline), why) if why else None


def next_slot(
    schedule: CheckinSchedule,
    unanswered_count: int,
    now: datetime,
    settled_weeks: Collection[str] = frozenset(),
) -> Slot | None:
    """When somebody is next asked, from *now* on; ``None`` for whoever is asked no more.

    *taken* are the weeks whose question is settled. One whose slot is past is asked at
    once while it is not too late.
    """
    _, this = last_and_current_week(schedule, now)
    for ahead in range(_MAX_WEEKS_AHEAD):
        starts = this + ahead * _ONE_WEEK
        found = checkin_window(schedule, starts)
        if (
            isinstance(found, Blocker)
            or found.week in settled_weeks
            or not is_checkin_week(unanswered_count, starts)
        ):
            continue
        at = first_allowed_instant(schedule, max(now, found.opens_at), found.closes_at)
        if at:
            return Slot(found.week, at)
    return None


def next_due_after(
    schedule: CheckinSchedule, unanswered_count: int, now: datetime
) -> datetime | None:
    """The first instant later than *now* at which something may fall due to somebody."""
    _, this = last_and_current_week(schedule, now)
    for ahead in range(_MAX_WEEKS_AHEAD):
        starts = this + ahead * _ONE_WEEK
        found = checkin_window(schedule, starts)
        if isinstance(found, Blocker) or not (
            unanswered_count >= STOP_AFTER_UNANSWERED or is_checkin_week(unanswered_count, starts)
        ):
            continue
        at = first_allowed_instant(schedule, max(now, found.opens_at), found.closes_at)
        if at and at > now:
            return at
    return None
