"""What noise costs and what it buys: ``python -m tests.attacks.frontier``.

For units of 30, where a year holds thirteen tables and the bars pull hardest against each
other. Each line is one choice of cap and noise scale for the two ledgers; the starred one is
the bot's. Takes how many made-up teams to measure a line with; 200 unless told.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bot.domain.counts.release_rule import MONTH, Terms
from tests.attacks import games, plans, plays
from tests.domain.counts import utility
from tests.domain.counts.utility import Agreed, agreed

SIZE = 30
PLAYS = 1500
"""Years played with each made-up team."""


@dataclass(frozen=True)
class Point:
    """One choice of terms: cap and scale of the total's noise, and of the breakdown's."""

    total: tuple[int, Fraction]
    breakdown: tuple[int, Fraction]

    @property
    def agreed(self) -> Agreed:
        """The terms."""
        return Agreed(_terms(*self.total), _terms(*self.breakdown))


def _terms(cap: int, scale: Fraction) -> Terms:
    return Terms(MONTH, cap, cap / scale)


SHARPER = (4, Fraction(5))
BREAKDOWN = (5, Fraction(11, 2))
POINTS = (
    Point((4, Fraction(3)), SHARPER),
    Point((4, Fraction(9, 2)), SHARPER),
    Point((4, Fraction(6)), SHARPER),
    Point((1, Fraction(3, 2)), BREAKDOWN),
    Point((1, Fraction(11, 5)), BREAKDOWN),
    Point((1, Fraction(3)), BREAKDOWN),
)
HEAD = (
    "  total      breakdown   band right   leader         one debrief  three        year's habit\n"
    "  cap scale  cap scale   mean  worst  named right    mean  worst  mean  worst  mean  worst"
)


def lines(teams: int) -> Iterator[str]:
    """A line for each point; *worst* is over rates for bands and habits, else over teams."""
    yield HEAD
    for point in POINTS:
        star = "*" if point.agreed == agreed(SIZE) else " "
        yield f"{star} {_said(point)}   {_use(point.agreed, teams)}    {_risk(point.agreed)}"


def _said(point: Point) -> str:
    (cap, scale), (cap_2, scale_2) = point.total, point.breakdown
    return f"{cap:3} {float(scale):5.2f}  {cap_2:3} {float(scale_2):5.2f}"


def _use(on: Agreed, teams: int) -> str:
    told = {
        (rate, mix): utility.measured(SIZE, rate, mix, teams, on)
        for rate in utility.RATES
        for mix in utility.MIXES
    }
    bands = [
        sum(told[rate, mix].bands for mix in utility.MIXES) / len(utility.MIXES)
        for rate in utility.RATES
    ]
    right = utility.together(tuple(told.values()))
    return f"{right.bands:5.2f} {min(bands):5.2f}   {right.named:5.2f} {right.leaders:5.2f}"


def _risk(on: Agreed) -> str:
    found = []
    for debriefs in (1, 3):
        best = [games.best(life[0], on) for life in games.lives(SIZE, debriefs, on)]
        found += [_mean(best), max(best)]
    found += _habit(on)
    return "  ".join(f"{one:5.3f}" for one in found)


def _habit(on: Agreed) -> list[float]:
    """How often a year's habit is guessed: the mean of all rates, and the worst rate.

    Others file alike in every period, the worst that can be: at an edge, all year.
    """
    each = len(utility.MIXES)
    lives = games.lives(SIZE, 2, on)
    by_rate = [
        plays.by_the_rule(lives[at : at + each], PLAYS, plans.MONTHS, on, plays.drawn).right
        for at in range(0, len(lives), each)
    ]
    return [_mean(by_rate), max(by_rate)]


def _mean(found: Sequence[float]) -> float:
    return sum(found) / len(found)


if __name__ == "__main__":
    for line in lines(int(sys.argv[1]) if len(sys.argv) > 1 else 200):
        print(line, flush=True)  # noqa: T201 - what it was asked for
