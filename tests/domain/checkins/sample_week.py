"""A sample week and schedule for the check-in tests."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.calendar import WeeklyRule
from bot.domain.checkins.scheduling import CheckinSchedule

MONDAY = date(2026, 11, 23)
NINE = WeeklyRule(1, time(9))
TORONTO = CheckinSchedule(NINE, "America/Toronto")


def utc_instant(day: date, hour: int, minute: int = 0, zone: str = "America/Toronto") -> datetime:
    """Return the UTC instant of a local time on *day* in *zone*."""
    return datetime.combine(day, time(hour, minute), ZoneInfo(zone)).astimezone(UTC)


def sample_day(weekday: int) -> date:
    """Return a weekday of the sample week."""
    return MONDAY + timedelta(days=weekday - 1)
