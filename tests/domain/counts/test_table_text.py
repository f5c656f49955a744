from itertools import pairwise

import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.codebook import ANSWER_CODES
from bot.domain.counts import readings, release_rule, table_text
from bot.domain.counts.readings import Reading
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL, Band, ReleasedTable, Share
from bot.elements import REFERENCE_BAR_STEPS, Bar, Chart, Level
from tests.domain.counts import sample_tables

CATALOGUE = load_catalogue()
WORDS = CATALOGUE.get_pack("en")
MAX_SCALE_CHARS = 50
"""Slack's limit of an axis label."""

MAX_LABEL_CHARS = 20
"""Slack's limit of a label in a chart."""


def read(table: ReleasedTable) -> Reading:
    """Return the reading of a table by itself."""
    return readings.read_tables((sample_tables.publish(table, 0),))[0]


@pytest.mark.parametrize("tag", CATALOGUE.languages)
def test_every_band_has_a_sentence(tag: str) -> None:
    """Each band has one sentence of its own."""
    words = CATALOGUE.get_pack(tag)
    sentences = {
        table_text.render_sentence(read(sample_tables.build_total(band)), words) for band in Band
    }

    assert len(sentences) == len(Band)


def test_the_lowest_band_may_be_none() -> None:
    """The sentence of the lowest band states that there may be none, and no other does."""
    for band in Band:
        sentence = table_text.render_sentence(read(sample_tables.build_total(band)), WORDS)
        assert ("perhaps none" in sentence) is (band is Band.FEW)


@pytest.mark.parametrize("question", ANSWER_CODES)
def test_every_leader_has_a_sentence(question: str) -> None:
    """Each leader has a sentence with its label, and so has no leader."""
    sentences = set()
    for leader in ("", *ANSWER_CODES[question]):
        sentence = table_text.render_sentence(
            read(sample_tables.build_breakdown(question, leader)), WORDS
        )
        sentences.add(sentence)
        assert not leader or WORDS.questions[question].get_option(leader).label in sentence

    assert len(sentences) == len(ANSWER_CODES[question]) + 1


@pytest.mark.parametrize("ledger", [TOTAL, BREAKDOWN])
def test_a_lost_table_has_a_sentence(ledger: str) -> None:
    """A lost table says that its key was lost, and has no bars."""
    reading = read(release_rule.release_lost_table(ledger))

    assert table_text.render_sentence(reading, WORDS) == WORDS.translate("counts.lost")
    assert table_text.build_charts(reading, WORDS) == ()


def test_bars_are_drawn_only_where_something_led() -> None:
    """A breakdown without a leader has neither bars nor their list."""
    reading = read(sample_tables.build_breakdown("status", ""))

    assert table_text.build_charts(reading, WORDS) == ()
    assert table_text.render_levels(reading, WORDS) == ""


def test_bars_and_their_list_have_no_figures() -> None:
    """The list names each level once, the longest bars first, without a figure."""
    shares = dict(zip(ANSWER_CODES["form"], (75, 25, 0, 0), strict=True))
    table = sample_tables.build_breakdown(
        "form", "away", {code: Share(value) for code, value in shares.items()}
    )
    (chart,) = table_text.build_charts(read(table), WORDS)

    assert chart.text_equivalent == (
        "most: Moved away · few: Moved against · none: Both, Not sure yet"
    )
    assert [bar.level for bar in chart.bars] == [Level.MOST, Level.FEW, Level.NONE, Level.NONE]
    assert chart.axis_label == "none, few, about half, most, all"


@pytest.mark.parametrize("tag", CATALOGUE.languages)
def test_levels_have_words_within_the_axis(tag: str) -> None:
    """Each language has a word for each level and for all, which together fit an axis's label."""
    (chart,) = table_text.build_charts(
        read(sample_tables.build_breakdown("form", "away")), CATALOGUE.get_pack(tag)
    )
    levels = chart.axis_label.split(", ")

    assert len(set(levels)) == REFERENCE_BAR_STEPS + 1
    assert len(chart.axis_label) <= MAX_SCALE_CHARS
    assert not any(sign.isdigit() for sign in chart.axis_label)


@pytest.mark.parametrize("tag", CATALOGUE.languages)
def test_a_reference_bar_keeps_lengths_honest(tag: str) -> None:
    """The longest bar is that of all debriefs, half of which is as long as "about half"."""
    (chart,) = table_text.build_charts(
        read(sample_tables.build_breakdown("form", "away")), CATALOGUE.get_pack(tag)
    )
    *bars, (label, longest) = chart.list_bar_lengths()

    assert label == chart.reference_label
    assert len(label) <= MAX_LABEL_CHARS
    assert max(steps for _, steps in bars) < longest == 2 * Level.HALF.value


def test_levels_ascend() -> None:
    """The levels are declared from the shortest to the longest bar, as the scale lists them."""
    assert all(first.value < second.value for first, second in pairwise(Level))


def test_raw_counts_are_rejected() -> None:
    """A raw number is rejected by mypy and at run time: an unneeded ignore would be an error."""
    with pytest.raises(AttributeError):
        table_text.render_sentence(12, WORDS)  # type: ignore[arg-type]  # mypy must reject it
    with pytest.raises(AttributeError):
        table_text.build_charts({"away": 12}, WORDS)  # type: ignore[arg-type]  # as above
    bar = Bar("away", 12)  # type: ignore[arg-type]  # as above: a bar has a Level
    assert not isinstance(bar.level, Level)
    assert Chart("T", (bar,), "").bars == (bar,)
