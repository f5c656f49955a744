"""The mechanisms of the frontier: their exact tables, their accuracy, and the chosen line."""

import math
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from typing import cast

import pytest

from bot.domain.codebook import ANSWER_CODES
from bot.domain.counts import release_rule
from bot.domain.counts.noise import NoiseGenerator, sample_laplace
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL
from tests.attacks import accuracy, earlier_odds, frontier, odds
from tests.attacks.mechanisms import Mechanism, Team, generate_periods
from tests.domain.counts import utility
from tests.domain.counts.utility import terms_for_size

PRESENT = Mechanism(terms_for_size(9))
CELLS = (6, 3, 1, 0)
SCALE = Fraction(3)


@pytest.mark.parametrize("size", utility.UNIT_SIZES)
def test_exactly_one_line_of_the_frontier_is_the_bots_own(size: int) -> None:
    """The starred line has the terms of the code; every other line differs from it."""
    choices = frontier.list_choices(size)
    own = [choice.name for choice in choices if choice.mechanism == Mechanism(terms_for_size(size))]

    assert own == ["present"]
    assert len({choice.mechanism for choice in choices}) == len(choices)


def test_faster_accuracy_is_that_of_the_release_rule() -> None:
    """Bands and leaders are as often right as by the release rule, within six standard errors."""
    team_count = 300
    by_rule = utility.average_shares(
        [
            utility.measure_accuracy(9, rate, mix, team_count)
            for rate in utility.WEEKLY_RATES
            for mix in utility.FORM_MIXES
        ]
    )
    faster = accuracy.measure_accuracy(9, PRESENT, team_count)

    assert faster.band_share == pytest.approx(by_rule.band_share, abs=6 * by_rule.band_error)
    assert faster.leader_share == pytest.approx(by_rule.leader_share, abs=6 * by_rule.leader_error)
    assert faster.named_share == pytest.approx(by_rule.named_share, abs=0.03)


def publish_by_earlier_rule(key: bytes) -> object:
    """Return what the earlier rule published of the cells: a lead of three scales, all shares."""
    generator = NoiseGenerator(key)
    noisy = {
        code: count + sample_laplace(generator, SCALE)
        for code, count in zip(ANSWER_CODES["form"], CELLS, strict=True)
    }
    second, first = sorted(noisy.values())[-2:]
    leads = first - second >= earlier_odds.EARLIER_LEAD_SCALES * SCALE
    shares = tuple(odds.SHARES.index(share) for _, share in release_rule._coarse_shares(noisy))
    return (list(noisy.values()).index(first) if leads else -1), shares


def test_tables_of_the_earlier_rule_are_enumerated_exactly() -> None:
    """Three thousand tables fit the enumeration (chi-square, 99.9 %)."""
    draws = 3000
    probabilities = earlier_odds.table_probabilities(CELLS, SCALE, 1e-8)
    observed = Counter(publish_by_earlier_rule(f"{number}".encode()) for number in range(draws))
    expected = {table: draws * p for table, p in probabilities.items() if draws * p >= 5}
    misfit = sum((observed[table] - count) ** 2 / count for table, count in expected.items())
    freedom = len(expected) - 1

    assert sum(probabilities.values()) == pytest.approx(1)
    assert misfit < freedom + 3.1 * math.sqrt(2 * freedom) + 4


def test_one_draw_leads_as_often_as_two() -> None:
    """The leader of a table that yields the total as well is named as often as without it."""
    joint = replace(PRESENT, is_one_draw=True).find_probabilities(BREAKDOWN, CELLS)
    by_leader: dict[object, float] = {}
    for table, probability in joint.items():
        leader, _band = cast("tuple[int, object]", table)
        by_leader[leader] = by_leader.get(leader, 0.0) + probability
    alone = odds.leader_probabilities(CELLS, PRESENT.terms.breakdown.noise_scale)

    assert by_leader == pytest.approx(alone, abs=1e-3)


def test_person_who_is_not_included_leaves_no_trace() -> None:
    """With random inclusion the habit shifts a table as often as its person is counted."""
    included = PRESENT.find_pair(TOTAL, (9,), 0, 2)
    half = replace(PRESENT, inclusion=Fraction(1, 2))
    without, mixed = half.find_pair(TOTAL, (9,), 0, 2)

    assert PRESENT.find_pair(TOTAL, (9,), 0, 0)[1] == included[0]
    for band, probability in half.find_probabilities(TOTAL, (11,)).items():
        assert mixed[band] == pytest.approx((without[band] + probability) / 2)


def test_yearly_cap_counts_no_more_in_a_year() -> None:
    """Nobody counts for more than the cap of the year, and later periods count what is left."""
    capped = replace(PRESENT, yearly_caps=(4, 6))

    assert capped.cap_counts(TOTAL, [1, 3, 3, 3]) == [1, 2, 1, 0]
    assert PRESENT.cap_counts(TOTAL, [1, 3, 3, 3]) == [1, 2, 2, 2]
    totals = generate_periods(capped, TOTAL, Team(9, 0.9, "usual"), 4)
    assert sum(sum(cells) for cells in totals) <= 8 * 4
