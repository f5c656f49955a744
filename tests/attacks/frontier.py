"""Cost and benefit of other terms and mechanisms: ``python -m tests.attacks.frontier``.

For units of 9, 15 and 30, one line for each mechanism. The starred line is the bot's own, taken
from the code; ``python -m tests.attacks.before_after`` has the terms of before. Guesses are the
means over made-up teams at rates of 0.5 and 0.12; ``s.e.`` is the largest standard error of the
shares before it. Arguments select sizes: ``python -m tests.attacks.frontier 9 15``.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from bot.domain.counts.release_rule import (
    LARGE_UNIT_SIZE,
    MONTH_WEEKS,
    QUARTER_WEEKS,
    CountingTerms,
)
from tests.attacks import accuracy, observers
from tests.attacks.mechanisms import Mechanism
from tests.attacks.observers import Habit
from tests.domain.counts import utility
from tests.domain.counts.utility import LedgerTerms, terms_for_size

ACCURACY_TEAM_COUNT = 1000
"""Simulated teams with which the accuracy of a line is measured, for each rate and mix."""

GUESSED_TEAM_COUNT = 4
"""Made-up teams that a passive observer guesses about, for each rate and mix."""

GUESSED_RATES = (0.5, 0.12)
"""The rates at which the passive observer's team files: one middling, one where it tells most."""

HABITS = (Habit(1), Habit(2), Habit(65 / 4))
"""One a quarter, two a quarter, and at every cap."""

TABLE_HEADER = (
    " size  mechanism                            band right        leader             "
    "one        passive, two years           active, a year\n"
    "                                              mean worst s.e.   named right s.e.   "
    "debrief    1     2   cap certain s.e.     1     2   cap certain"
)


@dataclass(frozen=True)
class Choice:
    """A mechanism of the frontier, and the name of its line."""

    name: str
    mechanism: Mechanism


def build_terms(weeks: int, cap: int, scale: Fraction) -> CountingTerms:
    """Return the terms with this noise scale."""
    return CountingTerms(weeks, cap, cap / scale)


def _choose(total: CountingTerms, breakdown: CountingTerms) -> Mechanism:
    return Mechanism(LedgerTerms(total, breakdown))


EARLIER_SMALL_TERMS = LedgerTerms(
    build_terms(QUARTER_WEEKS, 4, Fraction(5, 2)), build_terms(QUARTER_WEEKS, 4, Fraction(3))
)
EARLIER_LARGE_TERMS = LedgerTerms(
    build_terms(MONTH_WEEKS, 1, Fraction(11, 5)), build_terms(MONTH_WEEKS, 5, Fraction(11, 2))
)
_SMALL_TOTAL = build_terms(QUARTER_WEEKS, 2, Fraction(5, 2))
_SMALL_BREAKDOWN = build_terms(QUARTER_WEEKS, 3, Fraction(3))
_LARGE_TOTAL = build_terms(MONTH_WEEKS, 1, Fraction(11, 5))
_LARGE_BREAKDOWN = build_terms(QUARTER_WEEKS, 2, Fraction(7, 2))


def list_choices(size: int) -> list[Choice]:
    """List the mechanisms that are compared for a unit of *size*, the present one first."""
    is_small = size < LARGE_UNIT_SIZE
    present = Mechanism(terms_for_size(size))
    other_terms = _list_small_terms() if is_small else _list_large_terms()
    return [
        Choice("present", present),
        *(
            Choice(_format_terms(mechanism), mechanism)
            for mechanism in other_terms
            if mechanism != present
        ),
        *_list_variants(present),
    ]


def _list_small_terms() -> list[Mechanism]:
    return [
        _choose(
            build_terms(QUARTER_WEEKS, 2, Fraction(11, 4)),
            build_terms(QUARTER_WEEKS, 3, Fraction(11, 4)),
        ),
        _choose(build_terms(QUARTER_WEEKS, 2, Fraction(3)), _SMALL_BREAKDOWN),
        _choose(
            build_terms(QUARTER_WEEKS, 3, Fraction(7, 2)),
            build_terms(QUARTER_WEEKS, 3, Fraction(4)),
        ),
        _choose(_SMALL_TOTAL, build_terms(QUARTER_WEEKS, 2, Fraction(3))),
        _choose(_SMALL_TOTAL, build_terms(2 * QUARTER_WEEKS, 3, Fraction(3))),
    ]


def _list_large_terms() -> list[Mechanism]:
    return [
        _choose(_LARGE_TOTAL, build_terms(QUARTER_WEEKS, 3, Fraction(11, 2))),
        _choose(build_terms(MONTH_WEEKS, 1, Fraction(3)), _LARGE_BREAKDOWN),
        _choose(build_terms(QUARTER_WEEKS, 2, Fraction(4)), _LARGE_BREAKDOWN),
        _choose(build_terms(QUARTER_WEEKS, 2, Fraction(5, 2)), _LARGE_BREAKDOWN),
    ]


def _list_variants(present: Mechanism) -> list[Choice]:
    """List what else can be done with the *present* terms."""
    half_year = tuple(
        present.terms_of(ledger).cap * present.tables_per_year(ledger) // 2
        for ledger in present.ledgers
    )
    total, breakdown = present.terms.total, present.terms.breakdown
    less_noise = LedgerTerms(
        build_terms(total.weeks, total.cap, total.noise_scale * Fraction(3, 4)),
        build_terms(breakdown.weeks, breakdown.cap, breakdown.noise_scale * Fraction(3, 4)),
    )
    one_draw = LedgerTerms(breakdown, breakdown)
    one_draw_less = LedgerTerms(less_noise.breakdown, less_noise.breakdown)
    return [
        Choice("lead of 4 scales", replace(present, lead_scales=Fraction(4))),
        Choice("leader without shares", replace(present, has_shares=False)),
        Choice(
            f"yearly caps of {half_year[0]} and {half_year[1]}",
            replace(present, yearly_caps=(half_year[0], half_year[1])),
        ),
        Choice("form and status in turn", replace(present, questions=("form", "status"))),
        Choice("one draw, no shares", Mechanism(one_draw, is_one_draw=True)),
        Choice("one draw, 3/4 of the noise", Mechanism(one_draw_less, is_one_draw=True)),
        Choice("3 of 4 included", replace(present, inclusion=Fraction(3, 4))),
        Choice(
            "3 of 4 included, 3/4 of the noise",
            Mechanism(less_noise, inclusion=Fraction(3, 4)),
        ),
    ]


def format_lines(sizes: Sequence[int]) -> Iterator[str]:
    """Yield a line for each size and mechanism: means over teams, and the worst over rates."""
    yield TABLE_HEADER
    for size in sizes:
        present = Mechanism(terms_for_size(size))
        for choice in list_choices(size):
            mark = "*" if choice.mechanism == present else " "
            yield (
                f"{mark}{size:4}  {choice.name:36} {format_accuracy(size, choice.mechanism)}"
                f"  {format_guesses(size, choice.mechanism)}"
            )


def _format_terms(mechanism: Mechanism) -> str:
    parts = [
        f"{ledger[0]} {terms.weeks}w cap {terms.cap} sc {float(terms.noise_scale):g}"
        for ledger in mechanism.ledgers
        for terms in (mechanism.terms_of(ledger),)
    ]
    return ", ".join(parts)


def format_accuracy(size: int, mechanism: Mechanism) -> str:
    """Return the columns of the use that a mechanism is of."""
    shares = accuracy.measure_accuracy(size, mechanism, ACCURACY_TEAM_COUNT)
    return (
        f"{shares.band_share:5.3f} {shares.worst_band_share:5.3f} {shares.band_error:5.3f}"
        f"  {shares.named_share:5.3f} {shares.leader_share:5.3f} {shares.leader_error:5.3f}"
    )


def format_guesses(size: int, mechanism: Mechanism) -> str:
    """Return the columns of the guesses about somebody: one debrief, passive and active."""
    passive = [
        observers.guess_passively(size, mechanism, habit, 2, GUESSED_RATES, GUESSED_TEAM_COUNT)
        for habit in HABITS
    ]
    active = [observers.guess_actively(size, mechanism, habit, 1) for habit in HABITS]
    one_debrief = observers.guess_one_debrief(size, mechanism, GUESSED_RATES, GUESSED_TEAM_COUNT)
    shares = [
        one_debrief.right_share,
        *(guess.right_share for guess in passive),
        passive[-1].certain_share,
        max(guess.error for guess in passive),
        *(guess.right_share for guess in active),
        active[-1].certain_share,
    ]
    return " ".join(f"{share:5.3f}" for share in shares)


def main(sizes: Sequence[int]) -> None:
    """Print the table."""
    for line in format_lines(sizes):
        print(line, flush=True)  # noqa: T201 - the command's output


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or utility.UNIT_SIZES)
