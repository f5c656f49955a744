"""Compare the number of debriefs of two successive published periods, within their noise."""

from collections.abc import Mapping, Sequence
from enum import Enum
from fractions import Fraction
from types import MappingProxyType

from bot.domain.counts import release_rule
from bot.domain.counts.readings import Reading
from bot.domain.counts.release_rule import TOTAL, Band

TREND_SCALES = Fraction(21, 5)
"""Difference of two noisy counts, in noise scales, from which a change is stated.

The difference of two Laplace noises exceeds ``t`` times their scale in either direction with the
probability exp(-t) * (2 + t) / 2: 4.7 % for 4.2 scales. So of two periods with equally many
debriefs, fewer than one pair in twenty is called a change. The scale is that of the published
terms: 2.5 debriefs for a quarter (at least 10.5 more), 2.2 for the four weeks of a large team (at
least 9.24 more).
"""

_BAND_LIMITS: Mapping[Band, tuple[int, int | None]] = MappingProxyType(
    {
        Band.FEW: (0, 9),
        Band.TEN: (10, 19),
        Band.TWENTY: (20, 39),
        Band.FORTY: (40, 79),
        Band.EIGHTY: (80, None),
    }
)
"""The least and the largest noisy count of each band; ``None`` is no limit."""


class Trend(Enum):
    """The change since the period before; the value is a key of the sentences."""

    MORE = "more"
    FEWER = "fewer"
    UNCLEAR = "unclear"


def find_trend(readings: Sequence[Reading], newest: Reading) -> Trend | None:
    """Return the change of *newest* from the total of the period before it, among *readings*.

    Only the published bands are compared: a change is stated when even the closest counts of both
    bands differ by :data:`TREND_SCALES`. ``None`` where nothing can be compared: no total directly
    before it of the same teams, length and terms, or a lost one.
    """
    terms = release_rule.find_terms(TOTAL, newest.weeks, newest.cap)
    previous = next((reading for reading in readings if _precedes(reading, newest)), None)
    if previous is None or previous.band is None or newest.band is None or terms is None:
        return None
    threshold = TREND_SCALES * terms.noise_scale
    if _least_difference(previous.band, newest.band) >= threshold:
        return Trend.MORE
    if _least_difference(newest.band, previous.band) >= threshold:
        return Trend.FEWER
    return Trend.UNCLEAR


def _precedes(reading: Reading, newest: Reading) -> bool:
    """Return whether *reading* is the total of the same teams and terms just before *newest*."""
    return (
        reading.closes == newest.opens
        and (reading.ledger, reading.is_pooled, reading.weeks, reading.cap)
        == (TOTAL, newest.is_pooled, newest.weeks, newest.cap)
        and newest.ledger == TOTAL
    )


def _least_difference(lower: Band, higher: Band) -> int:
    """Return the least difference of a count in *higher* from one in *lower*; 0 for none."""
    largest = _BAND_LIMITS[lower][1]
    return 0 if largest is None else max(0, _BAND_LIMITS[higher][0] - largest)
