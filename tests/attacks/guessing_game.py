"""The guessing game: two worlds that differ in what one person filed, and the best guess.

The attacker knows what the other clinicians filed, the whole code and every constant, and
guesses by the exact probabilities of :mod:`tests.attacks.odds`.
:mod:`tests.attacks.game_runner` runs it.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import islice
from math import log, sqrt

from bot.domain.codebook import FORM_CODES
from tests.attacks import odds
from tests.attacks.odds import FormCounts, Probabilities
from tests.domain.counts import utility
from tests.domain.counts.utility import LedgerTerms, Slips

CERTAIN_LOG_ODDS = log(99)
"""Log odds from which an attacker calls a guess certain: ninety-nine to one."""

HIDDEN_PROBABILITY = 1e-7
"""The probability of a table so unlikely that its enumeration left it out."""

PRUNED_PROBABILITY = 1e-7
"""Noise combinations below this probability are left out when an attacker enumerates."""

Forms = tuple[str, ...]


@dataclass(frozen=True)
class PeriodCase:
    """One period: what is counted of the others, and what the target files in each world.

    ``other_counts`` are the breakdown's counts, ``total_count`` the total's, whose cap may differ;
    ``colluder_counts`` are debriefs that colluders file, of which these counts are made.
    """

    other_counts: FormCounts
    total_count: int
    first_world_forms: Forms = ()
    second_world_forms: Forms = ("away",)
    colluder_counts: tuple[int, ...] = ()

    def count_worlds(
        self, terms: LedgerTerms
    ) -> tuple[tuple[int, FormCounts], tuple[int, FormCounts]]:
        """Return what the total and the breakdown count in each world."""
        return self._count_with(self.first_world_forms, terms), self._count_with(
            self.second_world_forms, terms
        )

    def _count_with(self, forms: Forms, terms: LedgerTerms) -> tuple[int, FormCounts]:
        counted_forms = forms[: terms.breakdown.cap]
        cells = (
            count + counted_forms.count(form)
            for count, form in zip(self.other_counts, FORM_CODES, strict=True)
        )
        return self.total_count + min(len(forms), terms.total.cap), tuple(cells)


TeamHistory = tuple[PeriodCase, ...]
"""What one team files, period after period; a longer game repeats it from the start."""


@dataclass(frozen=True)
class Score:
    """How often the guess was right (a tie is half right), and how often it was certain."""

    play_count: int
    right_share: float
    certain_share: float

    @property
    def confidence_bounds(self) -> tuple[float, float]:
        """The 95 % confidence interval of the share of right guesses (Wilson 1927)."""
        return wilson_interval(self.right_share, self.play_count, 1.96)

    @property
    def lower_bound(self) -> float:
        """The lower bound of the share of right guesses, exceeded but for one run in 10,000."""
        return wilson_interval(self.right_share, self.play_count, 3.72)[0]


def wilson_interval(share: float, play_count: int, width: float) -> tuple[float, float]:
    """Return the interval of *width* standard deviations for a share of *play_count* plays."""
    squared = width * width
    middle = share + squared / (2 * play_count)
    reach = width * sqrt(share * (1 - share) / play_count + squared / (4 * play_count * play_count))
    whole = 1 + squared / play_count
    return (middle - reach) / whole, (middle + reach) / whole


cached_band_probabilities = cache(odds.band_probabilities)


@cache
def normalized_table_probabilities(form_counts: FormCounts, noise_scale: Fraction) -> Probabilities:
    """Return the probability of each breakdown for *form_counts*, normalized to 1."""
    probabilities = odds.table_probabilities(form_counts, noise_scale, PRUNED_PROBABILITY)
    enumerated = sum(probabilities.values())
    return {table: probability / enumerated for table, probability in probabilities.items()}


def page_probabilities(
    case: PeriodCase, terms: LedgerTerms
) -> Iterator[tuple[Probabilities, Probabilities]]:
    """Yield, for each world, the probability of each band and of each breakdown."""
    for total, cells in case.count_worlds(terms):
        yield (
            cached_band_probabilities(total, terms.total.noise_scale),
            normalized_table_probabilities(cells, terms.breakdown.noise_scale),
        )


def page_log_odds(case: PeriodCase, terms: LedgerTerms, page: tuple[object, object]) -> float:
    """Return the log odds of the second world against the first, given *page*."""
    first_world, second_world = page_probabilities(case, terms)
    return sum(
        log(second.get(value, HIDDEN_PROBABILITY)) - log(first.get(value, HIDDEN_PROBABILITY))
        for first, second, value in zip(first_world, second_world, page, strict=True)
    )


def best_guess_share(case: PeriodCase, terms: LedgerTerms) -> float:
    """Return how often the best guess is right, exactly: over every possible pair of tables."""
    (first_bands, first_tables), (second_bands, second_tables) = page_probabilities(case, terms)
    return sum(
        max(
            probability * first_tables.get(table, 0.0),
            second_bands[band] * second_tables.get(table, 0.0),
        )
        / 2
        for band, probability in first_bands.items()
        for table in {**first_tables, **second_tables}
    )


def generate_histories(
    size: int, debriefs: int, terms: LedgerTerms, period_count: int = 1
) -> list[TeamHistory]:
    """Generate two teams at each rate, and a target who files *debriefs* debriefs of one form."""
    return [
        tuple(
            islice(
                _generate_cases(size, rate, number, (FORM_CODES[number],) * debriefs, terms),
                period_count,
            )
        )
        for rate in utility.WEEKLY_RATES
        for number in range(len(utility.FORM_MIXES))
    ]


def _generate_cases(
    size: int, rate: float, number: int, target_forms: Forms, terms: LedgerTerms
) -> Iterator[PeriodCase]:
    """Yield one period after the other of one team, in which the others file at *rate*."""
    mix = tuple(utility.FORM_MIXES)[number]
    generator = random.Random(f"{size} {rate} {mix} ")  # noqa: S311 - generated teams
    while True:
        slips, breakdown_slips = (
            utility.generate_slips(size - 1, weeks, rate, mix, generator)
            for weeks in (terms.total.weeks, terms.breakdown.weeks)
        )
        heads, cells = count_others(slips, terms)[0], count_others(breakdown_slips, terms)[1]
        yield PeriodCase(cells, heads, second_world_forms=target_forms)


def count_others(slips: Slips, terms: LedgerTerms) -> tuple[int, FormCounts]:
    """Return what the total and the breakdown count of *slips*."""
    cells = Counter(form for _, form in _capped_slips(slips, terms.breakdown.cap))
    return len(_capped_slips(slips, terms.total.cap)), tuple(cells[form] for form in FORM_CODES)


def _capped_slips(slips: Slips, cap: int) -> Slips:
    """Return the slips that are counted: the first ones of each person, up to *cap*."""
    slip_counts: Counter[bytes] = Counter()
    counted = []
    for person, form in slips:
        slip_counts[person] += 1
        if slip_counts[person] <= cap:
            counted.append((person, form))
    return counted
