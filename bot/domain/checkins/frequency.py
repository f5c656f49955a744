"""Asking less often whoever does not answer: weekly, then every fourth week, then one last note.

All that is kept for it is one quiet counter a person, from 0 to 6: how many questions in a
row were promised to them since they last used their check-ins. Filing a debrief is no such use.
"""

from collections.abc import Collection
from datetime import date, timedelta

from bot.domain.calendar import PERIOD_EPOCH, iso_week, monday_of_iso_week

REDUCE_AFTER_UNANSWERED, STOP_AFTER_UNANSWERED = 3, 6
"""After so many in a row: asked every fourth week, and then no more."""

_REDUCED_INTERVAL = timedelta(weeks=4)


def is_checkin_week(unanswered_count: int, week_start: date) -> bool:
    """Whether somebody with *quiet* unanswered in a row is asked in the week from *starts*.

    Every week at first; after :data:`SELDOM` every fourth, counted from
    :data:`bot.domain.calendar.EPOCH` and so four weeks apart across any turn of the
    year, with nothing more to be kept; after :data:`SILENT` no more.
    """
    return unanswered_count < REDUCE_AFTER_UNANSWERED or (
        unanswered_count < STOP_AFTER_UNANSWERED
        and not (week_start - PERIOD_EPOCH) % _REDUCED_INTERVAL
    )


def is_last_note_due(week: str, asked_weeks: Collection[str], noted_weeks: Collection[str]) -> bool:
    """Whether the last note is due to somebody silent: once, four weeks after the last question.

    *asked* and *noted* are the weeks whose deliveries are still remembered, five weeks
    long. Once the last question is forgotten no note follows it any more, and the note is
    forgotten later than that question.
    """
    return (
        bool(asked_weeks)
        and not noted_weeks
        and max(asked_weeks) <= iso_week(monday_of_iso_week(week) - _REDUCED_INTERVAL)
    )
