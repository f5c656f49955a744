"""How often published tables are right, over made-up teams.

Run with ``python -m tests.domain.counts.utility``.

Rates differ from person to person (Gamma, shape 1.2) and one in ten is on leave. A band is
right when it holds what was counted, a leader when no other answer was counted more often.
Takes how many teams to make up for each line; 1,000 unless told. Never blank: every team's
total and breakdown is told, or making it would have failed.
"""

import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.counts import release_rule
from bot.domain.counts.noise import Dice
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL, Terms

SIZES = (9, 15, 30)
RATES = (0.9, 0.5, 0.25, 0.12)
"""Debriefs a clinician and week."""

MIXES = {"usual": (50, 30, 10, 10), "flatter": (35, 30, 20, 15)}
"""How often each form is chosen, in percent."""

Slips = list[tuple[bytes, str]]


@dataclass(frozen=True)
class Agreed:
    """The terms of a unit's two ledgers."""

    total: Terms
    breakdown: Terms


def agreed(size: int) -> Agreed:
    """The terms on which the bot counts a unit of that size."""
    return Agreed(release_rule.terms(TOTAL, size), release_rule.terms(BREAKDOWN, size))


@dataclass(frozen=True)
class Right:
    """Shares of the made-up teams: with the band right, with a leader named, and of those right."""

    bands: float
    named: float
    leaders: float


def filed(size: int, rate: float, mix: str, chance: random.Random) -> Slips:
    """What one made-up team files in one period."""
    weeks = release_rule.terms(TOTAL, size).weeks
    slips: Slips = []
    for person in range(size):
        mine = 0.0 if chance.random() < 0.1 else chance.gammavariate(1.2, rate / 1.2)
        many = sum(1 for _ in _arrivals(mine * weeks, chance))
        forms = chance.choices(release_rule.CODES["form"], MIXES[mix], k=many)
        slips += [(bytes([person]), form) for form in forms]
    return slips


def _arrivals(expected: float, chance: random.Random) -> Iterator[float]:
    at = chance.expovariate(1.0)
    while at < expected:
        yield at
        at += chance.expovariate(1.0)


def measured(size: int, rate: float, mix: str, teams: int, on: Agreed | None = None) -> Right:
    """Publish the tables of *teams* made-up teams, and compare them with what was counted.

    Counted *on* the bot's own terms unless told others.
    """
    chance = random.Random(f"{size} {rate} {mix}")  # noqa: S311 - made-up teams
    on = on or agreed(size)
    bands = named = leaders = 0
    for team in range(teams):
        slips = filed(size, rate, mix, chance)
        key = f"{size} {rate} {mix} {team}".encode()
        bands += _band_is_right(slips, on.total, key)
        leader, right = _leader(slips, on.breakdown, key)
        named += leader
        leaders += right
    return Right(bands / teams, named / teams, leaders / max(1, named))


def _band_is_right(slips: Slips, terms: Terms, key: bytes) -> bool:
    counted = len(release_rule._capped(slips, terms.cap, Dice(key)))
    return release_rule.total(slips, terms, Dice(key)).band is release_rule._band(counted)


def _leader(slips: Slips, terms: Terms, key: bytes) -> tuple[bool, bool]:
    """Whether a leader was named, and whether rightly; the same dice cap the same slips."""
    leader = release_rule.breakdown(slips, "form", terms, Dice(key)).leader
    counted = Counter(code for _, code in release_rule._capped(slips, terms.cap, Dice(key)))
    return bool(leader), bool(leader) and counted[leader] == max(counted.values(), default=0)


def lines(teams: int) -> Iterator[str]:
    """The figures, one line for each size, rate and mix, and each size's own."""
    yield "size  rate  mix      band right  leader named  named rightly"
    for size in SIZES:
        told = []
        for mix in MIXES:
            for rate in RATES:
                told.append(measured(size, rate, mix, teams))
                yield f"{size:4}  {rate:4}  {mix:7}  {_row(told[-1])}"
        yield f"{size:4}   all           {_row(together(told))}"


def together(told: Sequence[Right]) -> Right:
    """The same over all of them; of leaders, among those named."""
    named = sum(one.named for one in told)
    rightly = sum(one.leaders * one.named for one in told) / named
    return Right(sum(one.bands for one in told) / len(told), named / len(told), rightly)


def _row(told: Right) -> str:
    return f"{told.bands:10.2f}  {told.named:12.2f}  {told.leaders:13.2f}"


if __name__ == "__main__":
    for line in lines(int(sys.argv[1]) if len(sys.argv) > 1 else 1000):
        print(line, flush=True)  # noqa: T201 - what it was asked for
