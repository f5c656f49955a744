"""Asking less often whoever does not answer: weekly, then every fourth week, then one last note.

All that is kept for it is one quiet counter a person, from 0 to 6: how many questions in a
row were promised to them since they last used their check-ins. Filing a debrief is no such use.
"""

from collections.abc import Collection
from datetime import date, timedelta

from bot.domain.calendar import EPOCH, iso_week, week_starts

SELDOM, SILENT = 3, 6
"""After so many in a row: asked every fourth week, and then no more."""

_EVERY = timedelta(weeks=4)


def has_turn(quiet: int, starts: date) -> bool:
    """Whether somebody with *quiet* unanswered in a row is asked in the week from *starts*.

    Every week at first; after :data:`SELDOM` every fourth, counted from
    :data:`bot.domain.calendar.EPOCH` and so four weeks apart across any turn of the
    year, with nothing more to be kept; after :data:`SILENT` no more.
    """
    return quiet < SELDOM or (quiet < SILENT and not (starts - EPOCH) % _EVERY)


def note_is_due(week: str, asked: Collection[str], noted: Collection[str]) -> bool:
    """Whether the last note is due to somebody silent: once, four weeks after the last question.

    *asked* and *noted* are the weeks whose deliveries are still remembered, five weeks
    long. Once the last question is forgotten no note follows it any more, and the note is
    forgotten later than that question.
    """
    return bool(asked) and not noted and max(asked) <= iso_week(week_starts(week) - _EVERY)
