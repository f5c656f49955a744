from itertools import product

import pytest
from hypothesis import given, settings

from bot.domain.codebook import ANSWER_CODES
from bot.domain.counts import readings, release_rule
from bot.domain.counts.published_tables import PublishedTable, ReportArchive
from bot.domain.counts.release_rule import TOTAL, Band, BreakdownTable, Share
from bot.domain.counts.withheld_table import WithheldTable, WithholdingReason
from bot.elements import Level
from tests.domain.counts import sample_tables

LED = sample_tables.build_breakdown("form", "away")


def read_pair(band: Band, *, is_pooled: bool, number: int = 0) -> readings.Reading:
    """Return the reading of a led breakdown beside a total of *band*."""
    tables = (
        sample_tables.publish(sample_tables.build_total(band), number),
        sample_tables.publish(LED, 0, is_pooled=is_pooled),
    )
    return readings.read_tables(tables)[1]


def test_levels_follow_the_order_of_the_shares() -> None:
    """A larger share never has a lower level, and each level is used."""
    ordered = [readings.LEVELS[share].value for share in sorted(Share, key=lambda item: item.value)]

    assert ordered == sorted(ordered)
    assert set(readings.LEVELS.values()) == set(Level)


@pytest.mark.parametrize("band", Band)
def test_a_leader_beside_perhaps_none_is_not_named(band: Band) -> None:
    """A total that may be none, of the same people and period, hides the leader and the bars."""
    reading = read_pair(band, is_pooled=False)

    assert bool(reading.leader) is bool(reading.levels) is (band is not Band.FEW)


def test_only_the_same_people_and_period_hide_a_leader() -> None:
    """A quiet total of the team alone, or of another period, hides no leader of the practice."""
    assert read_pair(Band.FEW, is_pooled=True).leader == "away"
    assert read_pair(Band.FEW, is_pooled=False, number=1).leader == "away"


def test_bars_that_deny_the_sentence_are_left_out() -> None:
    """Where rounding puts another answer level with the leader, there are no bars."""
    shares = dict.fromkeys(ANSWER_CODES["form"], Share.A_QUARTER)
    table = sample_tables.build_breakdown("form", "away", shares)
    (reading,) = readings.read_tables((sample_tables.publish(table, 0),))

    assert reading.leader == "away"
    assert reading.levels == ()


def test_a_lost_table_states_nothing() -> None:
    """A lost table has neither band, leader nor bars."""
    lost = sample_tables.publish(release_rule.release_lost_table(TOTAL), 0)
    (reading,) = readings.read_tables((lost,))

    assert reading.absence == "lost"
    assert (reading.band, reading.leader, reading.levels) == (None, "", ())


def test_a_withheld_table_states_nothing() -> None:
    """It has neither band, leader nor bars, and the reason why."""
    table = WithheldTable(TOTAL, WithholdingReason.TOO_FEW)
    (reading,) = readings.read_tables((sample_tables.publish(table, 0),))

    assert (reading.absence, reading.ledger) == ("too_few", TOTAL)
    assert (reading.band, reading.leader, reading.levels) == (None, "", ())


@pytest.mark.no_cover
@given(archive=sample_tables.draw_archive())
@settings(deadline=None)
def test_a_reading_adds_nothing_to_its_table(archive: ReportArchive) -> None:
    """A named leader is the published one, and bars exist only where they show that it led."""
    for published, reading in zip(
        archive.tables, readings.read_tables(archive.tables), strict=True
    ):
        assert reading.leader in {"", find_published_leader(published)}
        levels = dict(reading.levels)
        assert not levels or all(
            levels[code].value < levels[reading.leader].value
            for code in levels
            if code != reading.leader
        )
        assert set(levels) in ({*()}, {*ANSWER_CODES.get(reading.question, ())})


def find_published_leader(published: PublishedTable) -> str:
    """Return the leader of a breakdown, else an empty string."""
    return published.table.leader if isinstance(published.table, BreakdownTable) else ""


@pytest.mark.parametrize(("number", "weeks"), list(product((0, 3), sample_tables.SPANS)))
def test_a_reading_has_the_dates_of_its_period(number: int, weeks: int) -> None:
    """A reading has the first and last day of its period, and its length in weeks."""
    published = sample_tables.publish(LED, number, weeks)
    (reading,) = readings.read_tables((published,))

    assert (reading.opens, reading.last_day) == (published.opens, published.last_day)
    assert reading.weeks == weeks
