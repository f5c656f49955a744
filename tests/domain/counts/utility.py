"""Accuracy of published tables over simulated teams.

Run with ``python -m tests.domain.counts.utility``; the argument is the number of teams for each
line, 3,000 by default; ``s.e.`` is the standard error of the share before it.

Rates differ between persons (Gamma, shape 1.2) and one in ten is on leave. A band is right when it
contains the true count, a leader when no other answer has a higher true count. No table is blank:
every team's total and breakdown is released, or the run fails.
"""

import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

from bot.domain.codebook import ANSWER_CODES
from bot.domain.counts import release_rule
from bot.domain.counts.noise import NoiseGenerator
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL, CountingTerms

UNIT_SIZES = (9, 15, 30)
WEEKLY_RATES = (0.9, 0.5, 0.25, 0.12)
"""Debriefs per clinician and week."""

FORM_MIXES = {"usual": (50, 30, 10, 10), "flatter": (35, 30, 20, 15)}
"""Distribution of the form codes, in percent."""

Slips = list[tuple[bytes, str]]


@dataclass(frozen=True)
class LedgerTerms:
    """The terms of a unit's two ledgers."""

    total: CountingTerms
    breakdown: CountingTerms


def terms_for_size(size: int) -> LedgerTerms:
    """Return the production terms of a unit of *size*."""
    return LedgerTerms(
        release_rule.select_terms(TOTAL, size), release_rule.select_terms(BREAKDOWN, size)
    )


@dataclass(frozen=True)
class AccuracyShares:
    """Shares of *team_count* simulated teams: band right, leader named, and named leader right."""

    band_share: float
    named_share: float
    leader_share: float
    team_count: int

    @property
    def band_error(self) -> float:
        """The standard error of the share of right bands."""
        return binomial_error(self.band_share, self.team_count)

    @property
    def leader_error(self) -> float:
        """The standard error of the share of named leaders that are right."""
        return binomial_error(self.leader_share, self.named_share * self.team_count)


def binomial_error(share: float, count: float) -> float:
    """Return the standard error of a *share* of *count* independent cases; 0 of no case."""
    return sqrt(share * (1 - share) / count) if count else 0.0


def generate_slips(size: int, weeks: int, rate: float, mix: str, rng: random.Random) -> Slips:
    """Generate the slips of one simulated team in one period of *weeks*."""
    slips: Slips = []
    for person in range(size):
        personal_rate = 0.0 if rng.random() < 0.1 else rng.gammavariate(1.2, rate / 1.2)
        slip_count = draw_count(personal_rate * weeks, rng)
        forms = rng.choices(ANSWER_CODES["form"], FORM_MIXES[mix], k=slip_count)
        slips += [(bytes([person]), form) for form in forms]
    return slips


def draw_count(expected: float, rng: random.Random) -> int:
    """Draw a number of debriefs, of which *expected* are expected (Poisson)."""
    return sum(1 for _ in _arrival_times(expected, rng))


def _arrival_times(expected: float, rng: random.Random) -> Iterator[float]:
    arrival = rng.expovariate(1.0)
    while arrival < expected:
        yield arrival
        arrival += rng.expovariate(1.0)


def measure_accuracy(
    size: int, rate: float, mix: str, team_count: int, terms: LedgerTerms | None = None
) -> AccuracyShares:
    """Release the tables of *team_count* simulated teams and compare them with the true counts.

    The default terms are the production ones.
    """
    rng = random.Random(f"{size} {rate} {mix}")  # noqa: S311 - simulated teams
    terms = terms or terms_for_size(size)
    bands = named = right_count = 0
    for team in range(team_count):
        key = f"{size} {rate} {mix} {team}".encode()
        slips = generate_slips(size, terms.total.weeks, rate, mix, rng)
        bands += _band_is_right(slips, terms.total, key)
        if terms.breakdown.weeks != terms.total.weeks:
            slips = generate_slips(size, terms.breakdown.weeks, rate, mix, rng)
        is_named, is_right = _check_leader(slips, terms.breakdown, key)
        named += is_named
        right_count += is_right
    return AccuracyShares(
        bands / team_count, named / team_count, right_count / max(1, named), team_count
    )


def _band_is_right(slips: Slips, terms: CountingTerms, key: bytes) -> bool:
    counted = len(release_rule._cap_slips(slips, terms.cap, NoiseGenerator(key)))
    return release_rule.release_total(
        slips, terms, NoiseGenerator(key)
    ).band is release_rule._select_band(counted)


def _check_leader(slips: Slips, terms: CountingTerms, key: bytes) -> tuple[bool, bool]:
    """Return whether a leader was named, and whether rightly.

    The same key caps the same slips.
    """
    leader = release_rule.release_breakdown(slips, "form", terms, NoiseGenerator(key)).leader
    counted = Counter(
        code for _, code in release_rule._cap_slips(slips, terms.cap, NoiseGenerator(key))
    )
    return bool(leader), bool(leader) and counted[leader] == max(counted.values(), default=0)


def format_lines(team_count: int) -> Iterator[str]:
    """Yield the result lines: one for each size, rate and mix, and an average for each size."""
    yield "size  rate  mix      band right   s.e.  leader named  named rightly   s.e."
    for size in UNIT_SIZES:
        results = []
        for mix in FORM_MIXES:
            for rate in WEEKLY_RATES:
                results.append(measure_accuracy(size, rate, mix, team_count))
                yield f"{size:4}  {rate:4}  {mix:7}  {_format_row(results[-1])}"
        yield f"{size:4}   all           {_format_row(average_shares(results))}"


def average_shares(results: Sequence[AccuracyShares]) -> AccuracyShares:
    """Average the results; the share of right leaders is weighted by the named ones."""
    named = sum(result.named_share for result in results)
    rightly = sum(result.leader_share * result.named_share for result in results) / named
    return AccuracyShares(
        sum(result.band_share for result in results) / len(results),
        named / len(results),
        rightly,
        sum(result.team_count for result in results),
    )


def _format_row(shares: AccuracyShares) -> str:
    return (
        f"{shares.band_share:10.3f}  {shares.band_error:5.3f}  {shares.named_share:12.3f}  "
        f"{shares.leader_share:13.3f}  {shares.leader_error:5.3f}"
    )


if __name__ == "__main__":
    for line in format_lines(int(sys.argv[1]) if len(sys.argv) > 1 else 3000):
        print(line, flush=True)  # noqa: T201 - the output of the command
