"""Cover traffic: the random moments at which records are sealed again without any form.

Each team's covers are a Poisson process: independent of people, of other teams and of what came
before. Whoever sees the rows of a form written, in a write-ahead log or between two copies, cannot
tell them from those of a cover.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from math import log

MEAN_COVER_INTERVAL = timedelta(minutes=20)
"""Mean time between two covers of one team.

A form that is suspected in a certain half hour is then hidden by a cover in 78 of 100 such half
hours; every two hours it would be 22. It costs 72 small commits a team and day.
"""

MAX_COVERS_PER_SECOND = 1.0
"""Upper bound of the rate of all teams together, so that thousands of teams load the disk no more
than a bot with 1,200; their covers become rarer in proportion."""

MAX_RECORD_AGE = timedelta(hours=24)
"""Maximum time between two encryptions of a record while the bot runs."""

DAILY_PASS_INTERVAL = MAX_RECORD_AGE - timedelta(hours=2)
"""Time from one complete pass to the next; the rest is for the pass and for a missed tick."""

_DRAW_STEPS = 2**53


@dataclass(frozen=True)
class NextCover:
    """The next cover: after how many seconds, and the index of its team.

    Without a team index no cover falls into the span for which it was drawn.
    """

    delay_seconds: float
    team_index: int | None


def cover_rate(team_count: int) -> float:
    """Return the rate of the covers of all teams together, per second."""
    return min(team_count / MEAN_COVER_INTERVAL.total_seconds(), MAX_COVERS_PER_SECOND)


def draw_next_cover(
    team_count: int, span_seconds: float, draw_below: Callable[[int], int]
) -> NextCover:
    """Draw the next cover of *team_count* teams within the coming *span_seconds*.

    *draw_below* returns a uniform integer below its argument. The sum of independent Poisson
    processes is one whose events fall on each team alike, so that one exponential delay and one
    team are drawn. The distribution has no memory: after a span without a cover the next call
    draws anew, which changes no probability.
    """
    rate = cover_rate(team_count)
    if not rate:
        return NextCover(span_seconds, None)
    delay_seconds = -log((draw_below(_DRAW_STEPS) + 1) / _DRAW_STEPS) / rate
    if delay_seconds >= span_seconds:
        return NextCover(span_seconds, None)
    return NextCover(delay_seconds, draw_below(team_count))
