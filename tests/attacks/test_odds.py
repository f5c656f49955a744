import math
from collections import Counter
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest

from bot.domain.counts import release_rule
from bot.domain.counts.noise import NoiseGenerator
from bot.domain.counts.release_rule import ANSWER_CODES, BREAKDOWN, TOTAL
from tests.attacks import odds

COUNTED = ((0, 0, 0, 0), (2, 2, 1, 1), (6, 3, 1, 0))
FORMS = ANSWER_CODES["form"]
LEDGERS = (TOTAL, BREAKDOWN)


def told(counted: tuple[int, ...], key: bytes) -> object:
    """What the release rule publishes of these counts, as an attacker notes it."""
    slips = [
        (f"{form} {number}".encode(), form)
        for form, many in zip(FORMS, counted, strict=True)
        for number in range(many)
    ]
    return odds.describe_table(
        release_rule.release_breakdown(
            slips, "form", release_rule.select_terms(BREAKDOWN, 9), NoiseGenerator(key)
        )
    )


@pytest.mark.parametrize("counted", COUNTED, ids=str)
def test_the_enumeration_is_what_the_release_rule_does(counted: tuple[int, ...]) -> None:
    """Three thousand published breakdowns fit the enumerated chances (chi-square, 99.9 %)."""
    draws = 3000
    chances = odds.table_probabilities(counted, release_rule.select_terms(BREAKDOWN, 9).noise_scale)
    seen = Counter(told(counted, f"{counted} {number}".encode()) for number in range(draws))
    expected = {table: draws * p for table, p in chances.items() if draws * p >= 5}
    misfit = sum((seen[table] - many) ** 2 / many for table, many in expected.items())
    freedom = len(expected) - 1

    assert sum(chances.values()) == pytest.approx(1, abs=0.005)
    assert set(seen) <= set(chances)
    assert misfit < freedom + 3.1 * math.sqrt(2 * freedom) + 4


MOVES = (
    ((1, 0, 0, 0), 1),
    ((0, 0, 0, 1), 1),
    ((2, 0, 2, 0), 4),
    ((4, 0, 0, 0), 4),
    ((-1, 0, 0, 1), 2),
)
"""What one person may change about the counts, and how many steps of the noise that is."""


@pytest.mark.parametrize(
    ("scale", "unlikely"), [(Fraction(1), 1e-13), (Fraction(3), 1e-9)], ids=str
)
def test_one_person_shifts_the_odds_of_a_breakdown_by_the_bound_at_most(
    scale: Fraction, unlikely: float
) -> None:
    """One debrief by exp(1 / scale), another answer by its square, all four by exp(epsilon).

    By enumerating the leader and the shares together. The ways left out are too unlikely
    to matter for the tables that are looked at.
    """
    counted = (3, 1, 0, 0)
    base = odds.table_probabilities(counted, scale, unlikely)
    likely = [table for table, chance in base.items() if chance > 1e-3]
    assert sum(base[table] for table in likely) > 0.95
    for change, steps in MOVES:
        moved = tuple(many + new for many, new in zip(counted, change, strict=True))
        other = odds.table_probabilities(moved, scale, unlikely)
        shifts = [abs(math.log(base[table] / other[table])) for table in likely]

        assert max(shifts) <= float(steps / scale) + 0.01
        assert max(shifts) >= float(steps / scale) / 4, (
            "a bound that nothing comes near is no claim"
        )


def year(ledger: str, size: int) -> tuple[Fraction, int]:
    """What one person's part may shift the log odds by in a year, and in how many tables."""
    agreed = release_rule.select_terms(ledger, size)
    tables = 52 // agreed.weeks
    return tables * agreed.epsilon, tables


def test_what_a_year_may_tell_of_a_person_is_what_the_documents_say() -> None:
    """Cap, epsilon and their sum over a year stand in the document as they stand in the code."""
    said = Path("docs/anonymity.md").read_text(encoding="utf-8")
    for ledger, size in product((TOTAL, BREAKDOWN), (9, 30)):
        agreed, (spent, tables) = release_rule.select_terms(ledger, size), year(ledger, size)
        span = f"{ledger} | {agreed.weeks} weeks | {agreed.cap} | {agreed.epsilon}"

        assert agreed.cap / agreed.noise_scale == agreed.epsilon
        assert agreed.weeks * tables == 52
        assert f"| {span} | {tables} | {float(spent):.1f} |" in said


def test_the_sums_of_a_year_are_what_the_documents_say() -> None:
    """A small team, a large one, a small one in a large practice; and one debrief a period."""
    said = Path("docs/anonymity.md").read_text(encoding="utf-8")
    spent = {(ledger, size): year(ledger, size)[0] for ledger in LEDGERS for size in (9, 30)}
    small, large = (sum(spent[ledger, size] for ledger in LEDGERS) for size in (9, 30))
    mixed = spent[TOTAL, 9] + spent[BREAKDOWN, 30]
    once, often = (
        sum(
            year(ledger, size)[0] / release_rule.select_terms(ledger, size).cap
            for ledger in LEDGERS
        )
        for size in (9, 30)
    )

    assert f"{float(small):.1f} in a small team, {float(large):.1f} in a large one" in said
    assert f"{float(mixed):.1f} where a small team belongs to a practice of 20 or more" in said
    assert f"{float(once):.1f} in a small team and {float(often):.1f} in a large one" in said
