"""Ways to publish a unit's debriefs: the present one, the earlier one, and ones that were explored.

Each yields the exact probabilities of its tables, so that :mod:`tests.attacks.observers` can guess
from them and ``python -m tests.attacks.frontier`` can compare them. None but the first is built.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from bot.domain.codebook import ANSWER_CODES
from bot.domain.counts.release_rule import (
    BREAKDOWN,
    CLEAR_LEAD_SCALES,
    TOTAL,
    Band,
    CountingTerms,
    _select_band,
)
from tests.attacks import earlier_odds, odds
from tests.attacks.odds import FormCounts, Probabilities
from tests.domain.counts import utility
from tests.domain.counts.laplace import probability_of
from tests.domain.counts.utility import LedgerTerms

WEEKS_PER_YEAR = 52

MIN_TABLE_PROBABILITY = 1e-6
"""Noise combinations of a leader's table below this probability are left out."""

MIN_JOINT_PROBABILITY = 1e-8
"""Sums of noisy counts below this probability are extended no further."""

STATUS_MIXES = {"usual": (15, 35, 30, 15, 5), "flatter": (20, 25, 25, 20, 10)}
"""Distribution of the status codes, in percent, by the name of the mix of forms."""

Pair = tuple[Probabilities, Probabilities]
"""The probabilities of one table where the person never files, and where they have the habit."""


@dataclass(frozen=True)
class Mechanism:
    """The terms of a unit's ledgers, and what else is done with debriefs and tables.

    - ``lead_scales``: the lead of a named answer. ``has_shares``: a leader comes with shares.
    - ``has_earlier_rule``: all shares are published, as by the earlier release rule.
    - ``yearly_caps``: debriefs of a person that count in a year, in the total and the breakdown.
    - ``inclusion``: the probability with which a period counts a person at all; the noisy total is
      divided by it.
    - ``is_one_draw``: the total is the band of the sum of the breakdown's noisy counts.
    - ``questions``: those of successive breakdowns, in turn.
    """

    terms: LedgerTerms
    lead_scales: Fraction = CLEAR_LEAD_SCALES
    has_shares: bool = True
    has_earlier_rule: bool = False
    yearly_caps: tuple[int, int] | None = None
    inclusion: Fraction = Fraction(1)
    is_one_draw: bool = False
    questions: tuple[str, ...] = ("form",)

    @property
    def ledgers(self) -> tuple[str, ...]:
        """The ledgers from which noise is drawn."""
        return (BREAKDOWN,) if self.is_one_draw else (TOTAL, BREAKDOWN)

    def question_of(self, number: int) -> str:
        """Return the question of the breakdown of a period, by its number."""
        return self.questions[number % len(self.questions)]

    def terms_of(self, ledger: str) -> CountingTerms:
        """Return the terms of a ledger."""
        return self.terms.total if ledger == TOTAL else self.terms.breakdown

    def yearly_cap_of(self, ledger: str) -> int | None:
        """Return how many debriefs of a person count in a year of a ledger, if that is bounded."""
        return self.yearly_caps[ledger == BREAKDOWN] if self.yearly_caps else None

    def tables_per_year(self, ledger: str) -> int:
        """Return the number of tables of a ledger in a year."""
        return WEEKS_PER_YEAR // self.terms_of(ledger).weeks

    def cap_counts(self, ledger: str, debrief_counts: Sequence[int]) -> list[int]:
        """Return how many of a person's debriefs each successive period of a year counts."""
        remaining = self.yearly_cap_of(ledger)
        counted = []
        for debrief_count in debrief_counts:
            count = min(self.terms_of(ledger).cap, debrief_count)
            if remaining is not None:
                count = min(count, remaining)
                remaining -= count
            counted.append(count)
        return counted

    def find_pair(self, ledger: str, cells: FormCounts, answer: int, habit_count: int) -> Pair:
        """Return the probabilities of a table of what others filed, without and with the habit.

        A person who is not counted leaves the table as it is without them. The attacker is granted
        which of the others are counted.
        """
        place = 0 if ledger == TOTAL else answer
        without, included = (
            self.find_probabilities(ledger, _add(cells, place, added)) for added in (0, habit_count)
        )
        share = float(self.inclusion)
        if self.inclusion == 1:
            return without, included
        values = {**without, **included}
        mixed = {
            value: (1 - share) * without.get(value, 0.0) + share * included.get(value, 0.0)
            for value in values
        }
        return without, mixed

    def find_probabilities(self, ledger: str, cells: FormCounts) -> Probabilities:
        """Return the probability of each table of *ledger*."""
        if ledger == TOTAL:
            return _find_bands(sum(cells), self.terms.total.noise_scale, self.inclusion)
        return _find_tables(self._table_rule, cells)

    @property
    def _table_rule(self) -> "_TableRule":
        return _TableRule(
            self.terms.breakdown.noise_scale,
            self.lead_scales,
            self.has_shares,
            self.has_earlier_rule,
            self.is_one_draw,
        )


class _TableRule(NamedTuple):
    """What decides the probabilities of a breakdown."""

    noise_scale: Fraction
    lead_scales: Fraction
    has_shares: bool
    has_earlier_rule: bool
    is_one_draw: bool


class Team(NamedTuple):
    """A made-up team: its size, weekly rate of debriefs and mix of answers, and its number."""

    size: int
    rate: float
    mix: str
    number: int = 0


def generate_periods(
    mechanism: Mechanism, ledger: str, team: Team, period_count: int
) -> list[FormCounts]:
    """Generate what successive periods count of a team's others: by answer, or in all.

    With a yearly cap each person has one rate all year; else each period is drawn anew.
    """
    terms = mechanism.terms_of(ledger)
    generator = random.Random(f"{team} {terms.weeks}")  # noqa: S311 - generated teams
    people = team.size - 1
    rates = [draw_rate(team.rate, generator) for _ in range(people)]
    filed_by_period = []
    for _ in range(period_count):
        filed_by_period.append(
            [utility.draw_count(rate * terms.weeks, generator) for rate in rates]
        )
        if mechanism.yearly_caps is None:
            rates = [draw_rate(team.rate, generator) for _ in range(people)]
    counted_by_person = [
        mechanism.cap_counts(ledger, counts) for counts in zip(*filed_by_period, strict=True)
    ]
    periods = []
    for number in range(period_count):
        count = sum(
            counts[number]
            for counts in counted_by_person
            if mechanism.inclusion == 1 or generator.random() < mechanism.inclusion
        )
        question = mechanism.question_of(number)
        is_total = ledger == TOTAL
        periods.append((count,) if is_total else draw_cells(count, question, team.mix, generator))
    return periods


def draw_rate(rate: float, generator: random.Random) -> float:
    """Draw a person's rate, a week: none for one in ten, who is on leave."""
    return 0.0 if generator.random() < 0.1 else generator.gammavariate(1.2, rate / 1.2)


def draw_cells(count: int, question: str, mix: str, generator: random.Random) -> FormCounts:
    """Draw the answers of *count* debriefs, counted by answer."""
    weights = (utility.FORM_MIXES if question == "form" else STATUS_MIXES)[mix]
    numbers = range(len(ANSWER_CODES[question]))
    drawn = Counter(generator.choices(numbers, weights, k=count))
    return tuple(drawn[number] for number in numbers)


def _add(cells: FormCounts, answer: int, count: int) -> FormCounts:
    return tuple(cell + count * (number == answer) for number, cell in enumerate(cells))


@cache
def _find_bands(count: int, noise_scale: Fraction, inclusion: Fraction) -> Probabilities:
    """Return the probability of each band of a noisy count, divided by *inclusion*."""
    probabilities: defaultdict[object, float] = defaultdict(float)
    reach = int(40 * noise_scale)
    for noise in range(-reach, reach + 1):
        band = _select_band(round((count + noise) / inclusion))
        probabilities[band] += probability_of(noise, noise_scale)
    return dict(probabilities)


@cache
def _find_tables(rule: _TableRule, cells: FormCounts) -> Probabilities:
    if rule.is_one_draw:
        return _find_joint_tables(rule, cells)
    if rule.has_earlier_rule:
        return earlier_odds.table_probabilities(cells, rule.noise_scale, MIN_TABLE_PROBABILITY)
    if not rule.has_shares:
        return odds.leader_probabilities(cells, rule.noise_scale, rule.lead_scales)
    return odds.table_probabilities(
        cells, rule.noise_scale, MIN_TABLE_PROBABILITY, rule.lead_scales
    )


def _find_joint_tables(rule: _TableRule, cells: FormCounts) -> Probabilities:
    """Return the probability of each leader and band that are made of the same noisy counts."""
    reach = int(12 * rule.noise_scale)
    distributions = [
        {
            count + noise: probability_of(noise, rule.noise_scale)
            for noise in range(-reach, reach + 1)
        }
        for count in cells
    ]
    sums = {0: 1.0}
    for distribution in distributions:
        sums = _add_distributions(sums, distribution)
    remaining = _sum_by_band(sums)
    probabilities: Probabilities = {}
    for leader, distribution in enumerate(distributions):
        others = [other for number, other in enumerate(distributions) if number != leader]
        for band, probability in _find_led_bands(distribution, others, rule).items():
            probabilities[leader, band] = probability
            remaining[band] -= probability
    unled: Probabilities = {
        (-1, band): max(0.0, probability) for band, probability in remaining.items()
    }
    return {**probabilities, **unled}


def _find_led_bands(
    leading: dict[int, float], others: list[dict[int, float]], rule: _TableRule
) -> dict[Band, float]:
    """Return the probability of each band where one answer leads the others clearly."""
    bands: defaultdict[Band, float] = defaultdict(float)
    for lead, probability in leading.items():
        edge = int((lead - rule.lead_scales * rule.noise_scale) // 1)
        sums = {lead: probability}
        for other in others:
            below = {value: share for value, share in other.items() if value <= edge}
            sums = _add_distributions(sums, below)
        for band, share in _sum_by_band(sums).items():
            bands[band] += share
    return bands


def _sum_by_band(sums: dict[int, float]) -> dict[Band, float]:
    bands: defaultdict[Band, float] = defaultdict(float)
    for total, share in sums.items():
        bands[_select_band(total)] += share
    return bands


def _add_distributions(first: dict[int, float], second: dict[int, float]) -> dict[int, float]:
    """Return the distribution of the sum of two independent counts."""
    sums: defaultdict[int, float] = defaultdict(float)
    likely = [item for item in first.items() if item[1] > MIN_JOINT_PROBABILITY]
    for value, probability in likely:
        for other, share in second.items():
            sums[value + other] += probability * share
    return sums
