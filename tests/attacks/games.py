"""The guessing game: two worlds that differ in what one person filed, a page, and the best guess.

The attacker knows what everybody else filed, the whole code and every constant, and guesses by
the exact chances of :mod:`tests.attacks.odds`. :mod:`tests.attacks.plays` plays it.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import islice
from math import log, sqrt

from bot.domain.counts.release_rule import ANSWER_CODES
from tests.attacks import odds
from tests.attacks.odds import FormCounts, Probabilities
from tests.domain.counts import utility
from tests.domain.counts.utility import LedgerTerms, Slips

FORM_CODES = ANSWER_CODES["form"]
CERTAIN_LOG_ODDS = log(99)
"""Log odds from which an attacker calls a guess certain: ninety-nine to one."""

HIDDEN_PROBABILITY = 1e-7
"""The chance given to a table so unlikely that its enumeration left it out."""

PRUNED_PROBABILITY = 1e-7
"""Ways of falling less likely than this are left out when an attacker enumerates."""

Forms = tuple[str, ...]


@dataclass(frozen=True)
class PeriodCase:
    """One period: what is counted of the others, and what the target files in each world.

    ``others`` are the breakdown's counts, ``heads`` the total's, whose cap may be another one;
    ``stuffed`` are debriefs that colluders send, of which these counts are made.
    """

    other_counts: FormCounts
    total_count: int
    first_world_forms: Forms = ()
    second_world_forms: Forms = ("away",)
    colluder_counts: tuple[int, ...] = ()

    def count_worlds(
        self, terms: LedgerTerms
    ) -> tuple[tuple[int, FormCounts], tuple[int, FormCounts]]:
        """What the total and the breakdown count in each world."""
        return self._count_with(self.first_world_forms, terms), self._count_with(
            self.second_world_forms, terms
        )

    def _count_with(self, forms: Forms, terms: LedgerTerms) -> tuple[int, FormCounts]:
        told = forms[: terms.breakdown.cap]
        cells = (
            many + told.count(form)
            for many, form in zip(self.other_counts, FORM_CODES, strict=True)
        )
        return self.total_count + min(len(forms), terms.total.cap), tuple(cells)


TeamHistory = tuple[PeriodCase, ...]
"""What one team files, period after period; a game longer than that begins it again."""


@dataclass(frozen=True)
class Score:
    """How often the guess was right (a tie is half right), and how often it was certain."""

    play_count: int
    right_share: float
    certain_share: float

    @property
    def confidence_bounds(self) -> tuple[float, float]:
        """Between what the share of right guesses lies, 95 times in 100 (Wilson 1927)."""
        return wilson_interval(self.right_share, self.play_count, 1.96)

    @property
    def lower_bound(self) -> float:
        """What the share of right guesses exceeds but for one run in ten thousand."""
        return wilson_interval(self.right_share, self.play_count, 3.72)[0]


def wilson_interval(share: float, play_count: int, width: float) -> tuple[float, float]:
    """The interval of *width* standard deviations for a share seen in *plays*."""
    squared = width * width
    middle = share + squared / (2 * play_count)
    reach = width * sqrt(share * (1 - share) / play_count + squared / (4 * play_count * play_count))
    whole = 1 + squared / play_count
    return (middle - reach) / whole, (middle + reach) / whole


cached_band_probabilities = cache(odds.band_probabilities)


@cache
def normalized_table_probabilities(form_counts: FormCounts, noise_scale: Fraction) -> Probabilities:
    """How likely each breakdown is where that much is counted, as the attacker has it."""
    found = odds.table_probabilities(form_counts, noise_scale, PRUNED_PROBABILITY)
    walked = sum(found.values())
    return {table: chance / walked for table, chance in found.items()}


def page_probabilities(
    case: PeriodCase, terms: LedgerTerms
) -> Iterator[tuple[Probabilities, Probabilities]]:
    """For each world, how likely each band and each breakdown is."""
    for total, cells in case.count_worlds(terms):
        yield (
            cached_band_probabilities(total, terms.total.noise_scale),
            normalized_table_probabilities(cells, terms.breakdown.noise_scale),
        )


def page_log_odds(case: PeriodCase, terms: LedgerTerms, page: tuple[object, object]) -> float:
    """How much likelier the other world is than the one, after a look: the log of the odds."""
    one, other = page_probabilities(case, terms)
    return sum(
        log(there.get(told, HIDDEN_PROBABILITY)) - log(here.get(told, HIDDEN_PROBABILITY))
        for here, there, told in zip(one, other, page, strict=True)
    )


def best_guess_share(case: PeriodCase, terms: LedgerTerms) -> float:
    """How often the best guess is right, exactly: over every pair of tables there can be."""
    (first, said), (second, other) = page_probabilities(case, terms)
    return sum(
        max(chance * said.get(table, 0.0), second[band] * other.get(table, 0.0)) / 2
        for band, chance in first.items()
        for table in {**said, **other}
    )


def generate_histories(
    size: int, debriefs: int, terms: LedgerTerms, period_count: int = 1
) -> list[TeamHistory]:
    """Two made-up teams at each rate, and a target who files so many debriefs of one form."""
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
    """One period after the other of one team, in which others file as their rate has it."""
    mix = tuple(utility.FORM_MIXES)[number]
    chance = random.Random(f"{size} {rate} {mix} ")  # noqa: S311 - made-up teams
    while True:
        slips = utility.generate_slips(size, rate, mix, chance)
        others = [slip for slip in slips if slip[0] != bytes([size - 1])]
        cells = Counter(form for _, form in _capped_slips(others, terms.breakdown.cap))
        heads = len(_capped_slips(others, terms.total.cap))
        yield PeriodCase(
            tuple(cells[form] for form in FORM_CODES), heads, second_world_forms=target_forms
        )


def _capped_slips(slips: Slips, cap: int) -> Slips:
    """The slips that are counted, of each person the first ones."""
    seen: Counter[bytes] = Counter()
    counted = []
    for who, form in slips:
        seen[who] += 1
        if seen[who] <= cap:
            counted.append((who, form))
    return counted
