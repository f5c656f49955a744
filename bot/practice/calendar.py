"""When people are asked and periods end, in their own zone: weeks, slots, pauses, late limits.

Rules are kept as a local day and time; an instant is worked out anew each time, so that
a move to another zone or a change of its rules needs no mending.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from bot.practice.people import Clinician, Team

LATE = {"tip": timedelta(hours=4), "checkin": timedelta(hours=30)}
"""How long after its slot a message is still worth sending; later it is missed."""

EPOCH = date(2026, 1, 5)
"""The Monday from which periods are counted in whole weeks (never ISO-year quarters: 2026 has
a week 53)."""

_MORNING, _EVENING = time(7, 30), time(20)
"""Outside these local times nobody is disturbed."""

_WEEK = 7


@dataclass(frozen=True)
class WeeklyRule:
    """A person's or a team's weekly moment: an ISO weekday (1 is Monday) and a local time."""

    weekday: int
    at: time


@dataclass(frozen=True)
class Slot:
    """A moment at which something is owed: the key of its local day or week, and the instant."""

    key: str
    at: datetime


def iso_week(day: date) -> str:
    """Name the ISO week of *day*, such as ``2026-W53``: the key of that week's check-in."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def local_day(now: datetime, zone: ZoneInfo) -> date:
    """What day it is for somebody in *zone*."""
    return now.astimezone(zone).date()


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When the clocks of *zone* show *at* on *day*, as an instant in UTC.

    A time that a clock change skips moves forward; one that comes twice means the first
    (PEP 495, fold=0), so that nobody is asked twice or never.
    """
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def latest_slot(rule: WeeklyRule, zone: ZoneInfo, now: datetime) -> Slot:
    """Return the last weekly slot that is not after *now*."""
    today = local_day(now, zone)
    days = (_on(rule, today, weeks) for weeks in (1, 0, -1))
    return next(slot for slot in (_week_slot(rule, day, zone) for day in days) if slot.at <= now)


def next_slot(rule: WeeklyRule, zone: ZoneInfo, now: datetime) -> Slot:
    """Return the first weekly slot after *now*."""
    today = local_day(now, zone)
    days = (_on(rule, today, weeks) for weeks in (-1, 0, 1))
    return next(slot for slot in (_week_slot(rule, day, zone) for day in days) if slot.at > now)


def latest_day_slot(
    weekdays: tuple[int, ...], at: time, zone: ZoneInfo, now: datetime
) -> Slot | None:
    """Return the last daily slot on one of *weekdays* that is not after *now*, within a week."""
    today = local_day(now, zone)
    days = (today - timedelta(days=back) for back in range(-1, _WEEK + 1))
    slots = (_day_slot(day, at, zone) for day in days if day.isoweekday() in weekdays)
    return next((slot for slot in slots if slot.at <= now), None)


def next_day_slot(
    weekdays: tuple[int, ...], at: time, zone: ZoneInfo, now: datetime
) -> Slot | None:
    """Return the first daily slot on one of *weekdays* after *now*, within a week."""
    today = local_day(now, zone)
    days = (today + timedelta(days=ahead) for ahead in range(-1, _WEEK + 1))
    slots = (_day_slot(day, at, zone) for day in days if day.isoweekday() in weekdays)
    return next((slot for slot in slots if slot.at > now), None)


def is_quiet(now: datetime, zone: ZoneInfo) -> bool:
    """Whether people in *zone* are left in peace: from 20:00 to 07:30 by their clocks."""
    return not _MORNING <= now.astimezone(zone).time() < _EVENING


def is_paused(until: date | None, now: datetime, zone: ZoneInfo) -> bool:
    """Whether somebody who asked for a pause still has it; *until* is the first day after it."""
    return until is not None and local_day(now, zone) < until


def zone_of(clinician: "Clinician", team: "Team") -> ZoneInfo:
    """Return the zone in which *clinician* lives, as far as is known; else the team's."""
    return ZoneInfo(clinician.zone or team.zone)


def next_checkin(clinician: "Clinician", team: "Team", now: datetime) -> Slot | None:
    """Return when *clinician* is asked next; ``None`` for somebody who has not joined."""
    if not clinician.joined:
        return None
    zone, rule = zone_of(clinician, team), clinician.rule or team.checkin
    since = now
    if clinician.paused_until and is_paused(clinician.paused_until, now, zone):
        since = instant(clinician.paused_until, time(0), zone) - timedelta(microseconds=1)
    return next_slot(rule, zone, since)


def span_bounds(day: date, weeks: int) -> tuple[date, date]:
    """Return the Mondays between which the period of *weeks* that holds *day* lies.

    The first belongs to it, the second to the next. Counted from :data:`EPOCH`.
    """
    spans = (day - EPOCH).days // (weeks * _WEEK)
    opens = EPOCH + timedelta(weeks=spans * weeks)
    return opens, opens + timedelta(weeks=weeks)


def monday(day: date) -> date:
    """Return the Monday of the week of *day*."""
    return day - timedelta(days=day.isoweekday() - 1)


def _on(rule: WeeklyRule, today: date, weeks: int) -> date:
    return monday(today) + timedelta(weeks=weeks, days=rule.weekday - 1)


def _week_slot(rule: WeeklyRule, day: date, zone: ZoneInfo) -> Slot:
    return Slot(iso_week(day), instant(day, rule.at, zone))


def _day_slot(day: date, at: time, zone: ZoneInfo) -> Slot:
    return Slot(day.isoformat(), instant(day, at, zone))
