"""What an attacker who reads this repository computes: the chance of every table there can be.

Whole probability mass functions, by enumeration: of the total's bands, and of the breakdown's
leader and shares together. Nothing is simulated.
"""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from math import exp

from bot.domain.counts.release_rule import (
    ANSWER_CODES,
    CLEAR_LEAD_SCALES,
    BreakdownTable,
    ReleasedTable,
    TotalTable,
    _select_band,
)
from bot.elements import Share
from tests.domain.counts.laplace import probability_of

Probabilities = dict[object, float]
"""How likely each published value is."""

FormCounts = tuple[int, ...]
"""How many debriefs there are of each form, in the order in which it is asked."""

MIN_PROBABILITY = 1e-8
"""Ways of falling less likely than this are left out; together they are below 0.5 %."""

SHARES = tuple(Share)


def describe_table(table: ReleasedTable) -> object:
    """What an attacker notes of a published table: its band, or leader and shares as places."""
    if isinstance(table, TotalTable):
        return table.band
    return leader_and_shares(table)


def leader_and_shares(table: BreakdownTable) -> tuple[int, tuple[int, ...]]:
    """The leader's place, or -1, and the places of the shares."""
    leader = ANSWER_CODES[table.question].index(table.leader) if table.leader else -1
    return leader, tuple(SHARES.index(share) for _, share in table.shares)


def band_probabilities(debrief_count: int, noise_scale: Fraction) -> Probabilities:
    """How likely each band is when *counted* debriefs are counted."""
    found: defaultdict[object, float] = defaultdict(float)
    for noise in range(-int(40 * noise_scale), int(40 * noise_scale) + 1):
        found[_select_band(debrief_count + noise)] += probability_of(noise, noise_scale)
    return dict(found)


def table_probabilities(
    form_counts: Sequence[int], noise_scale: Fraction, min_probability: float = MIN_PROBABILITY
) -> Probabilities:
    """How likely each (leader's place or -1, shares) is when answers were *counted* like this.

    What is below nothing is told like nothing, so that every answer is walked over 0 and
    more, 0 having the weight of all below.
    """
    walk = _NoiseEnumeration(tuple(form_counts), noise_scale, min_probability)
    walk.extend_prefix((), 1.0)
    return dict(walk.probabilities)


def probability_at_most(value: int, scale: Fraction) -> float:
    """The chance that noise is *value* or less."""
    odds = exp(-1 / scale)
    return odds**-value / (1 + odds) if value < 0 else 1 - odds ** (value + 1) / (1 + odds)


class _NoiseEnumeration:
    """Goes every likely way that the noise can fall, and adds up the tables it leads to."""

    def __init__(
        self, form_counts: tuple[int, ...], noise_scale: Fraction, min_probability: float
    ) -> None:
        """Start from what was *counted*."""
        self.form_counts, self.noise_scale, self.min_probability = (
            form_counts,
            noise_scale,
            min_probability,
        )
        self.lead_margin = CLEAR_LEAD_SCALES * noise_scale
        self.probabilities: defaultdict[object, float] = defaultdict(float)
        self.value_probabilities = [self._list_likely_values(one) for one in form_counts]

    def extend_prefix(self, values: tuple[int, ...], probability: float) -> None:
        """Go on from the first *values*, which fall so with this *chance*."""
        if len(values) == len(self.value_probabilities) - 1:
            self._finish_prefix(values, probability)
            return
        for value, here in self.value_probabilities[len(values)]:
            if probability * here > self.min_probability:
                self.extend_prefix((*values, value), probability * here)

    def _finish_prefix(self, values: tuple[int, ...], probability: float) -> None:
        """Add every way of the last answer, the quick way where nothing hides below nothing."""
        whole, (second, first) = sum(values), sorted(values)[-2:]
        place, last = values.index(first), len(values)
        least = max(first, 1)
        for value, here in self.value_probabilities[-1]:
            odds = probability * here
            if odds < self.min_probability:
                continue
            row = _share_row(whole + value)
            shares = (*[row[one] for one in values], row[value])
            if max(value, first) < self.lead_margin:
                self._add_hidden_lead((*values, value), shares, odds)
            elif value - least >= self.lead_margin or (value >= self.lead_margin and not first):
                self.probabilities[last, shares] += odds
            else:
                leads = first - max(second, value) >= self.lead_margin
                self.probabilities[place if leads else -1, shares] += odds

    def _add_hidden_lead(
        self, values: tuple[int, ...], shares: tuple[int, ...], probability: float
    ) -> None:
        """Add one way in which an answer may lead by what is hidden below nothing."""
        rest, first = 1.0, max(values)
        for place, value in enumerate(values):
            if value == first and sum(values) == first:
                led = (
                    self._single_lead_probability(values, place)
                    if value
                    else self._hidden_lead_probability(place)
                )
                self.probabilities[place, shares] += probability * led
                rest -= led
        self.probabilities[-1, shares] += probability * rest

    def _single_lead_probability(self, values: tuple[int, ...], place: int) -> float:
        """The chance that the only answer above nothing leads clearly."""
        edge, led = int((values[place] - self.lead_margin) // 1), 1.0
        for other in range(len(values)):
            if other != place:
                led *= self._probability_below(other, edge) / self._probability_below(other, 0)
        return led

    def _hidden_lead_probability(self, place: int) -> float:
        """The same when nothing is above nothing: the leader is the least below it."""
        found = 0.0
        for value in range(-int(20 * self.noise_scale), 1):
            here = probability_of(
                value - self.form_counts[place], self.noise_scale
            ) / self._probability_below(place, 0)
            edge = int((value - self.lead_margin) // 1)
            for other in range(len(self.form_counts)):
                if other != place:
                    here *= self._probability_below(other, edge) / self._probability_below(other, 0)
            found += here
        return found

    def _probability_below(self, place: int, value: int) -> float:
        return probability_at_most(value - self.form_counts[place], self.noise_scale)

    def _list_likely_values(self, form_count: int) -> list[tuple[int, float]]:
        """Each value from 0 on, and how likely an answer is told from it."""
        above = range(1, form_count + int(20 * self.noise_scale))
        return [
            (0, probability_at_most(-form_count, self.noise_scale)),
            *((value, probability_of(value - form_count, self.noise_scale)) for value in above),
        ]


@cache
def _share_row(total: int) -> tuple[int, ...]:
    """The coarse share of each value out of *whole*, as its place among the shares."""
    return (
        tuple(_nearest_share(Fraction(value, total or 4)) for value in range(total + 1))
        if total
        else (1,)
    )


def _nearest_share(fraction: Fraction) -> int:
    return min(range(len(SHARES)), key=lambda at: abs(Fraction(SHARES[at].value, 100) - fraction))
