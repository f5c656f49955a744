"""Cost and benefit of noise for other parameters: ``python -m tests.attacks.frontier``.

For units of 30, where a year has thirteen tables and the accuracy and privacy limits conflict
most. Each line is one choice of cap and noise scale for the two ledgers; the starred line is
the bot's own. The argument is the number of generated teams to measure a line with, 200 by
default.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bot.domain.counts.release_rule import MONTH_WEEKS, CountingTerms
from tests.attacks import game_runner, guessing_game, plans
from tests.domain.counts import utility
from tests.domain.counts.utility import LedgerTerms, terms_for_size

UNIT_SIZE = 30
PLAYS_PER_TEAM = 1500
"""Simulated years for each generated team."""


@dataclass(frozen=True)
class TermsChoice:
    """One choice of terms: cap and noise scale of the total, and of the breakdown."""

    total: tuple[int, Fraction]
    breakdown: tuple[int, Fraction]

    @property
    def ledger_terms(self) -> LedgerTerms:
        """Return the counting terms of both ledgers."""
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
    """Yield a line for each choice; *worst* is over rates for bands and habits, else over teams."""
    yield TABLE_HEADER
    for choice in TERMS_CHOICES:
        star = "*" if choice.ledger_terms == terms_for_size(UNIT_SIZE) else " "
        yield (
            f"{star} {_format_choice(choice)}   {_format_accuracy(choice.ledger_terms, team_count)}"
            f"    {_format_guess_shares(choice.ledger_terms)}"
        )


def _format_choice(choice: TermsChoice) -> str:
    (cap, scale), (cap_2, scale_2) = choice.total, choice.breakdown
    return f"{cap:3} {float(scale):5.2f}  {cap_2:3} {float(scale_2):5.2f}"


def _format_accuracy(terms: LedgerTerms, team_count: int) -> str:
    accuracies = {
        (rate, mix): utility.measure_accuracy(UNIT_SIZE, rate, mix, team_count, terms)
        for rate in utility.WEEKLY_RATES
        for mix in utility.FORM_MIXES
    }
    bands = [
        sum(accuracies[rate, mix].band_share for mix in utility.FORM_MIXES)
        / len(utility.FORM_MIXES)
        for rate in utility.WEEKLY_RATES
    ]
    average = utility.average_shares(tuple(accuracies.values()))
    return (
        f"{average.band_share:5.2f} {min(bands):5.2f}   "
        f"{average.named_share:5.2f} {average.leader_share:5.2f}"
    )


def _format_guess_shares(terms: LedgerTerms) -> str:
    shares = []
    for debriefs in (1, 3):
        best_shares = [
            guessing_game.best_guess_share(history[0], terms)
            for history in guessing_game.generate_histories(UNIT_SIZE, debriefs, terms)
        ]
        shares += [_mean(best_shares), max(best_shares)]
    shares += _habit_guess_shares(terms)
    return "  ".join(f"{share:5.3f}" for share in shares)


def _habit_guess_shares(terms: LedgerTerms) -> list[float]:
    """Return how often a year's habit is guessed: the mean of all rates, and the worst rate.

    The other clinicians file alike in every period, which is the worst case: the count stays at a
    band's edge all year.
    """
    mix_count = len(utility.FORM_MIXES)
    histories = guessing_game.generate_histories(UNIT_SIZE, 2, terms)
    shares_by_rate = [
        game_runner.play_by_rule(
            histories[start : start + mix_count],
            PLAYS_PER_TEAM,
            plans.MONTHS_PER_YEAR,
            terms,
            game_runner.draw_page,
        ).right_share
        for start in range(0, len(histories), mix_count)
    ]
    return [_mean(shares_by_rate), max(shares_by_rate)]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


if __name__ == "__main__":
    for line in format_lines(int(sys.argv[1]) if len(sys.argv) > 1 else 200):
        print(line, flush=True)  # noqa: T201 - the command's output
