import math
from collections import Counter
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest

from bot.domain.codebook import ANSWER_CODES
from bot.domain.counts import release_rule
from bot.domain.counts.noise import NoiseGenerator
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL
from tests.attacks import odds

FORM_COUNTS = ((0, 0, 0, 0), (2, 2, 1, 1), (6, 3, 1, 0))
FORMS = ANSWER_CODES["form"]
LEDGERS = (TOTAL, BREAKDOWN)


def publish_breakdown(form_counts: tuple[int, ...], key: bytes) -> object:
    """Return what the release rule publishes of these counts, as an attacker notes it."""
    slips = [
        (f"{form} {number}".encode(), form)
        for form, count in zip(FORMS, form_counts, strict=True)
        for number in range(count)
    ]
    return odds.describe_table(
        release_rule.release_breakdown(
            slips, "form", release_rule.select_terms(BREAKDOWN, 9), NoiseGenerator(key)
        )
    )


@pytest.mark.parametrize("form_counts", FORM_COUNTS, ids=str)
def test_enumeration_matches_the_release_rule(form_counts: tuple[int, ...]) -> None:
    """Three thousand published breakdowns fit the enumeration (chi-square, 99.9 %)."""
    draws = 3000
    probabilities = odds.table_probabilities(
        form_counts, release_rule.select_terms(BREAKDOWN, 9).noise_scale
    )
    observed = Counter(
        publish_breakdown(form_counts, f"{form_counts} {number}".encode())
        for number in range(draws)
    )
    expected = {table: draws * p for table, p in probabilities.items() if draws * p >= 5}
    misfit = sum((observed[table] - count) ** 2 / count for table, count in expected.items())
    freedom = len(expected) - 1

    assert sum(probabilities.values()) == pytest.approx(1, abs=0.005)
    assert set(observed) <= set(probabilities)
    assert misfit < freedom + 3.1 * math.sqrt(2 * freedom) + 4


MOVES = (
    ((1, 0, 0, 0), 1),
    ((0, 0, 0, 1), 1),
    ((2, 0, 2, 0), 4),
    ((4, 0, 0, 0), 4),
    ((-1, 0, 0, 1), 2),
)
"""Changes that one person can cause in the counts, and the noise steps each amounts to."""


@pytest.mark.parametrize(
    ("scale", "min_probability"), [(Fraction(1), 1e-13), (Fraction(3), 1e-9)], ids=str
)
def test_one_person_shifts_the_log_odds_by_the_bound_at_most(
    scale: Fraction, min_probability: float
) -> None:
    """One debrief shifts the odds by exp(1 / scale), another answer by its square.

    All four debriefs shift them by exp(epsilon). Leader and shares are enumerated together. The
    noise combinations left out are too unlikely to matter for the tables that are compared.
    """
    form_counts = (3, 1, 0, 0)
    base = odds.table_probabilities(form_counts, scale, min_probability)
    likely = [table for table, probability in base.items() if probability > 1e-3]
    assert sum(base[table] for table in likely) > 0.95
    for change, steps in MOVES:
        changed_counts = tuple(
            count + added for count, added in zip(form_counts, change, strict=True)
        )
        changed = odds.table_probabilities(changed_counts, scale, min_probability)
        shifts = [abs(math.log(base[table] / changed[table])) for table in likely]

        assert max(shifts) <= float(steps / scale) + 0.01
        assert max(shifts) >= float(steps / scale) / 4, (
            "a bound far above every shift proves nothing"
        )


def yearly_epsilon(ledger: str, size: int) -> tuple[Fraction, int]:
    """Return one person's epsilon over a year, and the number of tables in a year."""
    terms = release_rule.select_terms(ledger, size)
    tables = 52 // terms.weeks
    return tables * terms.epsilon, tables


def test_yearly_epsilon_matches_the_document() -> None:
    """Cap, epsilon and their sum over a year are the same in the document and in the code."""
    document = Path("docs/anonymity.md").read_text(encoding="utf-8")
    for ledger, size in product((TOTAL, BREAKDOWN), (9, 30)):
        terms, (spent, tables) = (
            release_rule.select_terms(ledger, size),
            yearly_epsilon(ledger, size),
        )
        span = f"{ledger} | {terms.weeks} weeks | {terms.cap} | {terms.epsilon}"

        assert terms.cap / terms.noise_scale == terms.epsilon
        assert terms.weeks * tables == 52
        assert f"| {span} | {tables} | {float(spent):.1f} |" in document


def test_yearly_sums_match_the_document() -> None:
    """The sums of small, large and mixed teams, and of one debrief a period, are the same."""
    document = Path("docs/anonymity.md").read_text(encoding="utf-8")
    spent = {
        (ledger, size): yearly_epsilon(ledger, size)[0] for ledger in LEDGERS for size in (9, 30)
    }
    small, large = (sum(spent[ledger, size] for ledger in LEDGERS) for size in (9, 30))
    mixed = spent[TOTAL, 9] + spent[BREAKDOWN, 30]
    once, often = (
        sum(
            yearly_epsilon(ledger, size)[0] / release_rule.select_terms(ledger, size).cap
            for ledger in LEDGERS
        )
        for size in (9, 30)
    )

    assert f"{float(small):.1f} in a small team, {float(large):.1f} in a large one" in document
    assert f"{float(mixed):.1f} where a small team belongs to a practice of 20 or more" in document
    assert f"{float(once):.1f} in a small team and {float(often):.1f} in a large one" in document
