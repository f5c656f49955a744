"""Exact probabilities of every table that the release rule can publish.

An attacker who reads this repository can compute the same: whole probability mass functions, by
enumeration, of the total's bands and of the breakdown's leader and shares together. Nothing is
simulated.
"""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from math import exp

from bot.domain.codebook import ANSWER_CODES
from bot.domain.counts.release_rule import (
    CLEAR_LEAD_SCALES,
    BreakdownTable,
    ReleasedTable,
    Share,
    TotalTable,
    _select_band,
)
from tests.domain.counts.laplace import probability_of

Probabilities = dict[object, float]
"""The probability of each published value."""

FormCounts = tuple[int, ...]
"""The number of debriefs of each form, in the order of the question's answers."""

MIN_PROBABILITY = 1e-8
"""Noise combinations below this probability are left out; together they are below 0.5 %."""

SHARES = tuple(Share)

NO_LEADER = (-1, (SHARES.index(Share.A_QUARTER),) * 4)
"""The one table without a leader."""


def describe_table(table: ReleasedTable) -> object:
    """Return what an attacker notes of a table: its band, or leader and shares as indexes."""
    if isinstance(table, TotalTable):
        return table.band
    assert isinstance(table, BreakdownTable), "no key is lost in the games"
    return leader_and_shares(table)


def leader_and_shares(table: BreakdownTable) -> tuple[int, tuple[int, ...]]:
    """Return the leader's index, or -1 without a leader, and the indexes of the shares."""
    leader = ANSWER_CODES[table.question].index(table.leader) if table.leader else -1
    return leader, tuple(SHARES.index(share) for _, share in table.shares)


def band_probabilities(debrief_count: int, noise_scale: Fraction) -> Probabilities:
    """Return the probability of each band for *debrief_count* counted debriefs."""
    probabilities: defaultdict[object, float] = defaultdict(float)
    for noise in range(-int(40 * noise_scale), int(40 * noise_scale) + 1):
        probabilities[_select_band(debrief_count + noise)] += probability_of(noise, noise_scale)
    return dict(probabilities)


def table_probabilities(
    form_counts: Sequence[int], noise_scale: Fraction, min_probability: float = MIN_PROBABILITY
) -> Probabilities:
    """Return the probability of each (leader's index or -1, shares) for *form_counts*.

    A noisy count below 0 is published like 0, so each answer is enumerated from 0 upwards, and 0
    carries the probability of everything at or below it.
    """
    enumeration = _NoiseEnumeration(tuple(form_counts), noise_scale, min_probability)
    enumeration.extend_prefix((), 1.0)
    return dict(enumeration.probabilities)


def probability_at_most(value: int, scale: Fraction) -> float:
    """Return the probability that the noise is *value* or less."""
    odds = exp(-1 / scale)
    return odds**-value / (1 + odds) if value < 0 else 1 - odds ** (value + 1) / (1 + odds)


class _NoiseEnumeration:
    """Enumeration of every likely noise combination, summing the tables that result."""

    def __init__(
        self, form_counts: tuple[int, ...], noise_scale: Fraction, min_probability: float
    ) -> None:
        """Start from *form_counts*."""
        self.form_counts, self.noise_scale, self.min_probability = (
            form_counts,
            noise_scale,
            min_probability,
        )
        self.lead_margin = CLEAR_LEAD_SCALES * noise_scale
        self.probabilities: defaultdict[object, float] = defaultdict(float)
        self.value_probabilities = [
            self._list_likely_values(form_count) for form_count in form_counts
        ]

    def extend_prefix(self, values: tuple[int, ...], probability: float) -> None:
        """Extend the noisy counts *values*, which have this *probability*, by the next answer."""
        if len(values) == len(self.value_probabilities) - 1:
            self._finish_prefix(values, probability)
            return
        for value, value_probability in self.value_probabilities[len(values)]:
            if probability * value_probability > self.min_probability:
                self.extend_prefix((*values, value), probability * value_probability)

    def _finish_prefix(self, values: tuple[int, ...], probability: float) -> None:
        """Add every value of the last answer, in closed form where no count below 0 matters."""
        prefix_total, (second, first) = sum(values), sorted(values)[-2:]
        leader_index, last_index = values.index(first), len(values)
        runner_up = max(first, 1)
        for value, value_probability in self.value_probabilities[-1]:
            odds = probability * value_probability
            if odds < self.min_probability:
                continue
            row = _share_row(prefix_total + value)
            shares = (*[row[prefix_value] for prefix_value in values], row[value])
            if max(value, first) < self.lead_margin:
                self._add_hidden_lead((*values, value), shares, odds)
            elif value - runner_up >= self.lead_margin or (value >= self.lead_margin and not first):
                self.probabilities[last_index, shares] += odds
            elif first - max(second, value) >= self.lead_margin:
                self.probabilities[leader_index, shares] += odds
            else:
                self.probabilities[NO_LEADER] += odds

    def _add_hidden_lead(
        self, values: tuple[int, ...], shares: tuple[int, ...], probability: float
    ) -> None:
        """Add one combination in which the leader depends on counts hidden below 0."""
        remaining, first = 1.0, max(values)
        for index, value in enumerate(values):
            if value == first and sum(values) == first:
                lead_probability = (
                    self._single_lead_probability(values, index)
                    if value
                    else self._hidden_lead_probability(index)
                )
                self.probabilities[index, shares] += probability * lead_probability
                remaining -= lead_probability
        self.probabilities[NO_LEADER] += probability * remaining

    def _single_lead_probability(self, values: tuple[int, ...], index: int) -> float:
        """Return the probability that the only answer above 0 has a clear lead."""
        edge, lead_probability = int((values[index] - self.lead_margin) // 1), 1.0
        for other in range(len(values)):
            if other != index:
                lead_probability *= self._probability_below(other, edge) / self._probability_below(
                    other, 0
                )
        return lead_probability

    def _hidden_lead_probability(self, index: int) -> float:
        """Return the same where no answer is above 0: the leader is the one closest to 0."""
        total_probability = 0.0
        for value in range(-int(20 * self.noise_scale), 1):
            probability = probability_of(
                value - self.form_counts[index], self.noise_scale
            ) / self._probability_below(index, 0)
            edge = int((value - self.lead_margin) // 1)
            for other in range(len(self.form_counts)):
                if other != index:
                    probability *= self._probability_below(other, edge) / self._probability_below(
                        other, 0
                    )
            total_probability += probability
        return total_probability

    def _probability_below(self, index: int, value: int) -> float:
        return probability_at_most(value - self.form_counts[index], self.noise_scale)

    def _list_likely_values(self, form_count: int) -> list[tuple[int, float]]:
        """Return each value from 0 on, with the probability that an answer is published from it."""
        above = range(1, form_count + int(20 * self.noise_scale))
        return [
            (0, probability_at_most(-form_count, self.noise_scale)),
            *((value, probability_of(value - form_count, self.noise_scale)) for value in above),
        ]


@cache
def _share_row(total: int) -> tuple[int, ...]:
    """Return the index of the coarse share of each value out of *total*."""
    return (
        tuple(_nearest_share(Fraction(value, total or 4)) for value in range(total + 1))
        if total
        else (1,)
    )


def _nearest_share(fraction: Fraction) -> int:
    return min(
        range(len(SHARES)), key=lambda index: abs(Fraction(SHARES[index].value, 100) - fraction)
    )
