"""Which teams are counted together, and on which terms."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.catalogue import load_catalogue
from bot.domain.counts import release_rule
from bot.domain.counts.release_rule import (
    BREAKDOWN,
    TOTAL,
)
from tests.domain.counts import utility

WORDS = load_catalogue().get_pack("en")


def test_terms_depend_on_the_declared_size() -> None:
    """From twenty clinicians on a total is of four weeks; every other table is of a quarter."""
    assert [release_rule.select_terms(TOTAL, size).weeks for size in (5, 19, 20, 90)] == [
        13,
        13,
        4,
        4,
    ]
    assert [release_rule.select_terms(BREAKDOWN, size).weeks for size in (12, 19, 20)] == [
        13,
        13,
        13,
    ]
    assert release_rule.select_terms(TOTAL, 9).noise_scale == Fraction(5, 2)


def test_terms_of_every_release_are_found() -> None:
    """Weeks and cap of a published table tell its terms: no two releases share them otherwise."""
    current = [
        (ledger, release_rule.select_terms(ledger, size))
        for ledger in (TOTAL, BREAKDOWN)
        for size in (9, 30)
    ]
    for ledger, terms in (*release_rule.EARLIER_TERMS, *current):
        assert release_rule.find_terms(ledger, terms.weeks, terms.cap) == terms
    assert release_rule.find_terms(TOTAL, 4, 2) is None


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({"a": 5}, {"a": ("a",)}),
        ({"a": 4}, {}),
        ({}, {}),
        ({"a": 4, "b": 1}, {"a": ("a", "b"), "b": ("a", "b")}),
        ({"a": 2, "b": 2}, {}),
        ({"a": 2, "b": 9, "c": 6}, {"a": ("a", "c"), "c": ("a", "c"), "b": ("b",)}),
        ({"a": 3, "b": 3, "c": 9}, {"a": ("a", "b"), "b": ("a", "b"), "c": ("c",)}),
    ],
)
def test_small_teams_are_pooled(
    sizes: dict[str, int], expected: dict[str, tuple[str, ...]]
) -> None:
    """A team of five is its own unit; smaller ones are pooled, or join the smallest unit."""
    assert release_rule.pool_teams(sizes) == expected


@given(sizes=st.dictionaries(st.text("abcdef", min_size=1, max_size=1), st.integers(0, 12)))
def test_units_are_disjoint_and_large_enough(sizes: dict[str, int]) -> None:
    """Every unit has at least five clinicians, and no two units share a team."""
    units = release_rule.pool_teams(sizes)

    assert all(sum(sizes[team] for team in unit) >= 5 for unit in units.values())
    assert all(team in unit for team, unit in units.items())
    members = Counter(team for unit in set(units.values()) for team in unit)
    assert set(members.values()) <= {1}
    assert {team for team, size in sizes.items() if size >= 5} <= set(units)


@pytest.mark.no_cover
@pytest.mark.parametrize("size", utility.UNIT_SIZES)
def test_tables_are_accurate_enough(size: int) -> None:
    """Bands are right in 75 % of periods, and named leaders in 80 %."""
    results = [
        utility.measure_accuracy(size, rate, mix, 100)
        for rate in utility.WEEKLY_RATES
        for mix in utility.FORM_MIXES
    ]
    average = utility.average_shares(results)

    assert average.band_share >= 0.75
    assert average.leader_share >= 0.8
