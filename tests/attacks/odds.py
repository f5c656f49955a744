"""What an attacker who reads this repository computes: the chance of every table there can be.

Whole probability mass functions, by enumeration: of the total's bands, and of the breakdown's
leader and shares together. Nothing is simulated.
"""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from math import exp

from bot.domain.counts.release_rule import CLEAR, CODES, BreakdownTable, Table, TotalTable, _band
from bot.shares import Share
from tests.domain.counts.laplace import chance_of

Chances = dict[object, float]
"""How likely each published value is."""

Counted = tuple[int, ...]
"""How many debriefs there are of each form, in the order in which it is asked."""

UNLIKELY = 1e-8
"""Ways of falling less likely than this are left out; together they are below 0.5 %."""

SHARES = tuple(Share)


def noted(table: Table) -> object:
    """What an attacker notes of a published table: its band, or leader and shares as places."""
    if isinstance(table, TotalTable):
        return table.band
    return placed(table)


def placed(table: BreakdownTable) -> tuple[int, tuple[int, ...]]:
    """The leader's place, or -1, and the places of the shares."""
    leader = CODES[table.question].index(table.leader) if table.leader else -1
    return leader, tuple(SHARES.index(share) for _, share in table.shares)


def bands(counted: int, scale: Fraction) -> Chances:
    """How likely each band is when *counted* debriefs are counted."""
    found: defaultdict[object, float] = defaultdict(float)
    for noise in range(-int(40 * scale), int(40 * scale) + 1):
        found[_band(counted + noise)] += chance_of(noise, scale)
    return dict(found)


def tables(counted: Sequence[int], scale: Fraction, unlikely: float = UNLIKELY) -> Chances:
    """How likely each (leader's place or -1, shares) is when answers were *counted* like this.

    What is below nothing is told like nothing, so that every answer is walked over 0 and
    more, 0 having the weight of all below.
    """
    walk = _Walk(tuple(counted), scale, unlikely)
    walk.on((), 1.0)
    return dict(walk.found)


def at_most(value: int, scale: Fraction) -> float:
    """The chance that noise is *value* or less."""
    odds = exp(-1 / scale)
    return odds**-value / (1 + odds) if value < 0 else 1 - odds ** (value + 1) / (1 + odds)


class _Walk:
    """Goes every likely way that the noise can fall, and adds up the tables it leads to."""

    def __init__(self, counted: tuple[int, ...], scale: Fraction, unlikely: float) -> None:
        """Start from what was *counted*."""
        self.counted, self.scale, self.unlikely = counted, scale, unlikely
        self.clear = CLEAR * scale
        self.found: defaultdict[object, float] = defaultdict(float)
        self.ways = [self._ways(one) for one in counted]

    def on(self, values: tuple[int, ...], chance: float) -> None:
        """Go on from the first *values*, which fall so with this *chance*."""
        if len(values) == len(self.ways) - 1:
            self._end(values, chance)
            return
        for value, here in self.ways[len(values)]:
            if chance * here > self.unlikely:
                self.on((*values, value), chance * here)

    def _end(self, values: tuple[int, ...], chance: float) -> None:
        """Add every way of the last answer, the quick way where nothing hides below nothing."""
        whole, (second, first) = sum(values), sorted(values)[-2:]
        place, last = values.index(first), len(values)
        least = max(first, 1)
        for value, here in self.ways[-1]:
            odds = chance * here
            if odds < self.unlikely:
                continue
            row = _row(whole + value)
            shares = (*[row[one] for one in values], row[value])
            if max(value, first) < self.clear:
                self._take((*values, value), shares, odds)
            elif value - least >= self.clear or (value >= self.clear and not first):
                self.found[last, shares] += odds
            else:
                leads = first - max(second, value) >= self.clear
                self.found[place if leads else -1, shares] += odds

    def _take(self, values: tuple[int, ...], shares: tuple[int, ...], chance: float) -> None:
        """Add one way in which an answer may lead by what is hidden below nothing."""
        rest, first = 1.0, max(values)
        for place, value in enumerate(values):
            if value == first and sum(values) == first:
                led = self._leads(values, place) if value else self._below(place)
                self.found[place, shares] += chance * led
                rest -= led
        self.found[-1, shares] += chance * rest

    def _leads(self, values: tuple[int, ...], place: int) -> float:
        """The chance that the only answer above nothing leads clearly."""
        edge, led = int((values[place] - self.clear) // 1), 1.0
        for other in range(len(values)):
            if other != place:
                led *= self._under(other, edge) / self._under(other, 0)
        return led

    def _below(self, place: int) -> float:
        """The same when nothing is above nothing: the leader is the least below it."""
        found = 0.0
        for value in range(-int(20 * self.scale), 1):
            here = chance_of(value - self.counted[place], self.scale) / self._under(place, 0)
            edge = int((value - self.clear) // 1)
            for other in range(len(self.counted)):
                if other != place:
                    here *= self._under(other, edge) / self._under(other, 0)
            found += here
        return found

    def _under(self, place: int, value: int) -> float:
        return at_most(value - self.counted[place], self.scale)

    def _ways(self, counted: int) -> list[tuple[int, float]]:
        """Each value from 0 on, and how likely an answer is told from it."""
        above = range(1, counted + int(20 * self.scale))
        return [
            (0, at_most(-counted, self.scale)),
            *((value, chance_of(value - counted, self.scale)) for value in above),
        ]


@cache
def _row(whole: int) -> tuple[int, ...]:
    """The coarse share of each value out of *whole*, as its place among the shares."""
    return (
        tuple(_share(Fraction(value, whole or 4)) for value in range(whole + 1)) if whole else (1,)
    )


def _share(part: Fraction) -> int:
    return min(range(len(SHARES)), key=lambda at: abs(Fraction(SHARES[at].value, 100) - part))
