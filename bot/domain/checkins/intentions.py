"""Intentions: the rules of when a follow-up is due, until when it is stored, and when it is kept.

An intention is requested in one ISO week; its follow-up replaces the question of a later one.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.content.model import Sign
from bot.domain.calendar import iso_week, monday_of_iso_week
from bot.domain.checkins.acknowledgements import CheckinAnswer, FollowUpAnswer
from bot.domain.checkins.scheduling import CheckinSchedule, checkin_day

INTENTION_LIFETIME = timedelta(days=8)
"""Least time for which an intention is stored; the check-in of a week later falls within it."""

MAX_INTENTION_LIFETIME = timedelta(days=14)
"""Longest time for which an intention is stored: a question on demand may precede the week's day.

One that is answered on a Monday, with the check-in on Sundays, is followed up 13 days later.
"""

UNNAMED_INTENTION = "again"
"""The stored code of a follow-up request that names no intention.

A follow-up request after a debrief stores the same code, so that the row does not disclose a
debrief.
"""

_ONE_DAY, _ONE_WEEK = timedelta(days=1), timedelta(weeks=1)


@dataclass(frozen=True)
class Intention:
    """A stored follow-up request of a clinician; deleted after ``expires_on``.

    ``code`` is an answer of the question 'intention' or :data:`UNNAMED_INTENTION`; ``sign_code`` is
    the code of the sign dealt with it, ``week`` the ISO week in which it was requested.
    """

    code: str
    sign_code: str
    week: str
    expires_on: date


def find_follow_up_day(schedule: CheckinSchedule, week: str) -> date | None:
    """Return the local day of the check-in in the week after *week*; ``None`` if it has none."""
    return checkin_day(schedule, monday_of_iso_week(week) + _ONE_WEEK)


def expiry_day(today: date, follow_up_day: date | None) -> date:
    """Return the last day on which an intention of *today* is stored.

    It is the day after its follow-up, so that a message read on the next day finds it, and at
    least :data:`INTENTION_LIFETIME`, at most :data:`MAX_INTENTION_LIFETIME` later than *today*.
    """
    earliest, latest = today + INTENTION_LIFETIME, today + MAX_INTENTION_LIFETIME
    if follow_up_day is None:
        return earliest
    return min(max(earliest, follow_up_day + _ONE_DAY), latest)


def build_intention(
    answer: CheckinAnswer, week: str, sign: Sign, today: date, follow_up_day: date | None = None
) -> Intention | None:
    """Build the intention to store for an answer, ``None`` unless a follow-up was requested."""
    if not answer.wants_follow_up:
        return None
    return Intention(
        answer.intention or UNNAMED_INTENTION, sign.code, week, expiry_day(today, follow_up_day)
    )


def is_follow_up_pending(intention: Intention | None, week: str, today: date) -> bool:
    """Return whether a follow-up replaces the question of *week*: not expired, of a week before."""
    return intention is not None and intention.week < week and today <= intention.expires_on


def week_of_answer(form_week: str, today: date) -> str:
    """Return the week in which a form of *form_week* is answered, at the local date *today*.

    A message may be answered weeks later, and after a change of time zone a day before its week;
    no message is of a week later than that.
    """
    return max(min(form_week, iso_week(today + _ONE_WEEK)), iso_week(today))


def settle_follow_up(
    intention: Intention | None,
    answer: FollowUpAnswer,
    week: str,
    today: date,
    follow_up_day: date | None,
) -> Intention | None:
    """Return what is stored after a follow-up that was answered in *week*.

    An intention that the clinician wants to be asked about again is kept, as if it had been
    requested in *week*: the next follow-up is that of a later week. Any other is deleted. One of
    *week* itself, requested after this form was opened, stays as it is; so does one that this
    answer has kept already, so that a repetition changes nothing.
    """
    if intention is None or intention.week >= week:
        return intention
    if not answer.is_asked_again:
        return None
    return replace(intention, week=week, expires_on=expiry_day(today, follow_up_day))
