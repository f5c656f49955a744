"""What theory says of the noise, for the tests that hold the sampler and the tables to it."""

import math
from fractions import Fraction


def probability_of(value: int, scale: Fraction) -> float:
    """The chance that discrete Laplace noise of this *scale* is *value*."""
    odds = math.exp(-1 / scale)
    return (1 - odds) / (1 + odds) * odds ** abs(value)
