"""What noise costs and what it buys: ``python -m tests.attacks.frontier``.

For units of 30, where a year holds thirteen tables and the bars pull hardest against each
other. Each line is one choice of cap and noise scale for the two ledgers; the starred one is
the bot's. Takes how many made-up teams to measure a line with; 200 unless told.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bot.domain.counts.release_rule import MONTH_WEEKS, CountingTerms
from tests.attacks import games, plans, plays
from tests.domain.counts import utility
from tests.domain.counts.utility import LedgerTerms, terms_for_size

UNIT_SIZE = 30
PLAYS_PER_TEAM = 1500
"""Years played with each made-up team."""


@dataclass(frozen=True)
class TermsChoice:
    """One choice of terms: cap and scale of the total's noise, and of the breakdown's."""

    total: tuple[int, Fraction]
    breakdown: tuple[int, Fraction]

    @property
    def ledger_terms(self) -> LedgerTerms:
        """The terms."""
        return LedgerTerms(_build_terms(*self.total), _build_terms(*self.breakdown))


def _build_terms(cap: int, scale: Fraction) -> CountingTerms:
    return CountingTerms(MONTH_WEEKS, cap, cap / scale)


SHARPER_NOISE = (4, Fraction(5))
BREAKDOWN_NOISE = (5, Fraction(11, 2))
TERMS_CHOICES = (
    TermsChoice((4, Fraction(3)), SHARPER_NOISE),
    TermsChoice((4, Fraction(9, 2)), SHARPER_NOISE),
    TermsChoice((4, Fraction(6)), SHARPER_NOISE),
    TermsChoice((1, Fraction(3, 2)), BREAKDOWN_NOISE),
    TermsChoice((1, Fraction(11, 5)), BREAKDOWN_NOISE),
    TermsChoice((1, Fraction(3)), BREAKDOWN_NOISE),
)
TABLE_HEADER = (
    "  total      breakdown   band right   leader         one debrief  three        year's habit\n"
    "  cap scale  cap scale   mean  worst  named right    mean  worst  mean  worst  mean  worst"
)


def format_lines(team_count: int) -> Iterator[str]:
    """A line for each point; *worst* is over rates for bands and habits, else over teams."""
    yield TABLE_HEADER
    for point in TERMS_CHOICES:
        star = "*" if point.ledger_terms == terms_for_size(UNIT_SIZE) else " "
        yield f"{star} {_format_choice(point)}   {_format_accuracy(point.ledger_terms, team_count)}    {_format_guess_shares(point.ledger_terms)}"


def _format_choice(choice: TermsChoice) -> str:
    (cap, scale), (cap_2, scale_2) = choice.total, choice.breakdown
    return f"{cap:3} {float(scale):5.2f}  {cap_2:3} {float(scale_2):5.2f}"


def _format_accuracy(terms: LedgerTerms, team_count: int) -> str:
    told = {
        (rate, mix): utility.measure_accuracy(UNIT_SIZE, rate, mix, team_count, terms)
        for rate in utility.WEEKLY_RATES
        for mix in utility.FORM_MIXES
    }
    bands = [
        sum(told[rate, mix].band_share for mix in utility.FORM_MIXES) / len(utility.FORM_MIXES)
        for rate in utility.WEEKLY_RATES
    ]
    right = utility.average_shares(tuple(told.values()))
    return f"{right.band_share:5.2f} {min(bands):5.2f}   {right.named_share:5.2f} {right.leader_share:5.2f}"


def _format_guess_shares(terms: LedgerTerms) -> str:
    found = []
    for debriefs in (1, 3):
        best = [
            games.best_guess_share(life[0], terms)
            for life in games.generate_histories(UNIT_SIZE, debriefs, terms)
        ]
        found += [_mean(best), max(best)]
    found += _habit_guess_shares(terms)
    return "  ".join(f"{one:5.3f}" for one in found)


def _habit_guess_shares(terms: LedgerTerms) -> list[float]:
    """How often a year's habit is guessed: the mean of all rates, and the worst rate.

    Others file alike in every period, the worst that can be: at an edge, all year.
    """
    each = len(utility.FORM_MIXES)
    lives = games.generate_histories(UNIT_SIZE, 2, terms)
    by_rate = [
        plays.play_by_rule(
            lives[at : at + each], PLAYS_PER_TEAM, plans.MONTHS_PER_YEAR, terms, plays.draw_page
        ).right_share
        for at in range(0, len(lives), each)
    ]
    return [_mean(by_rate), max(by_rate)]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


if __name__ == "__main__":
    for line in format_lines(int(sys.argv[1]) if len(sys.argv) > 1 else 200):
        print(line, flush=True)  # noqa: T201 - what it was asked for
