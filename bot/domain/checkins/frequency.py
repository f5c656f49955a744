"""Check-in frequency by unanswered count: weekly, every fourth week, one last note, none.

The only stored state is one counter a person, from 0 to 6: the check-ins in a row that were planned
since the person last used a check-in, without those that were never sent. Filing a debrief does not
reset it, nor does a question on demand while the frequency is reduced.
"""

from collections.abc import Collection
from datetime import date, timedelta

from bot.domain.calendar import PERIOD_EPOCH, iso_week, monday_of_iso_week

REDUCE_AFTER_UNANSWERED, STOP_AFTER_UNANSWERED = 3, 6
"""Unanswered check-ins in a row that reduce the frequency, and that end the check-ins."""

_REDUCED_INTERVAL = timedelta(weeks=4)


def is_checkin_week(unanswered_count: int, week_start: date) -> bool:
    """Return whether a person with *unanswered_count* has a check-in in the week of *week_start*.

    Every week at first. From :data:`REDUCE_AFTER_UNANSWERED` on every fourth week, counted from
    :data:`bot.domain.calendar.PERIOD_EPOCH`: the interval is four weeks across any turn of the
    year, without further stored state. From :data:`STOP_AFTER_UNANSWERED` on never.
    """
    return unanswered_count < REDUCE_AFTER_UNANSWERED or (
        unanswered_count < STOP_AFTER_UNANSWERED
        and not (week_start - PERIOD_EPOCH) % _REDUCED_INTERVAL
    )


def is_count_reset(unanswered_count: int, *, is_message_planned: bool) -> bool:
    """Return whether using the question of a week resets the unanswered count.

    *is_message_planned* is whether the message of that week is stored. Without one the question
    was taken on demand, which changes no reduced frequency: a message that comes more often
    again would tell a reader of the database who took it. The person restarts it by a button.
    """
    return is_message_planned or unanswered_count < REDUCE_AFTER_UNANSWERED


def is_last_note_due(
    week: str, checkin_weeks: Collection[str], noted_weeks: Collection[str]
) -> bool:
    """Return whether the last note is due: once, four weeks after the last check-in.

    *checkin_weeks* and *noted_weeks* are the weeks of the stored delivery rows, which are deleted
    after five weeks. Once the row of the last check-in is deleted no note follows, and the row of
    the note is deleted later than that of its check-in.
    """
    return (
        bool(checkin_weeks)
        and not noted_weeks
        and max(checkin_weeks) <= iso_week(monday_of_iso_week(week) - _REDUCED_INTERVAL)
    )
