from fractions import Fraction
from itertools import product

import pytest

from bot.domain.counts import readings, release_rule, trend
from bot.domain.counts.published_tables import PublishedTable
from bot.domain.counts.release_rule import MONTH_WEEKS, QUARTER_WEEKS, TOTAL, Band
from bot.domain.counts.trend import Trend
from tests.domain.counts import sample_tables
from tests.domain.counts.laplace import probability_of

BANDS = tuple(Band)


def compare(previous: PublishedTable, newest: PublishedTable) -> Trend | None:
    """Return the trend of two published tables."""
    all_readings = readings.read_tables((newest, previous))
    return trend.find_trend(all_readings, all_readings[0])


def publish_band(
    band: Band, number: int, weeks: int = QUARTER_WEEKS, *, is_pooled: bool = False
) -> PublishedTable:
    """Return a published total of *band*."""
    return sample_tables.publish(
        sample_tables.build_total(band), number, weeks, is_pooled=is_pooled
    )


@pytest.mark.parametrize("weeks", sample_tables.SPANS)
@pytest.mark.parametrize(("before", "after"), list(product(range(5), repeat=2)))
def test_only_distant_bands_are_a_change(before: int, after: int, weeks: int) -> None:
    """Neighbouring and equal bands are no clear change; two bands apart is one, in both ways."""
    change = compare(publish_band(BANDS[before], 0, weeks), publish_band(BANDS[after], 1, weeks))

    expected = Trend.UNCLEAR
    if abs(after - before) > 1:
        expected = Trend.MORE if after > before else Trend.FEWER
    assert change is expected


@pytest.mark.parametrize("weeks", sample_tables.SPANS)
def test_noise_alone_rarely_is_a_change(weeks: int) -> None:
    """Two equal counts differ by the threshold in fewer than one pair in twenty."""
    terms = release_rule.find_terms(TOTAL, weeks, sample_tables.CAPS[TOTAL, weeks])
    assert terms is not None
    scale, limit = terms.noise_scale, 60
    odds = {noise: probability_of(noise, scale) for noise in range(-limit, limit + 1)}

    changed = sum(
        first_odds * second_odds
        for (first, first_odds), (second, second_odds) in product(odds.items(), repeat=2)
        if abs(first - second) >= trend.TREND_SCALES * scale
    )

    assert 0.02 < changed < 0.05
    assert Fraction(21, 5) == trend.TREND_SCALES


@pytest.mark.parametrize(
    ("previous", "newest"),
    [
        (publish_band(Band.FEW, 0), publish_band(Band.EIGHTY, 2)),
        (publish_band(Band.FEW, 0, is_pooled=True), publish_band(Band.EIGHTY, 1)),
        (publish_band(Band.FEW, 12, MONTH_WEEKS), publish_band(Band.EIGHTY, 4)),
        (
            sample_tables.publish(release_rule.release_lost_table(TOTAL), 0),
            publish_band(Band.EIGHTY, 1),
        ),
        (
            publish_band(Band.FEW, 0),
            sample_tables.publish(release_rule.release_lost_table(TOTAL), 1),
        ),
        (
            sample_tables.publish(sample_tables.build_breakdown("form", ""), 0),
            sample_tables.publish(sample_tables.build_breakdown("form", "away"), 1),
        ),
    ],
)
def test_other_tables_are_not_compared(previous: PublishedTable, newest: PublishedTable) -> None:
    """Only totals of successive periods, of the same teams and length, are compared."""
    assert compare(previous, newest) is None


def test_unknown_terms_are_not_compared() -> None:
    """Without the noise that a table was published with, nothing is said of a change."""
    first, second = (
        PublishedTable(table.opens, table.closes, 9, is_pooled=False, table=table.table)
        for table in (publish_band(Band.FEW, 0), publish_band(Band.EIGHTY, 1))
    )

    assert compare(first, second) is None
