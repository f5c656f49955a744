"""Exact noise from a keyed stream: what keeps one person's debriefs from showing in a table.

Only whole numbers and fractions are used, because rounded ones leak (Mironov 2012). The
sampler is the discrete Laplace of Canonne, Kamath and Steinke (2020), algorithm 2.
"""

import hashlib
import hmac
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar

T = TypeVar("T")

_BLOCK_BITS = 256


class NoiseGenerator:
    """Chance that falls the same way each time for the same key, and is unforeseeable without it.

    HMAC-SHA256 of a counter, read bit by bit.
    """

    def __init__(self, key: bytes) -> None:
        """Begin the stream of *key*."""
        self._key = key
        self._block_count = 0
        self._bit_pool = 0
        self._bits_available = 0

    def draw_below(self, limit: int) -> int:
        """A whole number from 0 to *limit* - 1, each as likely; *limit* is at least 1."""
        bits = (limit - 1).bit_length()
        while (drawn := self._draw_bits(bits)) >= limit:
            pass
        return drawn

    def draw_bernoulli(self, probability: Fraction) -> bool:
        """Whether something of this exact chance happens; 0 to 1."""
        return self.draw_below(probability.denominator) < probability.numerator

    def shuffle_copy(self, items: Sequence[T]) -> list[T]:
        """*items* in an order drawn from all orders alike (Fisher and Yates)."""
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
    """Draw the noise that is added to one count: 0 is likeliest, each way is alike.

    The chance of *x* is proportional to exp(-abs(x) / *scale*); *scale* is above 0.
    """
    while True:
        rest = generator.draw_below(scale.numerator)
        if not _sample_bernoulli_exp(generator, Fraction(rest, scale.numerator)):
            continue
        size = (rest + scale.numerator * _sample_geometric(generator)) // scale.denominator
        negative = generator.draw_below(2) == 1
        if not (negative and size == 0):  # else zero would come twice as often
            return -size if negative else size


def _sample_geometric(generator: NoiseGenerator) -> int:
    """How often in a row something of the chance exp(-1) happens."""
    length = 0
    while _sample_bernoulli_exp(generator, Fraction(1)):
        length += 1
    return length


def _sample_bernoulli_exp(generator: NoiseGenerator, gamma: Fraction) -> bool:
    """Whether something of the chance exp(-*gamma*) happens, *gamma* from 0 to 1."""
    tries = 1
    while generator.draw_bernoulli(gamma / tries):
        tries += 1
    return tries % 2 == 1
