"""The theoretical noise distribution, as reference for the sampler and the tables."""

import math
from fractions import Fraction


def probability_of(value: int, scale: Fraction) -> float:
    """Return the probability of *value* under discrete Laplace noise of *scale*."""
    ratio = math.exp(-1 / scale)
    return (1 - ratio) / (1 + ratio) * ratio ** abs(value)
