"""Cost and benefit of other terms: ``python -m tests.attacks.frontier``.

For units of 9, 15 and 30, one line for each choice of the two ledgers' terms; the starred line is
the bot's own, taken from the code, and the line with a minus the terms of the release before, as
they would be with today's rule of publishing no share without a leader. Arguments select sizes:
``python -m tests.attacks.frontier 9 15``.
"""

import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction

from bot.domain.counts.release_rule import MONTH_WEEKS, QUARTER_WEEKS, CountingTerms
from tests.attacks import guessing_game, observers
from tests.attacks.observers import Habit
from tests.domain.counts import utility
from tests.domain.counts.utility import LedgerTerms, terms_for_size

TEAM_COUNT = 200
"""Generated teams with which the accuracy of a line is measured, for each rate and mix."""

GUESSED_RATES = (0.5, 0.12)
"""The rates at which the passive observer's team files: one middling, one where it tells most."""

OFTEN = Habit(5)
"""A habit at every cap."""

TABLE_HEADER = (
    "      total              breakdown          band right   leader       one       passive, two"
    " years                 active, a year\n"
    " size weeks cap scale  weeks cap scale   mean worst  named right  debrief   1     2     cap  "
    " certain    1     2     cap   certain"
)


def build_terms(weeks: int, cap: int, scale: Fraction) -> CountingTerms:
    """Return the terms with this noise scale."""
    return CountingTerms(weeks, cap, cap / scale)


def _choose(total: CountingTerms, breakdown: CountingTerms) -> LedgerTerms:
    return LedgerTerms(total, breakdown)


EARLIER_SMALL_TERMS = _choose(
    build_terms(QUARTER_WEEKS, 4, Fraction(5, 2)), build_terms(QUARTER_WEEKS, 4, Fraction(3))
)
EARLIER_LARGE_TERMS = _choose(
    build_terms(MONTH_WEEKS, 1, Fraction(11, 5)), build_terms(MONTH_WEEKS, 5, Fraction(11, 2))
)
SMALL_CHOICES = (
    EARLIER_SMALL_TERMS,
    _choose(
        build_terms(QUARTER_WEEKS, 2, Fraction(5, 2)), build_terms(QUARTER_WEEKS, 3, Fraction(3))
    ),
    _choose(
        build_terms(QUARTER_WEEKS, 3, Fraction(7, 2)), build_terms(QUARTER_WEEKS, 3, Fraction(4))
    ),
    _choose(
        build_terms(QUARTER_WEEKS, 2, Fraction(5, 2)), build_terms(QUARTER_WEEKS, 2, Fraction(3))
    ),
    _choose(build_terms(QUARTER_WEEKS, 2, Fraction(3)), build_terms(QUARTER_WEEKS, 3, Fraction(3))),
    _choose(
        build_terms(QUARTER_WEEKS, 2, Fraction(5, 2)),
        build_terms(2 * QUARTER_WEEKS, 3, Fraction(3)),
    ),
)
LARGE_CHOICES = (
    EARLIER_LARGE_TERMS,
    _choose(
        build_terms(MONTH_WEEKS, 1, Fraction(11, 5)), build_terms(QUARTER_WEEKS, 2, Fraction(7, 2))
    ),
    _choose(
        build_terms(MONTH_WEEKS, 1, Fraction(11, 5)), build_terms(QUARTER_WEEKS, 3, Fraction(11, 2))
    ),
    _choose(
        build_terms(MONTH_WEEKS, 1, Fraction(3)), build_terms(QUARTER_WEEKS, 2, Fraction(7, 2))
    ),
    _choose(
        build_terms(QUARTER_WEEKS, 2, Fraction(4)), build_terms(QUARTER_WEEKS, 2, Fraction(7, 2))
    ),
)


def format_lines(sizes: Sequence[int]) -> Iterator[str]:
    """Yield a line for each size and choice: means over teams, and *worst* over rates."""
    yield TABLE_HEADER
    for size in sizes:
        for terms in SMALL_CHOICES if size < LARGE_SIZE else LARGE_CHOICES:
            mark = "*" if terms == terms_for_size(size) else " "
            if terms in (EARLIER_SMALL_TERMS, EARLIER_LARGE_TERMS):
                mark = "-"
            yield (
                f"{mark}{size:4} {_format_terms(terms.total)}  {_format_terms(terms.breakdown)}  "
                f"{_format_accuracy(size, terms)}   {_format_guesses(size, terms)}"
            )


LARGE_SIZE = 30


def _format_terms(terms: CountingTerms) -> str:
    return f"{terms.weeks:5} {terms.cap:3} {float(terms.noise_scale):5.2f}"


def _format_accuracy(size: int, terms: LedgerTerms) -> str:
    results = [
        [utility.measure_accuracy(size, rate, mix, TEAM_COUNT, terms) for mix in utility.FORM_MIXES]
        for rate in utility.WEEKLY_RATES
    ]
    average = utility.average_shares([accuracy for row in results for accuracy in row])
    worst = min(sum(accuracy.band_share for accuracy in row) / len(row) for row in results)
    return (
        f"{average.band_share:5.2f} {worst:5.2f}  "
        f"{average.named_share:5.2f} {average.leader_share:5.2f}"
    )


def _format_guesses(size: int, terms: LedgerTerms) -> str:
    one_debrief_shares = [
        guessing_game.best_guess_share(history[0], terms)
        for history in guessing_game.generate_histories(size, 1, terms)[2:4]
    ]
    passive = [
        observers.guess_passively(size, terms, habit, 2, GUESSED_RATES)
        for habit in (Habit(1), Habit(2), OFTEN)
    ]
    active = [
        observers.guess_actively(size, terms, habit, 1) for habit in (Habit(1), Habit(2), OFTEN)
    ]
    shares = [
        sum(one_debrief_shares) / len(one_debrief_shares),
        *(sum(guess.right_share for guess in row) / len(row) for row in passive),
        sum(guess.certain_share for guess in passive[-1]) / len(passive[-1]),
        *(guess.right_share for guess in active),
        active[-1].certain_share,
    ]
    return "  ".join(f"{share:5.3f}" for share in shares)


if __name__ == "__main__":
    for line in format_lines([int(word) for word in sys.argv[1:]] or utility.UNIT_SIZES):
        print(line, flush=True)  # noqa: T201 - the command's output
