"""When something falls due, by people's own clocks: zones, weeks, slots, pauses, late limits.

Rules are kept as a local day and time; an instant is worked out anew each time, so that
a move to another zone or a change of its rules needs no mending.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot import public_holidays

MAX_LATENESS = {"tip": timedelta(hours=4), "checkin": timedelta(hours=30)}
"""How long after its slot a message is still worth sending; later it is missed."""

PERIOD_EPOCH = date(2026, 1, 5)
"""The Monday from which periods are counted in whole weeks (never ISO-year quarters: 2026 has
a week 53)."""

QUIET_HOURS_END, QUIET_HOURS_START = time(7, 30), time(20)
"""Nobody is disturbed before the first of these local times, nor from the second on."""

_DAYS_PER_WEEK = 7


@dataclass(frozen=True)
class WeeklyRule:
    """A person's or a team's weekly moment: an ISO weekday (1 is Monday) and a local time."""

    weekday: int
    local_time: time


@dataclass(frozen=True)
class Slot:
    """A moment at which something is owed: the key of its local day or week, and the instant."""

    key: str
    due_at: datetime


@lru_cache(maxsize=1024)
def load_zone(name: str) -> ZoneInfo:
    """Return the time zone *name*; UTC for one that nobody knows any more, after an upgrade.

    All are held on to: the library itself keeps eight, and reads the others from disk again.
    """
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # malformed, a folder, unknown
        return ZoneInfo("UTC")


def is_known_zone(name: str) -> bool:
    """Whether *name* is a time zone that is known here."""
    return load_zone(name).key == name


def iso_week(day: date) -> str:
    """Name the ISO week of *day*, such as ``2026-W53``: the key of that week's check-in."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def monday_of_iso_week(week_key: str) -> date:
    """Return the Monday of the week that :func:`iso_week` names; ValueError for anything else."""
    return date.fromisocalendar(int(week_key[:4]), int(week_key[6:]), 1)


def local_day(now: datetime, zone: ZoneInfo) -> date:
    """What day it is for somebody in *zone*."""
    return now.astimezone(zone).date()


def local_to_utc(day: date, local_time: time, zone: ZoneInfo) -> datetime:
    """When the clocks of *zone* show *at* on *day*, as an instant in UTC.

    A time that a clock change skips moves forward; one that comes twice means the first
    (PEP 495, fold=0), so that nobody is asked twice or never.
    """
    return datetime.combine(day, local_time, tzinfo=zone).astimezone(UTC)


def latest_daily_slot(
    weekdays: tuple[int, ...], local_time: time, zone: ZoneInfo, now: datetime
) -> Slot | None:
    """Return the last daily slot on one of *weekdays* that is not after *now*, within a week."""
    today = local_day(now, zone)
    days = (today - timedelta(days=back) for back in range(-1, _DAYS_PER_WEEK + 1))
    slots = (
        _build_daily_slot(day, local_time, zone) for day in days if day.isoweekday() in weekdays
    )
    return next((slot for slot in slots if slot.due_at <= now), None)


def next_daily_slot(
    weekdays: tuple[int, ...], local_time: time, zone: ZoneInfo, now: datetime
) -> Slot | None:
    """Return the first daily slot on one of *weekdays* after *now*, within a week."""
    today = local_day(now, zone)
    days = (today + timedelta(days=ahead) for ahead in range(-1, _DAYS_PER_WEEK + 1))
    slots = (
        _build_daily_slot(day, local_time, zone) for day in days if day.isoweekday() in weekdays
    )
    return next((slot for slot in slots if slot.due_at > now), None)


def is_quiet_hour(local_time: time) -> bool:
    """Whether people are left in peace at a local time: from 20:00 to 07:30."""
    return not QUIET_HOURS_END <= local_time < QUIET_HOURS_START


def is_holiday(day: date, region: str) -> bool:
    """Whether *day* is a public holiday of *region*; where none is kept, ``""``, no day is."""
    return bool(region) and day in public_holidays.holiday_dates(region, day.year)


def is_paused(paused_until: date | None, now: datetime, zone: ZoneInfo) -> bool:
    """Whether somebody who asked for a pause still has it; *until* is the first day after it."""
    return paused_until is not None and local_day(now, zone) < paused_until


def period_bounds(day: date, weeks: int) -> tuple[date, date]:
    """Return the Mondays between which the period of *weeks* that holds *day* lies.

    The first belongs to it, the second to the next. Counted from :data:`EPOCH`.
    """
    spans = (day - PERIOD_EPOCH).days // (weeks * _DAYS_PER_WEEK)
    opens = PERIOD_EPOCH + timedelta(weeks=spans * weeks)
    return opens, opens + timedelta(weeks=weeks)


def monday_of(day: date) -> date:
    """Return the Monday of the week of *day*."""
    return day - timedelta(days=day.isoweekday() - 1)


def _build_daily_slot(day: date, local_time: time, zone: ZoneInfo) -> Slot:
    return Slot(day.isoformat(), local_to_utc(day, local_time, zone))
