"""Exact probabilities of the tables of the earlier release rule, which published all shares.

Before, a leader needed a lead of three noise scales, and the shares of all answers were published
without a leader too. The attacks of ``python -m tests.attacks.before_after`` play against it.
"""

from collections import defaultdict
from fractions import Fraction
from typing import cast

from bot.domain.counts.release_rule import Share
from tests.attacks import odds
from tests.attacks.odds import FormCounts, Probabilities

EARLIER_LEAD_SCALES = Fraction(3)

MAX_NOISE_SCALES = 20
"""Sums this many noise scales above the counted ones are left out."""

_SHARE_COUNT = len(Share)


def table_probabilities(
    form_counts: FormCounts, noise_scale: Fraction, min_probability: float
) -> Probabilities:
    """Return the probability of each (leader's index or -1, shares) of four answers.

    Tables without a leader are all tables of these shares without those of a leader.
    """
    led = odds.table_probabilities(form_counts, noise_scale, min_probability, EARLIER_LEAD_SCALES)
    probabilities: Probabilities = {}
    remaining = defaultdict(float, share_probabilities(form_counts, noise_scale))
    for table, probability in led.items():
        leader, shares = cast("tuple[int, tuple[int, ...]]", table)
        if leader >= 0:
            probabilities[table] = probability
            remaining[shares] -= probability
    total = sum(probabilities.values()) + sum(max(0.0, share) for share in remaining.values())
    unled: Probabilities = {(-1, row): share for row, share in remaining.items() if share > 0}
    return {table: share / total for table, share in {**probabilities, **unled}.items()}


def share_probabilities(
    form_counts: FormCounts, noise_scale: Fraction
) -> dict[tuple[int, ...], float]:
    """Return the probability of the shares of four answers, whichever leads.

    For each sum of the published counts the first two answers and the last two are enumerated.
    """
    values = [odds.list_published(count, noise_scale) for count in form_counts]
    probabilities: defaultdict[tuple[int, ...], float] = defaultdict(float)
    for total in range(sum(form_counts) + int(MAX_NOISE_SCALES * noise_scale)):
        first_pairs = _sum_pairs(values[0], values[1], total)
        last_pairs = _sum_pairs(values[2], values[3], total)
        for first, first_sums in first_pairs.items():
            for last, last_sums in last_pairs.items():
                joint = sum(
                    probability * last_sums.get(total - part, 0.0)
                    for part, probability in first_sums.items()
                )
                if joint:
                    shares = (*divmod(first, _SHARE_COUNT), *divmod(last, _SHARE_COUNT))
                    probabilities[shares] += joint
    return dict(probabilities)


def _sum_pairs(
    first: list[float], second: list[float], total: int
) -> dict[int, defaultdict[int, float]]:
    """Return, by the coarse shares of two answers out of *total*, the distribution of their sum."""
    row = odds.share_row(total)
    sums: dict[int, defaultdict[int, float]] = {}
    for value, probability in enumerate(first[: total + 1]):
        code = row[value] * _SHARE_COUNT
        for other, other_probability in enumerate(second[: total - value + 1]):
            pair = sums.setdefault(code + row[other], defaultdict(float))
            pair[value + other] += probability * other_probability
    return sums
