import math
from collections import Counter, defaultdict
from collections.abc import Callable
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.counts.noise import NoiseGenerator, _sample_bernoulli_exp, sample_laplace
from tests.domain.counts.laplace import probability_of

SCALES = [Fraction(3), Fraction(9, 2), Fraction(5), Fraction(2, 3)]


class ForkError(Exception):
    """The sampler asked for chance that has not been decided: each branch, with its chance."""


class Decided(NoiseGenerator):
    """Dice that fall as they are told, so that every way the sampler can go can be walked."""

    def __init__(self, falls: tuple[int, ...]) -> None:
        """Fall as *falls* say, then stop."""
        super().__init__(b"")
        self._falls = iter(falls)

    def draw_below(self, limit: int) -> int:
        """Fall as told, or say that there are *limit* ways alike."""
        return self._fall([1 / limit] * limit)

    def draw_bernoulli(self, probability: Fraction) -> bool:
        """Fall as told, or say that there are two ways."""
        return self._fall([float(1 - probability), float(probability)]) == 1

    def _fall(self, chances: list[float]) -> int:
        fall = next(self._falls, None)
        if fall is None:
            raise ForkError(chances)
        return fall


def walked(sampler: Callable[[NoiseGenerator], int], least: float) -> dict[int, float]:
    """The chance of each outcome, over every way more likely than *least*."""
    found: defaultdict[int, float] = defaultdict(float)
    ways: list[tuple[tuple[int, ...], float]] = [((), 1.0)]
    while ways:
        falls, chance = ways.pop()
        try:
            found[sampler(Decided(falls))] += chance
        except ForkError as fork:
            branches = enumerate(fork.args[0])
            ways += [((*falls, way), chance * p) for way, p in branches if chance * p > least]
    return dict(found)


@pytest.mark.parametrize(
    "gamma", [Fraction(0), Fraction(1, 3), Fraction(2, 3), Fraction(1)], ids=str
)
def test_a_chance_of_e_to_the_minus_gamma_is_exact(gamma: Fraction) -> None:
    """Walking every branch of its coin tosses gives exp(-gamma), with whole numbers alone."""
    found = walked(lambda dice: _sample_bernoulli_exp(dice, gamma), least=1e-12)

    assert found[True] == pytest.approx(math.exp(-gamma), abs=1e-9)


@pytest.mark.parametrize(("scale", "least"), [(Fraction(3), 4e-6), (Fraction(1), 1e-5)], ids=str)
def test_the_noise_has_exactly_the_chances_that_theory_says(scale: Fraction, least: float) -> None:
    """Walking every likely branch of the sampler gives the discrete Laplace distribution."""
    found = walked(lambda dice: sample_laplace(dice, scale), least)
    walked_past = 1 - sum(found.values())

    assert walked_past < 0.1
    for value in range(-6, 7):
        theory = probability_of(value, scale)
        assert theory - walked_past <= found.get(value, 0) <= theory + 1e-9
        assert found[value] == pytest.approx(found[-value])


@pytest.mark.parametrize("scale", SCALES, ids=str)
def test_noise_drawn_many_times_is_spread_as_theory_says(scale: Fraction) -> None:
    """Six thousand draws fit the distribution (chi-square, 99.9 %), and each way is alike."""
    draws = 6000
    dice = NoiseGenerator(f"a fixed key for {scale}".encode())
    found = Counter(sample_laplace(dice, scale) for _ in range(draws))
    expected = {
        value: draws * probability_of(value, scale)
        for value in range(-200, 201)
        if draws * probability_of(value, scale) >= 5
    }
    rest = draws - sum(found[value] for value in expected)
    misfit = sum((found[value] - seen) ** 2 / seen for value, seen in expected.items())
    freedom = len(expected) - 1

    assert misfit < freedom + 3.1 * math.sqrt(2 * freedom) + 4
    assert rest == pytest.approx(draws - sum(expected.values()), abs=30)
    ups, downs = (sum(n for x, n in found.items() if x * way > 0) for way in (1, -1))
    assert ups == pytest.approx(downs, abs=4 * math.sqrt(draws))


@pytest.mark.parametrize("scale", SCALES, ids=str)
def test_one_step_more_or_less_changes_the_odds_by_the_bound_at_most(scale: Fraction) -> None:
    """Neighbouring values are as likely up to a factor of exp(1 / scale), everywhere."""
    for value in range(-60, 60):
        odds = probability_of(value, scale) / probability_of(value + 1, scale)

        assert abs(math.log(odds)) <= float(1 / scale) + 1e-9


def test_the_same_key_always_falls_the_same() -> None:
    """Closing a period again, anywhere, gives the noise it gave before."""
    draws = [
        [sample_laplace(dice, Fraction(3)) for _ in range(50)]
        for dice in (NoiseGenerator(b"k"), NoiseGenerator(b"k"))
    ]

    assert draws[0] == draws[1]
    # Fixed for good: a release that drew otherwise would tell an old backup's table anew.
    assert draws[0][:12] == FIRST_TWELVE


FIRST_TWELVE = [-2, 0, 5, 3, -2, -4, -4, -2, -1, -1, 1, -4]


def test_keys_that_differ_fall_independently() -> None:
    """Noise under two keys has nothing in common, so that subtracting tables cancels nothing."""
    pairs = [
        (
            sample_laplace(NoiseGenerator(b"one %d" % n), Fraction(3)),
            sample_laplace(NoiseGenerator(b"two %d" % n), Fraction(3)),
        )
        for n in range(2000)
    ]
    together = sum(one * two for one, two in pairs) / len(pairs)
    spread = sum(one * one + two * two for one, two in pairs) / (2 * len(pairs))

    assert abs(together / spread) < 0.08


@given(limit=st.integers(1, 10**9), key=st.binary(max_size=40))
def test_a_number_below_a_limit_is_below_it(limit: int, key: bytes) -> None:
    """Every number drawn lies from 0 to one less than the limit."""
    dice = NoiseGenerator(key)

    assert all(0 <= dice.draw_below(limit) < limit for _ in range(5))


def test_numbers_below_a_limit_come_equally_often() -> None:
    """A limit that is no power of two favours none of its numbers."""
    dice = NoiseGenerator(b"a fixed key")
    found = Counter(dice.draw_below(6) for _ in range(6000))

    assert sorted(found) == list(range(6))
    assert all(abs(n - 1000) < 130 for n in found.values())


@given(chance=st.fractions(0, 1, max_denominator=50))
def test_a_chance_is_kept_exactly(chance: Fraction) -> None:
    """Something happens in as many of its equally likely ways as its chance says."""
    found = walked(lambda dice: NoiseGenerator.draw_bernoulli(dice, chance), least=0)

    assert found.get(1, 0) == pytest.approx(float(chance))


def test_every_order_comes_equally_often() -> None:
    """A shuffle prefers no order and loses nothing."""
    found = Counter(tuple(NoiseGenerator(b"order %d" % n).shuffle_copy("abc")) for n in range(3000))

    assert set(found) == set(permutations("abc"))
    assert all(abs(n - 500) < 100 for n in found.values())
