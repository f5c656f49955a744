"""Compute when a supervisor or director is notified that periods have closed, at their team's hour.

One notice a person and closing day, however many teams they supervise or direct: at the latest of
the hours of those teams, when the tables of all of them are published. Its time depends on the
calendar and on set-ups alone, never on what was filed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import count

from bot.domain.calendar import (
    MAX_LATENESS,
    QUIET_HOURS_END,
    QUIET_HOURS_START,
    WeeklyRule,
    load_zone,
    local_day,
    local_to_utc,
)
from bot.domain.checkins import scheduling
from bot.domain.checkins.scheduling import REASON_LATE, CheckinSchedule
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Team

CLOSING_WEEKDAY = 1
"""The ISO weekday of every closing day: periods end at midnight before a Monday."""


@dataclass(frozen=True)
class NoticePreference:
    """A person's choice about these notices; ``rule`` is ``None`` for the closing day and hour."""

    is_stopped: bool = False
    rule: WeeklyRule | None = None


@dataclass(frozen=True)
class PeriodClose:
    """A period that a team feeds: it ends at midnight before the Monday ``closes``.

    ``announced_on`` is the first local day on which its table may be announced: ``closes``, or a
    later day for a table that says that the period's key was lost.
    """

    team_id: str
    closes: date
    announced_on: date
    is_published: bool


@dataclass(frozen=True)
class NoticePlan:
    """The notice of the closing day ``closes``: when it may be sent, and about which teams.

    ``team_ids`` are the teams with a published table, sorted; empty while there is none.
    ``schedule`` is that of the team whose hour is the latest.
    """

    closes: date
    team_ids: tuple[str, ...]
    schedule: CheckinSchedule
    opens_at: datetime
    deadline: datetime

    @property
    def key(self) -> str:
        """The slot key of the delivery."""
        return self.closes.isoformat()


@dataclass(frozen=True)
class NoticeStatus:
    """A notice that is due, or was missed with ``missed_reason``."""

    plan: NoticePlan
    missed_reason: str = ""


def default_rule(team: Team) -> WeeklyRule:
    """Return when a notice about *team* is sent by default: on the closing day, at its hour."""
    return WeeklyRule(CLOSING_WEEKDAY, team.checkin_rule.local_time)


def build_notice_schedule(team: Team, preference: NoticePreference) -> CheckinSchedule:
    """Build the schedule of a notice about *team*: the rules of time of the check-ins."""
    rule = preference.rule or default_rule(team)
    return CheckinSchedule(
        rule=rule,
        zone=team.zone,
        allowed_weekdays=scheduling.allowed_weekdays((), rule),
        holiday_region=team.holiday_region,
    )


@lru_cache(maxsize=4096)
def find_notice_start(schedule: CheckinSchedule, announced_on: date) -> datetime:
    """Return the first instant of a notice of *announced_on*, at the time of the schedule's rule.

    That is on the rule's first weekday from then on. From a day off or a public holiday it moves
    to the same time of the next working day, from the quiet hours to the morning after them.
    """
    days_ahead = (schedule.rule.weekday - announced_on.isoweekday()) % 7
    local_time = max(schedule.rule.local_time, QUIET_HOURS_END)
    if local_time >= QUIET_HOURS_START:
        days_ahead, local_time = days_ahead + 1, QUIET_HOURS_END
    zone = load_zone(schedule.zone)
    days = (announced_on + timedelta(days=ahead) for ahead in count(days_ahead))
    starts = ((day, local_to_utc(day, local_time, zone)) for day in days)
    return next(
        start
        for day, start in starts
        if local_day(start, zone) == day and scheduling.blocker_at(schedule, start) is None
    )


def plan_notice(
    closings: Sequence[PeriodClose], teams: Mapping[str, Team], preference: NoticePreference
) -> NoticePlan:
    """Plan the one notice about *closings*, all of one closing day and at least one.

    *teams* are the teams by id. A table that is published later than the others, for a lost key,
    neither delays the notice nor has one of its own; one of its own only where it is the only one.
    """
    published = [closing for closing in closings if closing.is_published]
    announced_on = min(closing.announced_on for closing in published or closings)
    together = [closing for closing in closings if closing.announced_on == announced_on]
    starts = {
        schedule: find_notice_start(schedule, announced_on)
        for schedule in (
            build_notice_schedule(teams[closing.team_id], preference) for closing in together
        )
    }
    schedule, opens_at = max(starts.items(), key=lambda item: item[1])
    return NoticePlan(
        closes=closings[0].closes,
        team_ids=tuple(sorted({closing.team_id for closing in together if closing.is_published})),
        schedule=schedule,
        opens_at=opens_at,
        deadline=opens_at + MAX_LATENESS[DeliveryKind.CLOSE_NOTICE],
    )


def find_status(plan: NoticePlan, now: datetime, last_run: datetime) -> NoticeStatus | None:
    """Return the status of a planned notice; ``None`` while it is pending, or long settled.

    It is due only if *now* is an allowed instant. *last_run* is the previous evaluation: a notice
    that opened between *last_run* and *now* and can no longer be sent was missed.
    """
    if not plan.team_ids:
        return None
    next_instant = _first_instant(plan, now)
    if next_instant == now:
        return NoticeStatus(plan)
    if next_instant is None and last_run < plan.opens_at <= now:
        blocker = scheduling.blocker_at(plan.schedule, now) if now <= plan.deadline else None
        return NoticeStatus(plan, blocker or REASON_LATE)
    return None


def next_notice_after(plan: NoticePlan, now: datetime) -> datetime | None:
    """Return the first instant after *now* at which the notice may be sent, if any."""
    next_instant = _first_instant(plan, now)
    return next_instant if next_instant and next_instant > now else None


def _first_instant(plan: NoticePlan, now: datetime) -> datetime | None:
    return scheduling.first_allowed_instant(plan.schedule, max(now, plan.opens_at), plan.deadline)
