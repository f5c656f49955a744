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
    """The sampler drew a number that is not decided; the argument is each branch's probability."""


class PredeterminedGenerator(NoiseGenerator):
    """A generator with predetermined draws, for enumerating every branch of the sampler."""

    def __init__(self, draws: tuple[int, ...]) -> None:
        """Return *draws* in order, then raise ForkError."""
        super().__init__(b"")
        self._draws = iter(draws)

    def draw_below(self, limit: int) -> int:
        """Return the next draw, or fork into *limit* equal branches."""
        return self._next_draw([1 / limit] * limit)

    def draw_bernoulli(self, probability: Fraction) -> bool:
        """Return the next draw, or fork into two branches."""
        return self._next_draw([float(1 - probability), float(probability)]) == 1

    def _next_draw(self, probabilities: list[float]) -> int:
        draw = next(self._draws, None)
        if draw is None:
            raise ForkError(probabilities)
        return draw


def enumerate_outcomes(sampler: Callable[[NoiseGenerator], int], least: float) -> dict[int, float]:
    """Return the probability of each outcome, over all branches more likely than *least*."""
    probabilities: defaultdict[int, float] = defaultdict(float)
    branches_left: list[tuple[tuple[int, ...], float]] = [((), 1.0)]
    while branches_left:
        draws, chance = branches_left.pop()
        try:
            probabilities[sampler(PredeterminedGenerator(draws))] += chance
        except ForkError as fork:
            branches = enumerate(fork.args[0])
            branches_left += [
                ((*draws, draw), chance * p) for draw, p in branches if chance * p > least
            ]
    return dict(probabilities)


@pytest.mark.parametrize(
    "gamma", [Fraction(0), Fraction(1, 3), Fraction(2, 3), Fraction(1)], ids=str
)
def test_bernoulli_exp_is_exact(gamma: Fraction) -> None:
    """The probability exp(-gamma) is exact, by enumeration of all branches."""
    probabilities = enumerate_outcomes(
        lambda generator: _sample_bernoulli_exp(generator, gamma), least=1e-12
    )

    assert probabilities[True] == pytest.approx(math.exp(-gamma), abs=1e-9)


@pytest.mark.no_cover
@pytest.mark.parametrize(("scale", "least"), [(Fraction(3), 4e-6), (Fraction(1), 1e-5)], ids=str)
def test_the_sampler_is_exact(scale: Fraction, least: float) -> None:
    """The sampler has the discrete Laplace distribution, by enumeration of all likely branches."""
    probabilities = enumerate_outcomes(lambda generator: sample_laplace(generator, scale), least)
    omitted = 1 - sum(probabilities.values())

    assert omitted < 0.1
    for value in range(-6, 7):
        theory = probability_of(value, scale)
        assert theory - omitted <= probabilities.get(value, 0) <= theory + 1e-9
        assert probabilities[value] == pytest.approx(probabilities[-value])


@pytest.mark.no_cover
@pytest.mark.parametrize("scale", SCALES, ids=str)
def test_samples_fit_the_distribution(scale: Fraction) -> None:
    """Six thousand samples fit the distribution (chi-square, 99.9 %) and are symmetric."""
    sample_count = 6000
    generator = NoiseGenerator(f"a fixed key for {scale}".encode())
    counts = Counter(sample_laplace(generator, scale) for _ in range(sample_count))
    expected = {
        value: sample_count * probability_of(value, scale)
        for value in range(-200, 201)
        if sample_count * probability_of(value, scale) >= 5
    }
    unexpected_count = sample_count - sum(counts[value] for value in expected)
    chi_square = sum(
        (counts[value] - expected_count) ** 2 / expected_count
        for value, expected_count in expected.items()
    )
    degrees_of_freedom = len(expected) - 1

    assert chi_square < degrees_of_freedom + 3.1 * math.sqrt(2 * degrees_of_freedom) + 4
    assert unexpected_count == pytest.approx(sample_count - sum(expected.values()), abs=30)
    positive_count, negative_count = (
        sum(n for x, n in counts.items() if x * direction > 0) for direction in (1, -1)
    )
    assert positive_count == pytest.approx(negative_count, abs=4 * math.sqrt(sample_count))


@pytest.mark.parametrize("scale", SCALES, ids=str)
def test_neighbouring_values_are_within_the_bound(scale: Fraction) -> None:
    """The odds of neighbouring values differ by a factor of at most exp(1 / scale)."""
    for value in range(-60, 60):
        odds = probability_of(value, scale) / probability_of(value + 1, scale)

        assert abs(math.log(odds)) <= float(1 / scale) + 1e-9


def test_noise_is_reproducible() -> None:
    """The same key gives the same noise, in this release and in any later one."""
    samples = [
        [sample_laplace(generator, Fraction(3)) for _ in range(50)]
        for generator in (NoiseGenerator(b"k"), NoiseGenerator(b"k"))
    ]

    assert samples[0] == samples[1]
    # Fixed values: a release with other draws would publish a restored backup's table again
    # with different noise.
    assert samples[0][:12] == FIRST_SAMPLES


FIRST_SAMPLES = [-2, 0, 5, 3, -2, -4, -4, -2, -1, -1, 1, -4]


@pytest.mark.no_cover
def test_noise_of_two_keys_is_independent() -> None:
    """Noise under two keys is uncorrelated, so that subtracting two tables cancels nothing."""
    pairs = [
        (
            sample_laplace(NoiseGenerator(b"one %d" % n), Fraction(3)),
            sample_laplace(NoiseGenerator(b"two %d" % n), Fraction(3)),
        )
        for n in range(2000)
    ]
    covariance = sum(first * second for first, second in pairs) / len(pairs)
    variance = sum(first * first + second * second for first, second in pairs) / (2 * len(pairs))

    assert abs(covariance / variance) < 0.08


@given(limit=st.integers(1, 10**9), key=st.binary(max_size=40))
def test_draws_are_below_the_limit(limit: int, key: bytes) -> None:
    """Every number drawn is from 0 to the limit minus one."""
    generator = NoiseGenerator(key)

    assert all(0 <= generator.draw_below(limit) < limit for _ in range(5))


def test_draws_below_a_limit_are_uniform() -> None:
    """A limit that is no power of two gives a uniform distribution."""
    generator = NoiseGenerator(b"a fixed key")
    counts = Counter(generator.draw_below(6) for _ in range(6000))

    assert sorted(counts) == list(range(6))
    assert all(abs(n - 1000) < 130 for n in counts.values())


@given(probability=st.fractions(0, 1, max_denominator=50))
def test_bernoulli_is_exact(probability: Fraction) -> None:
    """A Bernoulli draw has the exact probability."""
    probabilities = enumerate_outcomes(
        lambda generator: NoiseGenerator.draw_bernoulli(generator, probability), least=0
    )

    assert probabilities.get(1, 0) == pytest.approx(float(probability))


def test_shuffles_are_uniform() -> None:
    """A shuffle is uniform and loses no item."""
    counts = Counter(
        tuple(NoiseGenerator(b"order %d" % n).shuffle_copy("abc")) for n in range(3000)
    )

    assert set(counts) == set(permutations("abc"))
    assert all(abs(n - 500) < 100 for n in counts.values())
