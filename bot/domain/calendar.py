"""Calendar rules in local time: time zones, ISO weeks, daily slots, pauses and lateness limits.

Rules are stored as a local day and time. The UTC instant is recomputed on every evaluation, so a
change of a person's zone or of a zone's rules needs no data migration.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot import public_holidays
from bot.domain.delivery_kind import DeliveryKind

MAX_LATENESS = {
    DeliveryKind.TIP: timedelta(hours=4),
    DeliveryKind.CHECKIN: timedelta(hours=30),
    DeliveryKind.CLOSE_NOTICE: timedelta(hours=48),
}
"""Maximum delay after a slot, by kind of delivery; a later delivery is marked as missed."""

PERIOD_EPOCH = date(2026, 1, 5)
"""The Monday from which counting periods are numbered in whole weeks.

ISO-year quarters are not used, because 2026 has a week 53.
"""

QUIET_HOURS_END, QUIET_HOURS_START = time(7, 30), time(20)
"""Local times at which the daily sending window starts (inclusive) and ends (exclusive)."""

WEEKDAY_CODES = ("1", "2", "3", "4", "5", "6", "7")
"""The option codes of the ISO weekdays in forms, in the order of the week."""

_DAYS_PER_WEEK = 7


@dataclass(frozen=True)
class WeeklyRule:
    """A weekly local time of a person or a team: an ISO weekday (1 is Monday) and a time."""

    weekday: int
    local_time: time


@dataclass(frozen=True)
class Slot:
    """A due instant with its key: the local date or the ISO week that it belongs to."""

    key: str
    due_at: datetime

    def is_due(self, now: datetime) -> bool:
        """Return whether the slot has passed at *now*, so that only its delivery is awaited."""
        return self.due_at <= now


@lru_cache(maxsize=1024)
def load_zone(name: str) -> ZoneInfo:
    """Return the time zone *name*, or UTC as the fallback for an unknown name.

    A name may become unknown after an upgrade of the zone database. The cache holds every zone,
    because zoneinfo's own strong cache has eight entries and reads other zones from disk again.
    """
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # malformed key, a directory, unknown key
        return ZoneInfo("UTC")


def is_known_zone(name: str) -> bool:
    """Return whether *name* is a zone of the installed time zone database."""
    return load_zone(name).key == name


def iso_week(day: date) -> str:
    """Return the ISO week of *day*, such as ``2026-W53``: the key of that week's check-in."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def monday_of_iso_week(week_key: str) -> date:
    """Return the Monday of an ISO week key such as ``2026-W53``.

    Raises ValueError when *week_key* is malformed.
    """
    return date.fromisocalendar(int(week_key[:4]), int(week_key[6:]), 1)


def local_day(now: datetime, zone: ZoneInfo) -> date:
    """Return the local date of the instant *now* in *zone*."""
    return now.astimezone(zone).date()


def local_to_utc(day: date, local_time: time, zone: ZoneInfo) -> datetime:
    """Convert the local date and time *day*, *local_time* in *zone* to a UTC instant.

    A time skipped by a clock change moves forward, and an ambiguous time is its first occurrence
    (PEP 495, fold=0), so a slot occurs exactly once.
    """
    return datetime.combine(day, local_time, tzinfo=zone).astimezone(UTC)


def latest_daily_slot(
    weekdays: tuple[int, ...], local_time: time, zone: ZoneInfo, now: datetime
) -> Slot | None:
    """Return the latest slot on one of *weekdays* that is not after *now*, within a week."""
    today = local_day(now, zone)
    days = (today - timedelta(days=offset) for offset in range(-1, _DAYS_PER_WEEK + 1))
    slots = (
        _build_daily_slot(day, local_time, zone) for day in days if day.isoweekday() in weekdays
    )
    return next((slot for slot in slots if slot.due_at <= now), None)


def next_daily_slot(
    weekdays: tuple[int, ...], local_time: time, zone: ZoneInfo, now: datetime
) -> Slot | None:
    """Return the first slot on one of *weekdays* that is after *now*, within a week."""
    today = local_day(now, zone)
    days = (today + timedelta(days=offset) for offset in range(-1, _DAYS_PER_WEEK + 1))
    slots = (
        _build_daily_slot(day, local_time, zone) for day in days if day.isoweekday() in weekdays
    )
    return next((slot for slot in slots if slot.due_at > now), None)


def is_quiet_hour(local_time: time) -> bool:
    """Return whether a local time is within the quiet hours, from 20:00 to 07:30."""
    return not QUIET_HOURS_END <= local_time < QUIET_HOURS_START


def is_holiday(day: date, region: str) -> bool:
    """Return whether *day* is a public holiday of *region*; always False for the region ``""``."""
    return bool(region) and day in public_holidays.list_holiday_dates(region, day.year)


def is_paused(paused_until: date | None, now: datetime, zone: ZoneInfo) -> bool:
    """Return whether a pause is active at *now*; *paused_until* is the first local day after it."""
    return paused_until is not None and local_day(now, zone) < paused_until


def period_bounds(day: date, weeks: int) -> tuple[date, date]:
    """Return the start and end Monday of the period of *weeks* weeks that contains *day*.

    The start is inclusive and the end exclusive. Periods are numbered from :data:`PERIOD_EPOCH`.
    """
    period_index = (day - PERIOD_EPOCH).days // (weeks * _DAYS_PER_WEEK)
    start = PERIOD_EPOCH + timedelta(weeks=period_index * weeks)
    return start, start + timedelta(weeks=weeks)


def monday_of(day: date) -> date:
    """Return the Monday of the week that contains *day*."""
    return day - timedelta(days=day.isoweekday() - 1)


def _build_daily_slot(day: date, local_time: time, zone: ZoneInfo) -> Slot:
    return Slot(day.isoformat(), local_to_utc(day, local_time, zone))
