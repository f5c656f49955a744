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
from bot.domain.counts.noise import NoiseGenerator
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL, CountingTerms

UNIT_SIZES = (9, 15, 30)
WEEKLY_RATES = (0.9, 0.5, 0.25, 0.12)
"""Debriefs a clinician and week."""

FORM_MIXES = {"usual": (50, 30, 10, 10), "flatter": (35, 30, 20, 15)}
"""How often each form is chosen, in percent."""

Slips = list[tuple[bytes, str]]


@dataclass(frozen=True)
class LedgerTerms:
    """The terms of a unit's two ledgers."""

    total: CountingTerms
    breakdown: CountingTerms


def terms_for_size(size: int) -> LedgerTerms:
    """The terms on which the bot counts a unit of that size."""
    return LedgerTerms(
        release_rule.select_terms(TOTAL, size), release_rule.select_terms(BREAKDOWN, size)
    )


@dataclass(frozen=True)
class AccuracyShares:
    """Shares of the made-up teams: with the band right, with a leader named, and of those right."""

    band_share: float
    named_share: float
    leader_share: float


def generate_slips(size: int, rate: float, mix: str, rng: random.Random) -> Slips:
    """What one made-up team files in one period."""
    weeks = release_rule.select_terms(TOTAL, size).weeks
    slips: Slips = []
    for person in range(size):
        mine = 0.0 if rng.random() < 0.1 else rng.gammavariate(1.2, rate / 1.2)
        many = sum(1 for _ in _arrival_times(mine * weeks, rng))
        forms = rng.choices(release_rule.ANSWER_CODES["form"], FORM_MIXES[mix], k=many)
        slips += [(bytes([person]), form) for form in forms]
    return slips


def _arrival_times(expected: float, rng: random.Random) -> Iterator[float]:
    at = rng.expovariate(1.0)
    while at < expected:
        yield at
        at += rng.expovariate(1.0)


def measure_accuracy(
    size: int, rate: float, mix: str, team_count: int, terms: LedgerTerms | None = None
) -> AccuracyShares:
    """Publish the tables of *teams* made-up teams, and compare them with what was counted.

    Counted *on* the bot's own terms unless told others.
    """
    chance = random.Random(f"{size} {rate} {mix}")  # noqa: S311 - made-up teams
    terms = terms or terms_for_size(size)
    bands = named = leaders = 0
    for team in range(team_count):
        slips = generate_slips(size, rate, mix, chance)
        key = f"{size} {rate} {mix} {team}".encode()
        bands += _band_is_right(slips, terms.total, key)
        leader, right = _check_leader(slips, terms.breakdown, key)
        named += leader
        leaders += right
    return AccuracyShares(bands / team_count, named / team_count, leaders / max(1, named))


def _band_is_right(slips: Slips, terms: CountingTerms, key: bytes) -> bool:
    counted = len(release_rule._cap_slips(slips, terms.cap, NoiseGenerator(key)))
    return release_rule.release_total(
        slips, terms, NoiseGenerator(key)
    ).band is release_rule._select_band(counted)


def _check_leader(slips: Slips, terms: CountingTerms, key: bytes) -> tuple[bool, bool]:
    """Whether a leader was named, and whether rightly; the same dice cap the same slips."""
    leader = release_rule.release_breakdown(slips, "form", terms, NoiseGenerator(key)).leader
    counted = Counter(
        code for _, code in release_rule._cap_slips(slips, terms.cap, NoiseGenerator(key))
    )
    return bool(leader), bool(leader) and counted[leader] == max(counted.values(), default=0)


def format_lines(team_count: int) -> Iterator[str]:
    """The figures, one line for each size, rate and mix, and each size's own."""
    yield "size  rate  mix      band right  leader named  named rightly"
    for size in UNIT_SIZES:
        told = []
        for mix in FORM_MIXES:
            for rate in WEEKLY_RATES:
                told.append(measure_accuracy(size, rate, mix, team_count))
                yield f"{size:4}  {rate:4}  {mix:7}  {_format_row(told[-1])}"
        yield f"{size:4}   all           {_format_row(average_shares(told))}"


def average_shares(results: Sequence[AccuracyShares]) -> AccuracyShares:
    """The same over all of them; of leaders, among those named."""
    named = sum(one.named_share for one in results)
    rightly = sum(one.leader_share * one.named_share for one in results) / named
    return AccuracyShares(
        sum(one.band_share for one in results) / len(results), named / len(results), rightly
    )


def _format_row(shares: AccuracyShares) -> str:
    return f"{shares.band_share:10.2f}  {shares.named_share:12.2f}  {shares.leader_share:13.2f}"


if __name__ == "__main__":
    for line in format_lines(int(sys.argv[1]) if len(sys.argv) > 1 else 1000):
        print(line, flush=True)  # noqa: T201 - what it was asked for
