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
    EVENING,
    LATE,
    MORNING,
    Slot,
    WeeklyRule,
    instant,
    is_holiday,
    is_quiet,
    is_zone,
    iso_week,
    local_day,
    monday,
    zone,
)
from bot.domain.checkins.frequency import SILENT, has_turn

if TYPE_CHECKING:
    from bot.domain.people import Clinician, Team

KIND, NOTE = "checkin", "lastnote"
"""The kinds of the weekly question's deliveries, and of the note that comes last."""

WORK_DAYS = (1, 2, 3, 4, 5)
"""ISO weekdays on which somebody works who said nothing else."""

LATE_BY_FAR = "late"
"""Why a question was missed that nobody was there to ask in time."""

_FAR = 60
"""Weeks within which whoever is asked at all is asked again: a pause lasts 52 at most."""

_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)


class Why(StrEnum):
    """What stands in the way of asking somebody at a moment, or in a whole week."""

    QUIET = "quiet_hours"
    DAY_OFF = "day_off"
    HOLIDAY = "holiday"
    PAUSED = "paused"


@dataclass(frozen=True)
class Rhythm:
    """All that decides when somebody is asked; those who share it are asked together.

    ``days`` are the ISO weekdays on which they may be asked; ``holidays`` is the region
    whose public holidays they keep; ``rests_until`` the first day after a pause.
    """

    rule: WeeklyRule
    zone: str
    days: tuple[int, ...] = WORK_DAYS
    holidays: str = ""
    rests_until: date | None = None


@dataclass(frozen=True)
class Standing:
    """A week's question as it stands: due at ``at``, or with a reason why it was ``missed``."""

    week: str
    at: datetime
    late: datetime
    missed: str = ""


@dataclass(frozen=True)
class Postponed:
    """A message that has to wait ``until`` then, because of ``why``; ``None`` is for ever."""

    until: datetime | None
    why: Why


@dataclass(frozen=True)
class Asking:
    """A week's question: its key, and the first and the last instant at which it is asked."""

    week: str
    at: datetime
    late: datetime


def rhythm(clinician: "Clinician", team: "Team") -> Rhythm:
    """The rhythm of *clinician*, with what they did not choose taken from *team*.

    Somebody with work days of their own is asked on one of them: where the rule's day is
    none, on the next in the week, else on the last before it. With no days of one's own,
    the rule's day counts as a working day beside Monday to Friday, so that a team may meet
    on a Saturday.
    """
    rule = clinician.rule or team.checkin
    days = days_of(clinician.work_days, rule)
    weekday = min((day for day in days if day >= rule.weekday), default=max(days))
    return Rhythm(
        rule=WeeklyRule(weekday, rule.at),
        zone=clinician.zone if is_zone(clinician.zone) else team.zone,
        days=days,
        holidays=team.holidays,
        rests_until=clinician.paused_until,
    )


def days_of(chosen: tuple[int, ...], rule: WeeklyRule) -> tuple[int, ...]:
    """The days on which somebody may be asked who works on those *chosen*, if any."""
    return chosen or tuple(sorted({*WORK_DAYS, rule.weekday}))


@lru_cache(maxsize=4096)
def asked_in(own: Rhythm, starts: date) -> Asking | Why:
    """When the week that begins on the Monday *starts* asks; else why it does not.

    A slot on a day off moves to the same time of the next working day, one in the quiet
    hours to the next morning; neither leaves its ISO week. The first obstacle is told.
    """
    day = starts + timedelta(days=own.rule.weekday - 1)
    at = max(own.rule.at, MORNING)
    why: Why | None = None
    if at >= EVENING:
        day, at, why = day + _DAY, MORNING, Why.QUIET
    sunday = starts + timedelta(days=6)
    while day <= sunday:
        found = instant(day, at, zone(own.zone))
        obstacle = against(own, found)
        if obstacle is None and local_day(found, zone(own.zone)) == day:
            late = min(found + LATE[KIND], instant(sunday, EVENING, zone(own.zone)))
            return Asking(iso_week(starts), found, late)
        why = why or obstacle
        day += _DAY
    return why or Why.DAY_OFF  # of a day that a zone left out altogether


def slot(own: Rhythm, starts: date) -> datetime:
    """The slot that the rule alone gives the week that begins on the Monday *starts*."""
    return instant(starts + timedelta(days=own.rule.weekday - 1), own.rule.at, zone(own.zone))


def against(own: Rhythm, now: datetime) -> Why | None:
    """What speaks against disturbing somebody at *now*, if anything does."""
    local = now.astimezone(zone(own.zone))
    if why := _off(own, local.date()):
        return why
    return Why.QUIET if is_quiet(local.time()) else None


def _off(own: Rhythm, day: date) -> Why | None:
    if own.rests_until and day < own.rests_until:
        return Why.PAUSED
    if day.isoweekday() not in own.days:
        return Why.DAY_OFF
    if is_holiday(day, own.holidays):
        return Why.HOLIDAY
    return None


def wait(own: Rhythm, now: datetime, late: datetime) -> datetime | None:
    """The first instant from *now* to *late* at which somebody may be disturbed, if any."""
    if against(own, now) is None:
        return now if now <= late else None
    today = local_day(now, zone(own.zone))
    for ahead in range(1 + (late - now) // _DAY + 1):
        morning = instant(today + ahead * _DAY, MORNING, zone(own.zone))
        if now < morning <= late and against(own, morning) is None:
            return morning
    return None


def weeks_at(own: Rhythm, now: datetime) -> tuple[date, date]:
    """The Mondays of last week and of this one, where somebody of this rhythm lives."""
    this = monday(local_day(now, zone(own.zone)))
    return this - _WEEK, this


def standing(own: Rhythm, starts: date, now: datetime, before: datetime) -> Standing | None:
    """How the question of the week from *starts* stands at *now*; ``None`` when it waits.

    It is due when somebody may be disturbed at this very moment; nothing is fixed ahead,
    since they may be in another zone by then. Nobody looked between *before* and *now*: what
    was due in between and can no longer be asked was missed. What was due earlier was
    settled then, or its person was not there.
    """
    found, at = asked_in(own, starts), slot(own, starts)
    if isinstance(found, Why):
        missed = found is not Why.PAUSED and before < at <= now
        return Standing(iso_week(starts), at, at, found.value) if missed else None
    moment = wait(own, max(now, found.at), found.late)
    if moment == now:
        return Standing(found.week, found.at, found.late)
    if moment is None and before < found.at <= now:
        why = against(own, now) if now <= found.late else None
        return Standing(found.week, found.at, found.late, why or LATE_BY_FAR)
    return None


def postponed(own: Rhythm, now: datetime, late: datetime) -> Postponed | None:
    """Until when a question must wait that could be sent *now*; ``None`` when it need not."""
    why = against(own, now)
    return Postponed(wait(own, now, late), why) if why else None


def coming(
    own: Rhythm, quiet: int, now: datetime, taken: Collection[str] = frozenset()
) -> Slot | None:
    """When somebody is next asked, from *now* on; ``None`` for whoever is asked no more.

    *taken* are the weeks whose question is settled. One whose slot is past is asked at
    once while it is not too late.
    """
    _, this = weeks_at(own, now)
    for ahead in range(_FAR):
        starts = this + ahead * _WEEK
        found = asked_in(own, starts)
        if isinstance(found, Why) or found.week in taken or not has_turn(quiet, starts):
            continue
        at = wait(own, max(now, found.at), found.late)
        if at:
            return Slot(found.week, at)
    return None


def following(own: Rhythm, quiet: int, now: datetime) -> datetime | None:
    """The first instant later than *now* at which something may fall due to somebody."""
    _, this = weeks_at(own, now)
    for ahead in range(_FAR):
        starts = this + ahead * _WEEK
        found = asked_in(own, starts)
        if isinstance(found, Why) or not (quiet >= SILENT or has_turn(quiet, starts)):
            continue
        at = wait(own, max(now, found.at), found.late)
        if at and at > now:
            return at
    return None
