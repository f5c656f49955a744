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
from bot.domain.counts import release_rule
from bot.domain.counts.noise import NoiseGenerator
from bot.domain.counts.release_rule import (
    ANSWER_CODES,
    BREAKDOWN,
    QUARTER_WEEKS,
    TOTAL,
    Band,
    BreakdownTable,
    CountingTerms,
    TotalTable,
    UnsealedTableError,
)
from bot.elements import Share
from tests.domain.counts import utility
from tests.domain.counts.laplace import probability_of

WORDS = load_catalogue().get_pack("en")

SILENT = CountingTerms(QUARTER_WEEKS, 4, Fraction(4000))
"""Terms under which the noise is 0 for all one can live to see."""

keys = st.binary(min_size=1, max_size=8)
filings = st.lists(
    st.tuples(st.sampled_from([b"marie", b"omar", b"ana"]), st.sampled_from(ANSWER_CODES["form"])),
    max_size=30,
)


def slips(**filed: int) -> list[tuple[bytes, str]]:
    """As many debriefs of each form as told, each by somebody else."""
    forms = [code for code, many in filed.items() for _ in range(many)]
    return [(f"person {number}".encode(), code) for number, code in enumerate(forms)]


@pytest.mark.parametrize(
    ("filed", "band"),
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
def test_the_total_is_told_as_a_band(filed: int, band: str) -> None:
    """Each count lies in one band, and an empty period is told like a quiet one."""
    assert release_rule.release_total(slips(away=filed), SILENT, NoiseGenerator(b"")).band is Band(
        band
    )


@pytest.mark.parametrize("filed", [6, 9, 10, 13])
def test_the_total_has_noise_as_its_terms_say(filed: int) -> None:
    """A count near a band's edge is told on either side of it, as often as theory says."""
    quarter, least = release_rule.select_terms(TOTAL, 9), 10 - filed
    above = sum(probability_of(value, quarter.noise_scale) for value in range(least, 200))
    told = [
        release_rule.release_total(slips(away=filed), quarter, NoiseGenerator(b"%d" % n)).band
        for n in range(1500)
    ]

    assert 1 - told.count(Band.FEW) / len(told) == pytest.approx(above, abs=0.05)


def test_each_answer_has_noise_of_its_own() -> None:
    """Even of a period in which nobody filed, tables differ in every answer's share."""
    quarter = release_rule.select_terms(BREAKDOWN, 9)
    tables = [
        release_rule.release_breakdown([], "form", quarter, NoiseGenerator(b"%d" % n))
        for n in range(300)
    ]
    shares = {
        code: Counter(dict(table.shares)[code] for table in tables) for code in ANSWER_CODES["form"]
    }

    assert all(len(found) == len(Share) for found in shares.values())


@given(filed=filings, key=keys)
def test_nobody_counts_for_more_than_the_cap(filed: list[tuple[bytes, str]], key: bytes) -> None:
    """However much one person files, at most the cap is counted, and never less than it."""
    counted = Counter(token for token, _ in release_rule._cap_slips(filed, 4, NoiseGenerator(key)))

    assert counted == {token: min(4, many) for token, many in Counter(t for t, _ in filed).items()}


def test_which_debriefs_count_is_left_to_the_dice() -> None:
    """Of somebody who filed six of one form and six of another, each form counts as often."""
    filed = [(b"marie", "away")] * 6 + [(b"marie", "both")] * 6
    found = Counter(
        code
        for n in range(500)
        for _, code in release_rule._cap_slips(filed, 4, NoiseGenerator(b"%d" % n))
    )

    assert abs(found["away"] - 1000) < 100
    assert found["away"] + found["both"] == 2000


@given(filed=filings, key=keys, order=st.randoms(use_true_random=False))
def test_a_table_does_not_depend_on_the_order_of_filing(
    filed: list[tuple[bytes, str]], key: bytes, order: random.Random
) -> None:
    """The same slips, stored in any order, give the same tables to the byte."""
    mixed = sorted(filed, key=lambda _: order.random())
    quarter = release_rule.select_terms(TOTAL, 9)

    assert (
        release_rule.release_total(mixed, quarter, NoiseGenerator(key)).json_body
        == release_rule.release_total(filed, quarter, NoiseGenerator(key)).json_body
    )
    assert (
        release_rule.release_breakdown(mixed, "form", quarter, NoiseGenerator(key)).json_body
        == release_rule.release_breakdown(filed, "form", quarter, NoiseGenerator(key)).json_body
    )


@given(filed=filings, key=keys, ledger=st.sampled_from([TOTAL, BREAKDOWN]))
def test_what_is_kept_is_read_back_as_it_was_said(
    filed: list[tuple[bytes, str]], key: bytes, ledger: str
) -> None:
    """A table survives its storage, in at most 400 characters and one spelling."""
    agreed = release_rule.select_terms(ledger, 9)
    table: release_rule.ReleasedTable = release_rule.release_total(
        filed, agreed, NoiseGenerator(key)
    )
    if ledger == BREAKDOWN:
        table = release_rule.release_breakdown(filed, "form", agreed, NoiseGenerator(key))

    assert len(table.json_body) <= 400
    assert release_rule.parse_table(ledger, table.json_body) == table
    assert (
        json.dumps(json.loads(table.json_body), separators=(",", ":"), sort_keys=True)
        == table.json_body
    )


def test_a_clear_leader_is_named_with_coarse_shares() -> None:
    """The leading answer, and for each answer a share out of five."""
    table = release_rule.release_breakdown(
        slips(away=20, against=10, both=9), "form", SILENT, NoiseGenerator(b"")
    )

    assert table.leader == "away"
    assert table.shares == (
        ("away", Share.HALF),
        ("against", Share.A_QUARTER),
        ("both", Share.A_QUARTER),
        ("unsure", Share.ALMOST_NONE),
    )


def test_no_leader_is_named_that_noise_could_have_made() -> None:
    """An answer has to be ahead of the next by three noise scales."""
    ahead = CountingTerms(QUARTER_WEEKS, 4, Fraction(4, 5))
    named = {
        many: sum(
            bool(
                release_rule.release_breakdown(
                    slips(away=many), "form", ahead, NoiseGenerator(b"%d" % n)
                ).leader
            )
            for n in range(60)
        )
        for many in (0, 60)
    }

    assert named[0] <= 8
    assert named[60] >= 58


def test_a_period_in_which_nobody_filed_is_told_in_the_same_form() -> None:
    """Nothing is blank: no clear leader, and shares as if the answers were alike."""
    table = release_rule.release_breakdown([], "status", SILENT, NoiseGenerator(b""))

    assert table.leader == ""
    assert set(dict(table.shares).values()) == {Share.A_QUARTER}
    assert list(dict(table.shares)) == list(ANSWER_CODES["status"])


@pytest.mark.parametrize("question", ANSWER_CODES)
def test_the_answers_counted_are_the_answers_offered(question: str) -> None:
    """The codes of each breakdown are those of the debrief, in the order they are asked."""
    assert ANSWER_CODES[question] == tuple(
        option.code for option in WORDS.questions[question].options
    )


@pytest.mark.parametrize("ledger", [TOTAL, BREAKDOWN])
@pytest.mark.parametrize("size", [9, 30])
def test_the_total_tells_of_a_person_what_its_terms_promise_and_no_more(
    ledger: str, size: int
) -> None:
    """One debrief, or all of one person's, shift the odds of a band by the bound at most.

    By enumeration over every count a unit can have and every noise that matters.
    """
    agreed = release_rule.select_terms(ledger, size)
    most = size * agreed.cap
    reach = most + int(40 * agreed.noise_scale)
    noise = [
        (value, probability_of(value, agreed.noise_scale)) for value in range(-reach, reach + 1)
    ]

    def odds(counted: int) -> dict[Band, float]:
        found = dict.fromkeys(Band, 0.0)
        for value, chance in noise:
            found[release_rule._select_band(counted + value)] += chance
        return found

    told = [odds(counted) for counted in range(most + 1)]
    for counted, more in product(range(len(told)), (1, agreed.cap)):
        if counted + more < len(told):
            for band in Band:
                shift = math.log(told[counted][band] / told[counted + more][band])
                assert abs(shift) <= more / agreed.noise_scale + 1e-6


def test_terms_depend_on_the_declared_size_alone() -> None:
    """Under twenty a period is thirteen weeks, from twenty on four."""
    assert [release_rule.select_terms(TOTAL, size).weeks for size in (5, 19, 20, 90)] == [
        13,
        13,
        4,
        4,
    ]
    assert [release_rule.select_terms(BREAKDOWN, size).weeks for size in (12, 19, 20)] == [
        13,
        13,
        4,
    ]
    assert release_rule.select_terms(TOTAL, 9).noise_scale == Fraction(5, 2)


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
def test_small_teams_are_counted_together(
    sizes: dict[str, int], expected: dict[str, tuple[str, ...]]
) -> None:
    """A team of five stands alone; smaller ones are pooled, or join the smallest that stands."""
    assert release_rule.pool_teams(sizes) == expected


@given(sizes=st.dictionaries(st.text("abcdef", min_size=1, max_size=1), st.integers(0, 12)))
def test_no_unit_is_too_small_and_no_team_is_in_two(sizes: dict[str, int]) -> None:
    """Every unit holds at least five, and no two of them share a team."""
    found = release_rule.pool_teams(sizes)

    assert all(sum(sizes[team] for team in unit) >= 5 for unit in found.values())
    assert all(team in unit for team, unit in found.items())
    members = Counter(team for unit in set(found.values()) for team in unit)
    assert set(members.values()) <= {1}
    assert {team for team, size in sizes.items() if size >= 5} <= set(found)


def test_only_the_release_rule_makes_a_table() -> None:
    """A table made elsewhere is refused, so that no raw count can be said or drawn."""
    with pytest.raises(UnsealedTableError):
        TotalTable(Band.FEW, object())
    with pytest.raises(UnsealedTableError):
        BreakdownTable("form", "away", (), None)


@pytest.mark.parametrize("band", Band)
def test_every_band_has_its_sentence(band: Band) -> None:
    """A total is one sentence, whatever it is; the least says that there may be none."""
    (said,) = release_rule.render_sentences(TotalTable(band, release_rule._SEAL), WORDS)

    assert said.endswith(".")
    assert ("perhaps none" in said) is (band is Band.FEW)


@pytest.mark.parametrize("question", ANSWER_CODES)
def test_every_answer_can_lead_and_none_can(question: str) -> None:
    """Each leading answer is named in the words it was chosen by; without one, that is said."""
    said = set()
    for leader in ("", *ANSWER_CODES[question]):
        table = BreakdownTable(question, leader, (), release_rule._SEAL)
        (sentence,) = release_rule.render_sentences(table, WORDS)
        said.add(sentence)
        assert not leader or WORDS.questions[question].get_option(leader).label in sentence

    assert len(said) == len(ANSWER_CODES[question]) + 1


def test_a_chart_says_in_words_what_it_draws() -> None:
    """A bar for each answer, a line for each bar, and that the shares are coarse on purpose."""
    table = release_rule.release_breakdown(slips(away=9), "form", SILENT, NoiseGenerator(b""))
    chart = release_rule.build_chart(table, WORDS)

    assert [bar.share for bar in chart.bars] == [share for _, share in table.shares]
    assert chart.text_equivalent.splitlines()[0] == (
        "Moved away: quiet, distant, compliant, off topic: almost all"
    )
    assert len(chart.text_equivalent.splitlines()) == len(chart.bars) + 1
    assert not any(sign.isdigit() for sign in chart.text_equivalent)


@pytest.mark.parametrize("size", utility.UNIT_SIZES)
def test_tables_are_right_often_enough_to_be_worth_reading(size: int) -> None:
    """In three periods of four the band holds what was counted, and named leaders lead."""
    told = [
        utility.measure_accuracy(size, rate, mix, 100)
        for rate in utility.WEEKLY_RATES
        for mix in utility.FORM_MIXES
    ]
    right = utility.average_shares(told)

    assert right.band_share >= 0.75
    assert right.leader_share >= 0.8
