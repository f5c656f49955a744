import math
from collections import Counter
from fractions import Fraction

import pytest

from bot.practice import counts
from bot.practice.counts import BREAKDOWN, CODES, TOTAL
from bot.practice.noise import Dice
from tests.attacks import odds
from tests.attacks.odds import SHARES

COUNTED = ((0, 0, 0, 0), (2, 2, 1, 1), (6, 3, 1, 0))
FORMS = CODES["form"]


def told(counted: tuple[int, ...], key: bytes) -> object:
    """What the release rule publishes of these counts, as an attacker notes it."""
    slips = [
        (f"{form} {number}".encode(), form)
        for form, many in zip(FORMS, counted, strict=True)
        for number in range(many)
    ]
    table = counts.breakdown(slips, "form", counts.terms(BREAKDOWN, 9), Dice(key))
    leader = FORMS.index(table.leader) if table.leader else -1
    return leader, tuple(SHARES.index(share) for _, share in table.shares)


@pytest.mark.parametrize("counted", COUNTED, ids=str)
def test_the_enumeration_is_what_the_release_rule_does(counted: tuple[int, ...]) -> None:
    """Three thousand published breakdowns fit the enumerated chances (chi-square, 99.9 %)."""
    draws = 3000
    chances = odds.tables(counted, counts.terms(BREAKDOWN, 9).scale)
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
    base = odds.tables(counted, scale, unlikely)
    likely = [table for table, chance in base.items() if chance > 1e-3]
    assert sum(base[table] for table in likely) > 0.95
    for change, steps in MOVES:
        moved = tuple(many + new for many, new in zip(counted, change, strict=True))
        other = odds.tables(moved, scale, unlikely)
        shifts = [abs(math.log(base[table] / other[table])) for table in likely]

        assert max(shifts) <= float(steps / scale) + 0.01
        assert max(shifts) >= float(steps / scale) / 4, (
            "a bound that nothing comes near is no claim"
        )


@pytest.mark.parametrize("size", [9, 30])
def test_what_a_year_may_tell_of_a_person_is_what_the_documents_say(size: int) -> None:
    """Per table the odds of one debrief move by exp(1 / scale), of the cap by exp(epsilon)."""
    for ledger in (TOTAL, BREAKDOWN):
        agreed = counts.terms(ledger, size)

        assert agreed.cap / agreed.scale == agreed.epsilon
        assert agreed.weeks * (52 // agreed.weeks) == 52
