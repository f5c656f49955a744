"""Exact probabilities of every table that the release rule can publish.

An attacker who reads this repository can compute the same: whole probability mass functions, by
enumeration, of the total's bands and of the breakdown's leader and shares together. Nothing is
simulated. Only tables with a leader have shares, so that only these are enumerated.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from math import ceil, prod

from bot.domain.codebook import ANSWER_CODES
from bot.domain.counts.release_rule import (
    CLEAR_LEAD_SCALES,
    BreakdownTable,
    ReleasedTable,
    Share,
    TotalTable,
    _select_band,
)
from tests.domain.counts.laplace import odds_of_one, probability_of

Probabilities = dict[object, float]
"""The probability of each published value."""

FormCounts = tuple[int, ...]
"""The number of debriefs of each form, in the order of the question's answers."""

MIN_PROBABILITY = 1e-8
"""Noise combinations below this probability are left out; each leader's others stand for them."""

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
    form_counts: Sequence[int],
    noise_scale: Fraction,
    min_probability: float = MIN_PROBABILITY,
    lead_scales: Fraction = CLEAR_LEAD_SCALES,
) -> Probabilities:
    """Return the probability of each (leader's index or -1, shares) for *form_counts*.

    How often each answer leads, by *lead_scales*, is exact; its shares are enumerated, but for
    combinations below *min_probability*.
    """
    enumeration = _LeadEnumeration(tuple(form_counts), noise_scale, lead_scales, min_probability)
    probabilities: Probabilities = {}
    for leader in range(len(form_counts)):
        shares = enumeration.list_shares(leader)
        weight = enumeration.lead_probability(leader) / sum(shares.values())
        probabilities |= {(leader, row): share * weight for row, share in shares.items()}
    no_leader = (-1, _equal_shares(len(form_counts)))
    return {no_leader: 1 - sum(probabilities.values()), **probabilities}


def leader_probabilities(
    form_counts: Sequence[int], noise_scale: Fraction, lead_scales: Fraction = CLEAR_LEAD_SCALES
) -> Probabilities:
    """Return the probability of each leader's index, or -1, of tables without any shares."""
    enumeration = _LeadEnumeration(tuple(form_counts), noise_scale, lead_scales, 0.0)
    probabilities: Probabilities = {
        leader: enumeration.lead_probability(leader) for leader in range(len(form_counts))
    }
    return {-1: 1 - sum(probabilities.values()), **probabilities}


def probability_at_most(value: int, scale: Fraction) -> float:
    """Return the probability that the noise is *value* or less."""
    odds = odds_of_one(scale)
    return odds**-value / (1 + odds) if value < 0 else 1 - odds ** (value + 1) / (1 + odds)


def list_published(form_count: int, noise_scale: Fraction) -> list[float]:
    """Return the probability that an answer is published from each count, from 0 upwards.

    A noisy count below 0 is published like 0.
    """
    above = range(1, form_count + int(20 * noise_scale))
    return [
        probability_at_most(-form_count, noise_scale),
        *(probability_of(value - form_count, noise_scale) for value in above),
    ]


@cache
def share_row(total: int) -> tuple[int, ...]:
    """Return the index of the coarse share of each value out of *total*."""
    if total == 0:
        return (SHARES.index(Share.A_QUARTER),)
    return tuple(_nearest_share(Fraction(value, total)) for value in range(total + 1))


class _LeadEnumeration:
    """Enumeration of the likely noise combinations in which one answer clearly leads."""

    def __init__(
        self,
        form_counts: tuple[int, ...],
        noise_scale: Fraction,
        lead_scales: Fraction,
        min_probability: float,
    ) -> None:
        """Start from *form_counts*."""
        self.form_counts, self.noise_scale = form_counts, noise_scale
        self.lead_margin = lead_scales * noise_scale
        self._least_lead = ceil(self.lead_margin)
        self.min_probability = min_probability
        self._published = [list_published(count, noise_scale) for count in form_counts]

    def lead_probability(self, leader: int) -> float:
        """Return how often *leader* leads clearly, exactly but for noise above 25 scales."""
        reach = int(25 * self.noise_scale)
        count = self.form_counts[leader]
        return sum(
            probability_of(noise, self.noise_scale)
            * self._probability_of_others(leader, self._edge_of(count + noise))
            for noise in range(-reach, reach + 1)
        )

    def list_shares(self, leader: int) -> dict[tuple[int, ...], float]:
        """Return the shares of tables led by *leader*, with the likely part of their probability.

        A count below 0 is published like 0. A leader below the margin has others below 0 alone.
        """
        shares: defaultdict[tuple[int, ...], float] = defaultdict(float)
        for value, probability in self._list_low_leads(leader):
            row = share_row(value)
            lead_row = tuple(row[value if index == leader else 0] for index in self._indexes)
            shares[lead_row] += probability
        for value, probability in enumerate(self._published[leader]):
            if value >= self.lead_margin:
                self._extend(shares, leader, value, (), probability)
        return dict(shares)

    @property
    def _indexes(self) -> range:
        return range(len(self.form_counts))

    def _list_low_leads(self, leader: int) -> Iterator[tuple[int, float]]:
        """Yield each published count of a leader below the margin, with its probability."""
        for value in range(-int(20 * self.noise_scale), int(self.lead_margin) + 1):
            if value < self.lead_margin:
                probability = probability_of(value - self.form_counts[leader], self.noise_scale)
                others = self._probability_of_others(leader, self._edge_of(value))
                yield max(0, value), probability * others

    def _extend(
        self,
        shares: defaultdict[tuple[int, ...], float],
        leader: int,
        lead: int,
        values: tuple[int, ...],
        probability: float,
    ) -> None:
        """Extend the published counts *values* by the next answer, and add whole tables."""
        index = len(values)
        if index == leader:
            values, index = (*values, lead), index + 1
        edge = self._edge_of(lead)
        if index == len(self.form_counts):
            row = share_row(sum(values))
            shares[tuple(row[value] for value in values)] += probability
            return
        is_last = index >= len(self.form_counts) - 1 - (leader == len(self.form_counts) - 1)
        for value, value_probability in enumerate(self._published[index][: edge + 1]):
            joint = probability * value_probability
            if joint < self.min_probability:
                continue
            if not is_last:
                self._extend(shares, leader, lead, (*values, value), joint)
                continue
            whole = (*values, value) if leader < index else (*values, value, lead)
            row = share_row(sum(whole))
            shares[tuple([row[number] for number in whole])] += joint

    def _edge_of(self, lead: int) -> int:
        """Return the largest count of another answer beside a clear *lead*."""
        return lead - self._least_lead

    def _probability_of_others(self, leader: int, edge: int) -> float:
        return prod(
            probability_at_most(edge - count, self.noise_scale)
            for index, count in enumerate(self.form_counts)
            if index != leader
        )


def _equal_shares(answer_count: int) -> tuple[int, ...]:
    return (_nearest_share(Fraction(1, answer_count)),) * answer_count


def _nearest_share(fraction: Fraction) -> int:
    return min(
        range(len(SHARES)), key=lambda index: abs(Fraction(SHARES[index].value, 100) - fraction)
    )
