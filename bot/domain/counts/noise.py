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


class Dice:
    """Chance that falls the same way each time for the same key, and is unforeseeable without it.

    HMAC-SHA256 of a counter, read bit by bit.
    """

    def __init__(self, key: bytes) -> None:
        """Begin the stream of *key*."""
        self._key = key
        self._blocks = 0
        self._pool = 0
        self._left = 0

    def below(self, limit: int) -> int:
        """A whole number from 0 to *limit* - 1, each as likely; *limit* is at least 1."""
        bits = (limit - 1).bit_length()
        while (drawn := self._bits(bits)) >= limit:
            pass
        return drawn

    def happens(self, chance: Fraction) -> bool:
        """Whether something of this exact chance happens; 0 to 1."""
        return self.below(chance.denominator) < chance.numerator

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """*items* in an order drawn from all orders alike (Fisher and Yates)."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order

    def _bits(self, count: int) -> int:
        while self._left < count:
            counter = self._blocks.to_bytes(8, "big")
            block = hmac.new(self._key, counter, hashlib.sha256).digest()
            self._pool = (self._pool << _BLOCK_BITS) | int.from_bytes(block, "big")
            self._left += _BLOCK_BITS
            self._blocks += 1
        self._left -= count
        drawn = self._pool >> self._left
        self._pool &= (1 << self._left) - 1
        return drawn


def laplace(dice: Dice, scale: Fraction) -> int:
    """Draw the noise that is added to one count: 0 is likeliest, each way is alike.

    The chance of *x* is proportional to exp(-abs(x) / *scale*); *scale* is above 0.
    """
    while True:
        rest = dice.below(scale.numerator)
        if not _exp_minus(dice, Fraction(rest, scale.numerator)):
            continue
        size = (rest + scale.numerator * _run(dice)) // scale.denominator
        negative = dice.below(2) == 1
        if not (negative and size == 0):  # else zero would come twice as often
            return -size if negative else size


def _run(dice: Dice) -> int:
    """How often in a row something of the chance exp(-1) happens."""
    length = 0
    while _exp_minus(dice, Fraction(1)):
        length += 1
    return length


def _exp_minus(dice: Dice, gamma: Fraction) -> bool:
    """Whether something of the chance exp(-*gamma*) happens, *gamma* from 0 to 1."""
    tries = 1
    while dice.happens(gamma / tries):
        tries += 1
    return tries % 2 == 1
