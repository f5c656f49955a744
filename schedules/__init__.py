"""What the clock brings about, one file a duty: two plain tables."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.context import Context
from bot.domain.checkins import scheduling
from schedules import (
    close_periods,
    daily_tip,
    introduction,
    refresh_profiles,
    retention,
    weekly_checkin,
)
from schedules.delivery.sender import Composer


@dataclass(frozen=True)
class Duty:
    """Something that falls due for people: ``run`` is safe to repeat, ``next_due`` looks ahead."""

    run: Callable[[Context], Awaitable[int]]
    next_due: Callable[[Context], Awaitable[datetime | None]]


TIMETABLE: Mapping[str, Duty] = {
    "close_periods": Duty(close_periods.run, close_periods.next_due),
    "daily_tip": Duty(daily_tip.run, daily_tip.next_due),
    "weekly_checkin": Duty(weekly_checkin.run, weekly_checkin.next_due),
    "refresh_profiles": Duty(refresh_profiles.run, refresh_profiles.next_due),
    "retention": Duty(retention.run, retention.next_due),
}

COMPOSERS: Mapping[str, Composer] = {
    daily_tip.TIP_KIND: daily_tip.compose_tip,
    scheduling.CHECKIN_KIND: weekly_checkin.compose_checkin,
    scheduling.LAST_NOTE_KIND: weekly_checkin.compose_last_note,
    introduction.INTRODUCTION_KIND: introduction.compose_introduction,
}
