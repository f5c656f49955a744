import json
import math
import random
from collections import Counter
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.catalogue import load_catalogue
from bot.domain.codebook import ANSWER_CODES
from bot.domain.counts import release_rule
from bot.domain.counts.noise import NoiseGenerator
from bot.domain.counts.release_rule import (
    BREAKDOWN,
    QUARTER_WEEKS,
    TOTAL,
    Band,
    BreakdownTable,
    CountingTerms,
    LostTable,
    Share,
    TotalTable,
    UnsealedTableError,
)
from tests.domain.counts.laplace import probability_of

WORDS = load_catalogue().get_pack("en")

NOISELESS_TERMS = CountingTerms(QUARTER_WEEKS, 4, Fraction(4000))
"""Terms under which the noise is practically always 0."""

keys = st.binary(min_size=1, max_size=8)
slip_lists = st.lists(
    st.tuples(st.sampled_from([b"marie", b"omar", b"ana"]), st.sampled_from(ANSWER_CODES["form"])),
    max_size=30,
)


def build_slips(**counts: int) -> list[tuple[bytes, str]]:
    """Return slips with the requested number of each form code, each of another person."""
    forms = [code for code, count in counts.items() for _ in range(count)]
    return [(f"person {number}".encode(), code) for number, code in enumerate(forms)]


@pytest.mark.parametrize(
    ("slip_count", "band"),
    [
        (0, "few"),
        (9, "few"),
        (10, "10"),
        (19, "10"),
        (20, "20"),
        (39, "20"),
        (40, "40"),
        (80, "80"),
    ],
)
def test_the_total_is_released_as_a_band(slip_count: int, band: str) -> None:
    """Each count is in one band, and an empty period has the band of a quiet one."""
    assert release_rule.release_total(
        build_slips(away=slip_count), NOISELESS_TERMS, NoiseGenerator(b"")
    ).band is Band(band)


@pytest.mark.parametrize("slip_count", [6, 9, 10, 13])
def test_the_total_has_the_noise_of_its_terms(slip_count: int) -> None:
    """A count near a band's edge is released in either band, at the theoretical rates."""
    quarter, least = release_rule.select_terms(TOTAL, 9), 10 - slip_count
    above = sum(probability_of(value, quarter.noise_scale) for value in range(least, 200))
    bands = [
        release_rule.release_total(
            build_slips(away=slip_count), quarter, NoiseGenerator(b"%d" % n)
        ).band
        for n in range(1500)
    ]

    assert 1 - bands.count(Band.FEW) / len(bands) == pytest.approx(above, abs=0.05)


def test_each_answer_has_independent_noise() -> None:
    """Each answer has independent noise, in an empty period too: any of them may lead."""
    quarter = release_rule.select_terms(BREAKDOWN, 9)
    leaders = Counter(
        release_rule.release_breakdown([], "form", quarter, NoiseGenerator(b"%d" % n)).leader
        for n in range(600)
    )

    assert set(leaders) == {"", *ANSWER_CODES["form"]}


@given(slips=slip_lists, key=keys)
def test_shares_without_a_leader_tell_nothing(slips: list[tuple[bytes, str]], key: bytes) -> None:
    """Without a leader all shares are equal, whatever was counted."""
    quarter = release_rule.select_terms(BREAKDOWN, 9)
    table = release_rule.release_breakdown(slips, "form", quarter, NoiseGenerator(key))

    assert table.leader or set(dict(table.shares).values()) == {Share.A_QUARTER}


@given(slips=slip_lists, key=keys)
def test_slips_are_capped_per_person(slips: list[tuple[bytes, str]], key: bytes) -> None:
    """Slips of one person are counted up to the cap, and never fewer."""
    counted = Counter(token for token, _ in release_rule._cap_slips(slips, 4, NoiseGenerator(key)))

    assert counted == {
        token: min(4, count) for token, count in Counter(t for t, _ in slips).items()
    }


def test_counted_slips_are_random() -> None:
    """The counted slips of a capped person are a uniform random selection."""
    slips = [(b"marie", "away")] * 6 + [(b"marie", "both")] * 6
    counts = Counter(
        code
        for n in range(500)
        for _, code in release_rule._cap_slips(slips, 4, NoiseGenerator(b"%d" % n))
    )

    assert abs(counts["away"] - 1000) < 100
    assert counts["away"] + counts["both"] == 2000


@given(slips=slip_lists, key=keys, order=st.randoms(use_true_random=False))
def test_a_table_is_independent_of_slip_order(
    slips: list[tuple[bytes, str]], key: bytes, order: random.Random
) -> None:
    """The same slips in any order give identical tables."""
    shuffled = sorted(slips, key=lambda _: order.random())
    quarter = release_rule.select_terms(TOTAL, 9)

    assert (
        release_rule.release_total(shuffled, quarter, NoiseGenerator(key)).json_body
        == release_rule.release_total(slips, quarter, NoiseGenerator(key)).json_body
    )
    assert (
        release_rule.release_breakdown(shuffled, "form", quarter, NoiseGenerator(key)).json_body
        == release_rule.release_breakdown(slips, "form", quarter, NoiseGenerator(key)).json_body
    )


@given(slips=slip_lists, key=keys, ledger=st.sampled_from([TOTAL, BREAKDOWN]))
def test_tables_round_trip(slips: list[tuple[bytes, str]], key: bytes, ledger: str) -> None:
    """A table survives serialization, in at most 400 characters and canonical JSON."""
    terms = release_rule.select_terms(ledger, 9)
    table: release_rule.ReleasedTable = release_rule.release_total(
        slips, terms, NoiseGenerator(key)
    )
    if ledger == BREAKDOWN:
        table = release_rule.release_breakdown(slips, "form", terms, NoiseGenerator(key))

    assert len(table.json_body) <= 400
    assert release_rule.parse_table(ledger, table.json_body) == table
    assert (
        json.dumps(json.loads(table.json_body), separators=(",", ":"), sort_keys=True)
        == table.json_body
    )


def test_a_clear_leader_is_named_with_coarse_shares() -> None:
    """A breakdown names the leading answer and has a coarse share for each answer."""
    table = release_rule.release_breakdown(
        build_slips(away=20, against=10, both=9), "form", NOISELESS_TERMS, NoiseGenerator(b"")
    )

    assert table.leader == "away"
    assert table.shares == (
        ("away", Share.HALF),
        ("against", Share.A_QUARTER),
        ("both", Share.A_QUARTER),
        ("unsure", Share.ALMOST_NONE),
    )


def test_a_leader_requires_a_clear_lead() -> None:
    """A leader requires a lead of three noise scales."""
    terms = CountingTerms(QUARTER_WEEKS, 4, Fraction(4, 5))
    leader_counts = {
        slip_count: sum(
            bool(
                release_rule.release_breakdown(
                    build_slips(away=slip_count), "form", terms, NoiseGenerator(b"%d" % n)
                ).leader
            )
            for n in range(60)
        )
        for slip_count in (0, 60)
    }

    assert leader_counts[0] <= 8
    assert leader_counts[60] >= 58


def test_an_empty_period_has_a_complete_table() -> None:
    """An empty period has no leader and equal shares."""
    table = release_rule.release_breakdown([], "status", NOISELESS_TERMS, NoiseGenerator(b""))

    assert table.leader == ""
    assert set(dict(table.shares).values()) == {Share.A_QUARTER}
    assert list(dict(table.shares)) == list(ANSWER_CODES["status"])


@pytest.mark.parametrize("ledger", [TOTAL, BREAKDOWN])
@pytest.mark.parametrize("size", [9, 30])
def test_band_odds_are_within_the_bound(ledger: str, size: int) -> None:
    """One slip, or all of one person's, shift the odds of a band within the bound.

    By enumeration of every count of a unit and every relevant noise value.
    """
    terms = release_rule.select_terms(ledger, size)
    max_count = size * terms.cap
    max_noise = max_count + int(40 * terms.noise_scale)
    noise = [
        (value, probability_of(value, terms.noise_scale))
        for value in range(-max_noise, max_noise + 1)
    ]

    def band_odds(count: int) -> dict[Band, float]:
        odds_by_band = dict.fromkeys(Band, 0.0)
        for value, probability in noise:
            odds_by_band[release_rule._select_band(count + value)] += probability
        return odds_by_band

    odds_by_count = [band_odds(count) for count in range(max_count + 1)]
    for count, difference in product(range(len(odds_by_count)), (1, terms.cap)):
        if count + difference < len(odds_by_count):
            for band in Band:
                shift = math.log(
                    odds_by_count[count][band] / odds_by_count[count + difference][band]
                )
                assert abs(shift) <= difference / terms.noise_scale + 1e-6


def test_tables_cannot_be_constructed_elsewhere() -> None:
    """A table constructed elsewhere is rejected, so that no raw count can be published."""
    with pytest.raises(UnsealedTableError):
        TotalTable(Band.FEW, object())
    with pytest.raises(UnsealedTableError):
        BreakdownTable("form", "away", (), None)


@pytest.mark.parametrize("ledger", [release_rule.TOTAL, release_rule.BREAKDOWN])
def test_lost_table_survives_storage(ledger: str) -> None:
    """The stored form of a lost table is parsed to the same table, whatever its ledger."""
    table = release_rule.release_lost_table(ledger)

    assert release_rule.parse_table(ledger, table.json_body) == table
    assert table.ledger == ledger


def test_lost_table_comes_from_the_rule_alone() -> None:
    """It cannot be constructed elsewhere, as no table can."""
    with pytest.raises(UnsealedTableError):
        LostTable(release_rule.TOTAL, object())
