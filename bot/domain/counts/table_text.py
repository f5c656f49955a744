"""Render the reading of a published table as a sentence, as bars and as their list in words."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.content.catalogue import LanguagePack
from bot.domain.counts.readings import Reading
from bot.elements import Bar, Chart, Level

_LEVEL_NAMES: Mapping[Level, str] = MappingProxyType(
    {Level.NONE: "none", Level.FEW: "few", Level.HALF: "half", Level.MOST: "most"}
)


def render_sentence(reading: Reading, words: LanguagePack) -> str:
    """Render what a published table states, in one sentence."""
    if reading.absence:
        return words.translate(f"counts.{reading.absence}")
    if reading.band is not None:
        return words.translate(f"counts.total.{reading.band.value}")
    if not reading.leader:
        return words.translate(f"counts.{reading.question}.none")
    answer = words.questions[reading.question].get_option(reading.leader).label
    return words.translate(f"counts.{reading.question}.leader", answer=answer)


def render_levels(reading: Reading, words: LanguagePack) -> str:
    """Render the bars of *reading* in words, the longest first; ``""`` where it has none."""
    labels = words.questions[reading.question].short_labels if reading.levels else {}
    labels_by_level = {
        level: [labels[code] for code, of_code in reading.levels if of_code is level]
        for level in reversed(Level)
    }
    separator = words.translate("counts.chart.answers_separator")
    return words.translate("counts.chart.separator").join(
        words.translate(
            "counts.chart.row",
            level=_format_level(level, words),
            answers=separator.join(of_level),
        )
        for level, of_level in labels_by_level.items()
        if of_level
    )


def build_charts(reading: Reading, words: LanguagePack) -> tuple[Chart, ...]:
    """Build the bar chart of *reading* with its text equivalent; none where it has no bars.

    Its reference bar has the length of all debriefs, so "about half" looks like about half.
    """
    if not reading.levels:
        return ()
    labels = words.questions[reading.question].short_labels
    levels = [_format_level(level, words) for level in Level]
    return (
        Chart(
            words.translate(f"counts.{reading.question}.title"),
            tuple(Bar(labels[code], level) for code, level in reading.levels),
            render_levels(reading, words),
            ", ".join((*levels, words.translate("counts.level.all"))),
            words.translate("counts.chart.whole"),
        ),
    )


def _format_level(level: Level, words: LanguagePack) -> str:
    return words.translate(f"counts.level.{_LEVEL_NAMES[level]}")
