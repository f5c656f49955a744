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

from bot.domain.counts.release_rule import CODES
from tests.attacks import odds
from tests.attacks.odds import Chances, Counted
from tests.domain.counts import utility
from tests.domain.counts.utility import Agreed, Slips

FORMS = CODES["form"]
CERTAIN = log(99)
"""Log odds from which an attacker calls a guess certain: ninety-nine to one."""

HIDDEN = 1e-7
"""The chance given to a table so unlikely that its enumeration left it out."""

PRUNED = 1e-7
"""Ways of falling less likely than this are left out when an attacker enumerates."""

Forms = tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """One period: what is counted of the others, and what the target files in each world.

    ``others`` are the breakdown's counts, ``heads`` the total's, whose cap may be another one;
    ``stuffed`` are debriefs that colluders send, of which these counts are made.
    """

    others: Counted
    heads: int
    one: Forms = ()
    other: Forms = ("away",)
    stuffed: tuple[int, ...] = ()

    def worlds(self, agreed: Agreed) -> tuple[tuple[int, Counted], tuple[int, Counted]]:
        """What the total and the breakdown count in each world."""
        return self._with(self.one, agreed), self._with(self.other, agreed)

    def _with(self, forms: Forms, agreed: Agreed) -> tuple[int, Counted]:
        told = forms[: agreed.breakdown.cap]
        cells = (many + told.count(form) for many, form in zip(self.others, FORMS, strict=True))
        return self.heads + min(len(forms), agreed.total.cap), tuple(cells)


Life = tuple[Case, ...]
"""What one team files, period after period; a game longer than that begins it again."""


@dataclass(frozen=True)
class Score:
    """How often the guess was right (a tie is half right), and how often it was certain."""

    plays: int
    right: float
    certain: float

    @property
    def bounds(self) -> tuple[float, float]:
        """Between what the share of right guesses lies, 95 times in 100 (Wilson 1927)."""
        return wilson(self.right, self.plays, 1.96)

    @property
    def surely_above(self) -> float:
        """What the share of right guesses exceeds but for one run in ten thousand."""
        return wilson(self.right, self.plays, 3.72)[0]


def wilson(share: float, plays: int, width: float) -> tuple[float, float]:
    """The interval of *width* standard deviations for a share seen in *plays*."""
    squared = width * width
    middle = share + squared / (2 * plays)
    reach = width * sqrt(share * (1 - share) / plays + squared / (4 * plays * plays))
    whole = 1 + squared / plays
    return (middle - reach) / whole, (middle + reach) / whole


bands = cache(odds.bands)


@cache
def tables(counted: Counted, scale: Fraction) -> Chances:
    """How likely each breakdown is where that much is counted, as the attacker has it."""
    found = odds.tables(counted, scale, PRUNED)
    walked = sum(found.values())
    return {table: chance / walked for table, chance in found.items()}


def pages(case: Case, agreed: Agreed) -> Iterator[tuple[Chances, Chances]]:
    """For each world, how likely each band and each breakdown is."""
    for total, cells in case.worlds(agreed):
        yield bands(total, agreed.total.scale), tables(cells, agreed.breakdown.scale)


def belief(case: Case, agreed: Agreed, seen: tuple[object, object]) -> float:
    """How much likelier the other world is than the one, after a look: the log of the odds."""
    one, other = pages(case, agreed)
    return sum(
        log(there.get(told, HIDDEN)) - log(here.get(told, HIDDEN))
        for here, there, told in zip(one, other, seen, strict=True)
    )


def best(case: Case, agreed: Agreed) -> float:
    """How often the best guess is right, exactly: over every pair of tables there can be."""
    (first, said), (second, other) = pages(case, agreed)
    return sum(
        max(chance * said.get(table, 0.0), second[band] * other.get(table, 0.0)) / 2
        for band, chance in first.items()
        for table in {**said, **other}
    )


def lives(size: int, debriefs: int, agreed: Agreed, periods: int = 1) -> list[Life]:
    """Two made-up teams at each rate, and a target who files so many debriefs of one form."""
    return [
        tuple(islice(_periods(size, rate, number, (FORMS[number],) * debriefs, agreed), periods))
        for rate in utility.RATES
        for number in range(len(utility.MIXES))
    ]


def _periods(size: int, rate: float, number: int, filed: Forms, agreed: Agreed) -> Iterator[Case]:
    """One period after the other of one team, in which others file as their rate has it."""
    mix = tuple(utility.MIXES)[number]
    chance = random.Random(f"{size} {rate} {mix} ")  # noqa: S311 - made-up teams
    while True:
        slips = utility.filed(size, rate, mix, chance)
        others = [slip for slip in slips if slip[0] != bytes([size - 1])]
        cells = Counter(form for _, form in _first(others, agreed.breakdown.cap))
        heads = len(_first(others, agreed.total.cap))
        yield Case(tuple(cells[form] for form in FORMS), heads, other=filed)


def _first(slips: Slips, cap: int) -> Slips:
    """The slips that are counted, of each person the first ones."""
    seen: Counter[bytes] = Counter()
    counted = []
    for who, form in slips:
        seen[who] += 1
        if seen[who] <= cap:
            counted.append((who, form))
    return counted
