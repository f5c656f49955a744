"""The theoretical noise distribution, as reference for the sampler and the tables."""

import math
from fractions import Fraction
from functools import cache


@cache
def odds_of_one(scale: Fraction) -> float:
    """Return the odds of each value against the one before it, from 0 upwards."""
    return math.exp(-1 / scale)


def probability_of(value: int, scale: Fraction) -> float:
    """Return the probability of *value* under discrete Laplace noise of *scale*."""
    ratio = odds_of_one(scale)
    return (1 - ratio) / (1 + ratio) * ratio ** abs(value)
