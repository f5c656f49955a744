"""Exact right guesses of somebody who reads the tables of one or two years.

They guess whether one person has a habit of filing or never files, and know every other debrief. A
passive observer reads what the team files by itself. An active one knows and chooses what the
others file, as somebody with accounts on the list can: the count lies where it tells most, in every
period. Log odds of independent tables add up, so that their distribution after a year is the
convolution of the tables' own; nothing is played.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import log
from typing import NamedTuple

from bot.domain.counts.release_rule import CountingTerms
from tests.attacks.guessing_game import (
    CERTAIN_LOG_ODDS,
    HIDDEN_PROBABILITY,
    cached_band_probabilities,
    count_others,
    normalized_table_probabilities,
)
from tests.attacks.odds import Probabilities
from tests.domain.counts import utility
from tests.domain.counts.utility import LedgerTerms

GENERATED_PERIODS = 2
"""Different periods generated for a team; a year repeats them."""

STEPS_PER_UNIT = 12
"""Steps of the grid for one unit of log odds; a value between two steps is split, unbiased."""

MAX_STEPS = 10 * STEPS_PER_UNIT
"""Log odds beyond this many steps are as good as certain, and stay there."""

WEEKS_PER_YEAR = 52
QUARTERLY_WEEKS = 13

Pair = tuple[Probabilities, Probabilities]
"""The probabilities of one table where the person never files, and where they have the habit."""


class Guess(NamedTuple):
    """How often a guess is right, and how often it is certain: ninety-nine to one."""

    right_share: float
    certain_share: float


@dataclass(frozen=True)
class Habit:
    """So many debriefs a quarter by one person; of each table no more than its cap counts."""

    quarterly_debriefs: float

    def count_in(self, terms: CountingTerms) -> int:
        """Return how many count in a table with these terms; the rest of a quarter is rounded."""
        expected = self.quarterly_debriefs * terms.weeks / QUARTERLY_WEEKS
        return min(terms.cap, max(1, round(expected)))


def guess_passively(
    size: int, terms: LedgerTerms, habit: Habit, years: int, rates: Sequence[float] = ()
) -> list[Guess]:
    """Return the guess about one team for each of *rates* and each mix of answers."""
    return [
        guess_from_tables(tuple(_list_passive_pairs(size, rate, number, terms, habit, years)))
        for rate in rates or utility.WEEKLY_RATES
        for number in range(len(utility.FORM_MIXES))
    ]


def guess_actively(size: int, terms: LedgerTerms, habit: Habit, years: int) -> Guess:
    """Return the guess where the others file what makes each table tell most."""
    total_count, breakdown_count = habit.count_in(terms.total), habit.count_in(terms.breakdown)
    others = range(min((size - 1) * terms.total.cap, 20) + 1)
    total_pair = max((_pair_totals(count, total_count, terms) for count in others), key=_divergence)
    breakdown_pair = max(
        (
            _pair_breakdowns(cells, 0, breakdown_count, terms)
            for cells in _ACTIVE_CELLS
            if sum(cells) <= (size - 1) * terms.breakdown.cap
        ),
        key=_divergence,
    )
    return guess_from_tables(
        [
            (total_pair, _count_tables(terms.total.weeks, years)),
            (breakdown_pair, _count_tables(terms.breakdown.weeks, years)),
        ]
    )


_ACTIVE_CELLS = ((0, 0, 0, 0), (8, 0, 0, 0), (2, 16, 0, 0), (0, 12, 0, 0))
"""What the others' accounts file, by answer: the person's own is the first."""


def guess_from_tables(pairs: Sequence[tuple[Pair, int]]) -> Guess:
    """Return the guess from so many independent tables of each pair."""
    right = certain = 0.0
    for world in (0, 1):
        distribution = {0: 1.0}
        for pair, table_count in pairs:
            steps = _step_odds(pair, world)
            for _ in range(table_count):
                distribution = _convolve(distribution, steps)
        for step, probability in distribution.items():
            is_right = 0.5 if step == 0 else float((step > 0) == bool(world))
            right += probability * is_right / 2
            certain += probability * (abs(step) >= CERTAIN_LOG_ODDS * STEPS_PER_UNIT) / 2
    return Guess(right, certain)


def _list_passive_pairs(
    size: int, rate: float, number: int, terms: LedgerTerms, habit: Habit, years: int
) -> Iterator[tuple[Pair, int]]:
    mix = tuple(utility.FORM_MIXES)[number]
    for weeks, is_total in ((terms.total.weeks, True), (terms.breakdown.weeks, False)):
        generator = random.Random(f"{size} {rate} {mix} {weeks}")  # noqa: S311 - generated teams
        tables = _count_tables(weeks, years)
        for period in range(GENERATED_PERIODS):
            slips = utility.generate_slips(size - 1, weeks, rate, mix, generator)
            heads, cells = count_others(slips, terms)
            pair = (
                _pair_totals(heads, habit.count_in(terms.total), terms)
                if is_total
                else _pair_breakdowns(cells, number, habit.count_in(terms.breakdown), terms)
            )
            yield pair, (tables + period) // GENERATED_PERIODS


def _count_tables(weeks: int, years: int) -> int:
    return WEEKS_PER_YEAR // weeks * years


def _pair_totals(count: int, habit_count: int, terms: LedgerTerms) -> Pair:
    scale = terms.total.noise_scale
    return (
        cached_band_probabilities(count, scale),
        cached_band_probabilities(count + habit_count, scale),
    )


def _pair_breakdowns(
    cells: tuple[int, ...], answer: int, habit_count: int, terms: LedgerTerms
) -> Pair:
    scale = terms.breakdown.noise_scale
    with_habit = tuple(
        count + habit_count * (number == answer) for number, count in enumerate(cells)
    )
    return (
        normalized_table_probabilities(cells, scale),
        normalized_table_probabilities(with_habit, scale),
    )


def _divergence(pair: Pair) -> float:
    """Return how far the two worlds are apart: the mean log odds of the second over the first."""
    first, second = pair
    return sum(
        (second.get(value, HIDDEN_PROBABILITY) - first.get(value, HIDDEN_PROBABILITY))
        * log(second.get(value, HIDDEN_PROBABILITY) / first.get(value, HIDDEN_PROBABILITY))
        for value in {**first, **second}
    )


def _step_odds(pair: Pair, world: int) -> dict[int, float]:
    """Return the distribution of one table's log odds in *world*, on the grid."""
    steps: dict[int, float] = {}
    first, second = pair
    for value, probability in pair[world].items():
        position = STEPS_PER_UNIT * log(
            second.get(value, HIDDEN_PROBABILITY) / first.get(value, HIDDEN_PROBABILITY)
        )
        low = int(position // 1)
        for step, part in ((low, low + 1 - position), (low + 1, position - low)):
            steps[step] = steps.get(step, 0.0) + probability * part
    return {step: probability for step, probability in steps.items() if probability > 0}


def _convolve(first: dict[int, float], second: dict[int, float]) -> dict[int, float]:
    result: dict[int, float] = {}
    for (step, probability), (other, share) in product(first.items(), second.items()):
        place = max(-MAX_STEPS, min(MAX_STEPS, step + other))
        result[place] = result.get(place, 0.0) + probability * share
    return {step: probability for step, probability in result.items() if probability > 1e-8}
