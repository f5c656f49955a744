"""Exact discrete Laplace noise from a keyed stream: the mechanism of differential privacy.

All arithmetic is on integers and fractions, because floating-point rounding leaks (Mironov 2012).
The sampler is the discrete Laplace of Canonne, Kamath and Steinke (2020), algorithm 2.
"""

import hashlib
import hmac
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar

T = TypeVar("T")

_BLOCK_BITS = 256


class NoiseGenerator:
    """Deterministic random bit generator: reproducible with its key, unpredictable without it.

    The stream is HMAC-SHA256 of a block counter, consumed bit by bit.
    """

    def __init__(self, key: bytes) -> None:
        """Start the stream of *key* at block 0."""
        self._key = key
        self._block_count = 0
        self._bit_pool = 0
        self._bits_available = 0

    def draw_below(self, limit: int) -> int:
        """Return a uniform integer from 0 to *limit* - 1, by rejection sampling.

        *limit* is at least 1.
        """
        bits = (limit - 1).bit_length()
        while (drawn := self._draw_bits(bits)) >= limit:
            pass
        return drawn

    def draw_bernoulli(self, probability: Fraction) -> bool:
        """Return True with the exact *probability*, a fraction from 0 to 1."""
        return self.draw_below(probability.denominator) < probability.numerator

    def shuffle_copy(self, items: Sequence[T]) -> list[T]:
        """Return *items* in a uniformly random order (Fisher and Yates)."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = self.draw_below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order

    def _draw_bits(self, bit_count: int) -> int:
        while self._bits_available < bit_count:
            counter = self._block_count.to_bytes(8, "big")
            block = hmac.new(self._key, counter, hashlib.sha256).digest()
            self._bit_pool = (self._bit_pool << _BLOCK_BITS) | int.from_bytes(block, "big")
            self._bits_available += _BLOCK_BITS
            self._block_count += 1
        self._bits_available -= bit_count
        drawn = self._bit_pool >> self._bits_available
        self._bit_pool &= (1 << self._bits_available) - 1
        return drawn


def sample_laplace(generator: NoiseGenerator, scale: Fraction) -> int:
    """Sample the noise of one count: an integer, symmetric around its mode 0.

    The probability of ``x`` is proportional to exp(-abs(x) / *scale*); *scale* is above 0.
    """
    while True:
        remainder = generator.draw_below(scale.numerator)
        if not _sample_bernoulli_exp(generator, Fraction(remainder, scale.numerator)):
            continue
        magnitude = (
            remainder + scale.numerator * _sample_geometric(generator)
        ) // scale.denominator
        is_negative = generator.draw_below(2) == 1
        if not (is_negative and magnitude == 0):  # otherwise zero would have twice its probability
            return -magnitude if is_negative else magnitude


def _sample_geometric(generator: NoiseGenerator) -> int:
    """Return the number of successive successes of probability exp(-1)."""
    length = 0
    while _sample_bernoulli_exp(generator, Fraction(1)):
        length += 1
    return length


def _sample_bernoulli_exp(generator: NoiseGenerator, gamma: Fraction) -> bool:
    """Return True with the probability exp(-*gamma*), *gamma* from 0 to 1."""
    tries = 1
    while generator.draw_bernoulli(gamma / tries):
        tries += 1
    return tries % 2 == 1
