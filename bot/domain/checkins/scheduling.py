"""Compute when a clinician's weekly check-in is due, in their own zone and outside days off.

At most one check-in an ISO week. Its key is the week of its slot in the clinician's own calendar,
so a change of time zone neither duplicates nor skips a week.
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
from bot.domain.delivery_kind import DeliveryKind

if TYPE_CHECKING:
    from bot.domain.people import ClinicianProfile, Team

DEFAULT_WORK_DAYS = (1, 2, 3, 4, 5)
"""The default working days, as ISO weekdays."""

REASON_LATE = "late"
"""The reason of a check-in missed because no process was running before its deadline."""

_MAX_WEEKS_AHEAD = 60
"""Number of weeks searched for the next check-in: a pause lasts 366 days at most."""

_ONE_DAY, _ONE_WEEK = timedelta(days=1), timedelta(weeks=1)


class Blocker(StrEnum):
    """A reason why no check-in may be sent at an instant, or in a whole week."""

    QUIET_HOURS = "quiet_hours"
    DAY_OFF = "day_off"
    HOLIDAY = "holiday"
    PAUSED = "paused"


@dataclass(frozen=True)
class CheckinSchedule:
    """All values that determine when check-ins are sent; equal schedules are evaluated once.

    ``allowed_weekdays`` are ISO weekdays; ``holiday_region`` is the region of the public holidays;
    ``paused_until`` is the first day after a pause.
    """

    rule: WeeklyRule
    zone: str
    allowed_weekdays: tuple[int, ...] = DEFAULT_WORK_DAYS
    holiday_region: str = ""
    paused_until: date | None = None


@dataclass(frozen=True)
class CheckinStatus:
    """A week's check-in: due at ``due_at``, or missed with ``missed_reason``."""

    week: str
    due_at: datetime
    deadline: datetime
    missed_reason: str = ""


@dataclass(frozen=True)
class Postponement:
    """A postponed delivery: its new instant ``until``, ``None`` for never, and the ``blocker``."""

    until: datetime | None
    blocker: Blocker


@dataclass(frozen=True)
class CheckinWindow:
    """The week key of a check-in, with the first and last instant at which it may be sent."""

    week: str
    opens_at: datetime
    closes_at: datetime


def build_schedule(clinician: "ClinicianProfile", team: "Team") -> CheckinSchedule:
    """Build the schedule of *clinician*, with the defaults of *team*.

    A clinician with work days of their own gets check-ins on these days only: when the rule's day
    is not one of them, on the next of the week, else on the last before it. Without own work days,
    the rule's day counts as a working day in addition to Monday to Friday, so that a team may use a
    Saturday.
    """
    rule = clinician.rule or team.checkin_rule
    weekdays = allowed_weekdays(clinician.work_days, rule)
    weekday = min((day for day in weekdays if day >= rule.weekday), default=max(weekdays))
    return CheckinSchedule(
        rule=WeeklyRule(weekday, rule.local_time),
        zone=clinician.zone if is_known_zone(clinician.zone) else team.zone,
        allowed_weekdays=weekdays,
        holiday_region=team.holiday_region,
        paused_until=clinician.paused_until,
    )


def allowed_weekdays(work_days: tuple[int, ...], rule: WeeklyRule) -> tuple[int, ...]:
    """Return the days on which check-ins may be sent: *work_days*, or the default ones."""
    return work_days or tuple(sorted({*DEFAULT_WORK_DAYS, rule.weekday}))


@lru_cache(maxsize=4096)
def checkin_window(schedule: CheckinSchedule, week_start: date) -> CheckinWindow | Blocker:
    """Return the window of the week of *week_start*, or the blocker that prevents it.

    A slot on a day off moves to the same time of the next working day, a slot in the quiet hours to
    the next morning; neither leaves its ISO week. The first blocker is returned.
    """
    day = week_start + timedelta(days=schedule.rule.weekday - 1)
    local_time = max(schedule.rule.local_time, QUIET_HOURS_END)
    first_blocker: Blocker | None = None
    if local_time >= QUIET_HOURS_START:
        day, local_time, first_blocker = day + _ONE_DAY, QUIET_HOURS_END, Blocker.QUIET_HOURS
    sunday = week_start + timedelta(days=6)
    while day <= sunday:
        opens_at = local_to_utc(day, local_time, load_zone(schedule.zone))
        blocker = blocker_at(schedule, opens_at)
        if blocker is None and local_day(opens_at, load_zone(schedule.zone)) == day:
            closes_at = min(
                opens_at + MAX_LATENESS[DeliveryKind.CHECKIN],
                local_to_utc(sunday, QUIET_HOURS_START, load_zone(schedule.zone)),
            )
            return CheckinWindow(iso_week(week_start), opens_at, closes_at)
        first_blocker = first_blocker or blocker
        day += _ONE_DAY
    return first_blocker or Blocker.DAY_OFF  # a local date that a zone change skipped altogether


def checkin_day(schedule: CheckinSchedule, week_start: date) -> date | None:
    """Return the local day of the check-in of the week of *week_start*; ``None`` if it has none."""
    window = checkin_window(schedule, week_start)
    if isinstance(window, Blocker):
        return None
    return local_day(window.opens_at, load_zone(schedule.zone))


def rule_instant(schedule: CheckinSchedule, week_start: date) -> datetime:
    """Return the slot of the week of *week_start* by the rule alone, without blockers."""
    return local_to_utc(
        week_start + timedelta(days=schedule.rule.weekday - 1),
        schedule.rule.local_time,
        load_zone(schedule.zone),
    )


def blocker_at(schedule: CheckinSchedule, now: datetime) -> Blocker | None:
    """Return the blocker that is active at *now*, if any."""
    local_now = now.astimezone(load_zone(schedule.zone))
    if blocker := _blocker_on_day(schedule, local_now.date()):
        return blocker
    return Blocker.QUIET_HOURS if is_quiet_hour(local_now.time()) else None


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
    """Return the first instant from *now* to *deadline* without a blocker, if any."""
    if blocker_at(schedule, now) is None:
        return now if now <= deadline else None
    today = local_day(now, load_zone(schedule.zone))
    for days_ahead in range(1 + (deadline - now) // _ONE_DAY + 1):
        morning = local_to_utc(
            today + days_ahead * _ONE_DAY, QUIET_HOURS_END, load_zone(schedule.zone)
        )
        if now < morning <= deadline and blocker_at(schedule, morning) is None:
            return morning
    return None


def last_and_current_week(schedule: CheckinSchedule, now: datetime) -> tuple[date, date]:
    """Return the Mondays of last week and of the current week in the schedule's zone."""
    monday = monday_of(local_day(now, load_zone(schedule.zone)))
    return monday - _ONE_WEEK, monday


def checkin_status(
    schedule: CheckinSchedule, week_start: date, now: datetime, last_run: datetime
) -> CheckinStatus | None:
    """Return the status of the check-in of the week of *week_start*; ``None`` while it is pending.

    It is due only if *now* itself is an allowed instant; no instant is planned ahead, because the
    clinician may change the time zone before. *last_run* is the previous evaluation: a check-in
    that became due between *last_run* and *now* and can no longer be sent was missed. One that was
    due earlier is already settled, or its person was not a member then.
    """
    window, planned_at = checkin_window(schedule, week_start), rule_instant(schedule, week_start)
    if isinstance(window, Blocker):
        is_missed = window is not Blocker.PAUSED and last_run < planned_at <= now
        return (
            CheckinStatus(iso_week(week_start), planned_at, planned_at, window.value)
            if is_missed
            else None
        )
    next_instant = first_allowed_instant(schedule, max(now, window.opens_at), window.closes_at)
    if next_instant == now:
        return CheckinStatus(window.week, window.opens_at, window.closes_at)
    if next_instant is None and last_run < window.opens_at <= now:
        blocker = blocker_at(schedule, now) if now <= window.closes_at else None
        return CheckinStatus(window.week, window.opens_at, window.closes_at, blocker or REASON_LATE)
    return None


def find_postponement(
    schedule: CheckinSchedule, now: datetime, deadline: datetime
) -> Postponement | None:
    """Return the postponement of a check-in that is due *now*; ``None`` when it may be sent."""
    blocker = blocker_at(schedule, now)
    return (
        Postponement(first_allowed_instant(schedule, now, deadline), blocker) if blocker else None
    )


def next_slot(
    schedule: CheckinSchedule,
    unanswered_count: int,
    now: datetime,
    settled_weeks: Collection[str] = frozenset(),
) -> Slot | None:
    """Return the next check-in slot from *now* on; ``None`` when none is due any more.

    *settled_weeks* are the weeks whose check-in is stored in any state other than planned.
    A check-in whose slot has passed is due at once, until its deadline.
    """
    _, current_monday = last_and_current_week(schedule, now)
    for weeks_ahead in range(_MAX_WEEKS_AHEAD):
        week_start = current_monday + weeks_ahead * _ONE_WEEK
        window = checkin_window(schedule, week_start)
        if (
            isinstance(window, Blocker)
            or window.week in settled_weeks
            or not is_checkin_week(unanswered_count, week_start)
        ):
            continue
        due_at = first_allowed_instant(schedule, max(now, window.opens_at), window.closes_at)
        if due_at:
            return Slot(window.week, due_at)
    return None


def next_due_after(
    schedule: CheckinSchedule, unanswered_count: int, now: datetime
) -> datetime | None:
    """Return the first instant after *now* at which a check-in or the last note may be due."""
    _, current_monday = last_and_current_week(schedule, now)
    for weeks_ahead in range(_MAX_WEEKS_AHEAD):
        week_start = current_monday + weeks_ahead * _ONE_WEEK
        window = checkin_window(schedule, week_start)
        if isinstance(window, Blocker) or not (
            unanswered_count >= STOP_AFTER_UNANSWERED
            or is_checkin_week(unanswered_count, week_start)
        ):
            continue
        due_at = first_allowed_instant(schedule, max(now, window.opens_at), window.closes_at)
        if due_at and due_at > now:
            return due_at
    return None
