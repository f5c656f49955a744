"""Sentence, bars, list, trend and export of one archive never disagree."""

import pytest
from hypothesis import given, settings

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.domain.counts import readings, reports, table_export, table_text, trend
from bot.domain.counts.published_tables import ReportArchive
from bot.domain.counts.readings import Reading
from tests.domain.counts import sample_tables
from tests.domain.counts.test_reports import join_texts, list_charts

CATALOGUE = load_catalogue()
SPAN_END = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}:\N{FULLWIDTH COLON}"
"""What separates a span from the sentence after it, in some language."""


@pytest.mark.parametrize("tag", CATALOGUE.languages)
@given(archive=sample_tables.draw_archive())
@settings(max_examples=60, deadline=None)
def test_all_renderings_agree(tag: str, archive: ReportArchive) -> None:
    """Sentence, bars, list, trend and export state the same of every table, or none of it."""
    words = CATALOGUE.get_pack(tag)
    all_readings = readings.read_tables(archive.tables)
    newest = [all_readings[archive.tables.index(table)] for table in archive.newest_tables()]
    body = reports.render_report(archive, None, words).body
    shared = reports.render_shared_report(archive, words)
    export = join_texts(table_export.build_export_form(archive, words).body)

    for reading in newest:
        for page in (body, shared):
            assert state_in_report(reading, words) in join_texts(page)
        assert table_text.render_sentence(reading, words) in export
        assert_leader_is_consistent(reading, (join_texts(body), export), words)
    expected_charts = [
        chart
        for reading in sort_by_part(newest)
        for chart in table_text.build_charts(reading, words)
    ]
    assert list_charts(body) == list_charts(shared) == expected_charts
    for chart in expected_charts:
        assert chart.text_equivalent in export
    assert_trend_is_consistent(all_readings, newest, join_texts(body), words)


def state_in_report(reading: Reading, words: LanguagePack) -> str:
    """Return what a report states of *reading*; without a leader that is in its first sentence."""
    if reading.question and not reading.leader:
        return words.translate(f"debriefs.report.none_{reading.question}", span="").lstrip(SPAN_END)
    return table_text.render_sentence(reading, words)


def sort_by_part(displayed: list[Reading]) -> list[Reading]:
    """Return the readings of the team before those of the practice."""
    return sorted(displayed, key=lambda reading: reading.is_pooled)


def assert_leader_is_consistent(
    reading: Reading, pages: tuple[str, ...], words: LanguagePack
) -> None:
    """Assert that bars exist only with a leader, whose bar is the longest in chart and list."""
    if not reading.leader:
        assert reading.levels == ()
        return
    for page in pages:
        assert words.questions[reading.question].get_option(reading.leader).label in page
    for chart in table_text.build_charts(reading, words):
        label = words.questions[reading.question].short_labels[reading.leader]
        longest = max(bar.level.value for bar in chart.bars)
        assert [bar.label for bar in chart.bars if bar.level.value == longest] == [label]
        assert label in chart.text_equivalent.split(" · ")[0]


def assert_trend_is_consistent(
    all_readings: tuple[Reading, ...], newest: list[Reading], page: str, words: LanguagePack
) -> None:
    """Assert that the page has the trend of its total, and no other sentence of a trend."""
    sentences = {item: words.translate(f"counts.trend.{item.value}") for item in trend.Trend}
    expected = {change for reading in newest if (change := trend.find_trend(all_readings, reading))}
    assert {item for item, sentence in sentences.items() if sentence in page} == expected
