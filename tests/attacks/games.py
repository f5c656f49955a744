"""The guessing game: two worlds that differ in what one person filed, a page, and the best guess.

The attacker knows what everybody else filed, the whole code and every constant; guesses by
the exact chances of :mod:`tests.attacks.odds`; and is told only what the supervisor's page says.
"""

import random
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import log, sqrt

from bot.conversation import Person
from bot.practice import counts
from bot.practice.counts import BREAKDOWN, CODES, TOTAL
from tests.attacks import odds
from tests.attacks.field import Counted, Field, Side, shared_out
from tests.attacks.odds import Chances
from tests.practice import utility

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
    """What the others filed, and the two worlds: what the target files in each.

    ``stuffed`` are debriefs that colluders send beyond what the others' count says.
    """

    others: Counted
    one: Forms = ()
    other: Forms = ("away",)
    stuffed: tuple[int, ...] = ()

    def worlds(self) -> tuple[Counted, Counted]:
        """What is counted in each world."""
        return added(self.others, self.one), added(self.others, self.other)


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


@cache
def world(counted: Counted, size: int) -> tuple[Chances, Chances]:
    """How likely each band and each breakdown is where that much is counted."""
    total, breakdown = counts.terms(TOTAL, size), counts.terms(BREAKDOWN, size)
    tables = odds.tables(counted, breakdown.scale, PRUNED)
    walked = sum(tables.values())
    return (
        odds.bands(sum(counted), total.scale),
        {table: chance / walked for table, chance in tables.items()},
    )


def belief(case: Case, size: int, seen: tuple[object, object]) -> float:
    """How much likelier the other world is than the one, after a look: the log of the odds."""
    one, other = (world(counted, size) for counted in case.worlds())
    return sum(
        log(there.get(told, HIDDEN)) - log(here.get(told, HIDDEN))
        for here, there, told in zip(one, other, seen, strict=True)
    )


def best(case: Case, size: int) -> float:
    """How often the best guess is right, exactly: over every pair of tables there can be."""
    (bands, tables), (bands_2, tables_2) = (world(counted, size) for counted in case.worlds())
    return sum(
        max(chance * p, bands_2[band] * tables_2.get(table, 0.0)) / 2
        for band, chance in bands.items()
        for table, p in tables.items()
    )


def drawn(size: int, debriefs: int, seed: str = "") -> list[Case]:
    """Two made-up teams at each rate, and a target who files so many debriefs of one form."""
    found = []
    for rate in utility.RATES:
        for number, mix in enumerate(utility.MIXES):
            chance = random.Random(f"{size} {rate} {mix} {seed}")  # noqa: S311 - made-up teams
            slips = utility.filed(size, rate, mix, chance)
            seen, counted = Counter[bytes](), Counter[str]()
            for who, form in slips:
                seen[who] += 1
                if who != bytes([size - 1]) and seen[who] <= counts.terms(TOTAL, size).cap:
                    counted[form] += 1
            others = tuple(counted[form] for form in FORMS)
            found.append(Case(others, other=(FORMS[number],) * debriefs))
    return found


def added(counted: Counted, forms: Forms) -> Counted:
    """*counted* with the debriefs of somebody more."""
    return tuple(many + forms.count(form) for many, form in zip(counted, FORMS, strict=True))


async def play(field: Field, cases: Sequence[Case], games: int, periods: int = 1) -> Score:
    """Let every team of the field live *games*, each of so many *periods*, and guess after each.

    The target is in the same world for all periods of a game.
    """
    right = certain = 0.0
    for _ in range(games):
        worlds = [secrets.randbelow(2) for _ in cases]
        beliefs = [0.0 for _ in cases]
        for _ in range(periods):
            for at, seen in enumerate(await _period(field, cases, worlds)):
                beliefs[at] += belief(cases[at], len(field.sides[at].clinicians), seen)
        for truth, believed in zip(worlds, beliefs, strict=True):
            right += 0.5 if believed == 0 else (believed > 0) == truth
            certain += abs(believed) >= CERTAIN
    plays = games * len(cases)
    return Score(plays, right / plays, certain / plays)


async def _period(
    field: Field, cases: Sequence[Case], worlds: Sequence[int]
) -> list[tuple[object, object]]:
    told = list(zip(field.sides, cases, worlds, strict=True))
    await field.lay({side.team.id: _of_others(side, case) for side, case, _ in told})
    await field.all_file([(one.target, (case.one, case.other)[truth]) for one, case, truth in told])
    await field.all_file(
        [
            (who, ("unsure",) * many)
            for side, case, _ in told
            for who, many in zip(side.others, case.stuffed, strict=False)
        ]
    )
    await field.close()
    return [await field.seen(side) for side in field.sides]


def _of_others(side: Side, case: Case) -> list[tuple[Person, str]]:
    """What the others file, but for what colluders stuff in themselves."""
    return [] if case.stuffed else shared_out(case.others, side.others, cap=4)
