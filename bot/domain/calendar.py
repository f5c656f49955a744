"""When something falls due, by people's own clocks: zones, weeks, slots, pauses, late limits.

Rules are kept as a local day and time; an instant is worked out anew each time, so that
a move to another zone or a change of its rules needs no mending.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot import public_holidays

LATE = {"tip": timedelta(hours=4), "checkin": timedelta(hours=30)}
"""How long after its slot a message is still worth sending; later it is missed."""

EPOCH = date(2026, 1, 5)
"""The Monday from which periods are counted in whole weeks (never ISO-year quarters: 2026 has
a week 53)."""

MORNING, EVENING = time(7, 30), time(20)
"""Nobody is disturbed before the first of these local times, nor from the second on."""

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


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """Return the time zone *name*; UTC for one that nobody knows any more, after an upgrade.

    All are held on to: the library itself keeps eight, and reads the others from disk again.
    """
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # malformed, a folder, unknown
        return ZoneInfo("UTC")


def is_zone(name: str) -> bool:
    """Whether *name* is a time zone that is known here."""
    return zone(name).key == name


def iso_week(day: date) -> str:
    """Name the ISO week of *day*, such as ``2026-W53``: the key of that week's check-in."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def week_starts(key: str) -> date:
    """Return the Monday of the week that :func:`iso_week` names; ValueError for anything else."""
    return date.fromisocalendar(int(key[:4]), int(key[6:]), 1)


def local_day(now: datetime, zone: ZoneInfo) -> date:
    """What day it is for somebody in *zone*."""
    return now.astimezone(zone).date()


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When the clocks of *zone* show *at* on *day*, as an instant in UTC.

    A time that a clock change skips moves forward; one that comes twice means the first
    (PEP 495, fold=0), so that nobody is asked twice or never.
    """
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


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


def is_quiet(at: time) -> bool:
    """Whether people are left in peace at a local time: from 20:00 to 07:30."""
    return not MORNING <= at < EVENING


def is_holiday(day: date, region: str) -> bool:
    """Whether *day* is a public holiday of *region*; where none is kept, ``""``, no day is."""
    return bool(region) and day in public_holidays.days_off(region, day.year)


def is_paused(until: date | None, now: datetime, zone: ZoneInfo) -> bool:
    """Whether somebody who asked for a pause still has it; *until* is the first day after it."""
    return until is not None and local_day(now, zone) < until


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


def _day_slot(day: date, at: time, zone: ZoneInfo) -> Slot:
    return Slot(day.isoformat(), instant(day, at, zone))
