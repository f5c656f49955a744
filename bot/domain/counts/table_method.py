"""Render how published tables are made, and every caveat on reading them."""

from collections.abc import Sequence

from bot.content.catalogue import LanguagePack
from bot.domain.counts.readings import Reading
from bot.elements import Caption, Element, Text


def render_main_caveats(words: LanguagePack) -> tuple[Caption, ...]:
    """Render what a table is not, how it may be read, and why it is coarse."""
    keys = ("counts.caption.head", "counts.caption.foot", "counts.chart.accuracy")
    return tuple(Caption(words.translate(key)) for key in keys)


def list_method_sentences(displayed: Sequence[Reading], words: LanguagePack) -> tuple[str, ...]:
    """List the sentences on how the tables of *displayed* are made and may be read."""
    keys = ["caption.head", "caption.foot", "chart.accuracy", "chart.method", "trend.method"]
    sentences = [words.translate(f"counts.{key}") for key in keys]
    if any(reading.is_pooled for reading in displayed):
        sentences.append(words.translate("debriefs.period.shared"))
    caps = sorted({(reading.ledger, reading.cap) for reading in displayed if not reading.absence})
    sentences += [
        words.translate(
            "debriefs.period.cap", count=cap, ledger=words.translate(f"counts.ledger.{ledger}")
        )
        for ledger, cap in reversed(caps)
    ]
    return (*sentences, words.translate("debriefs.period.final"))


def render_method(displayed: Sequence[Reading], words: LanguagePack) -> tuple[Element, ...]:
    """Render the sentences on how the tables of *displayed* are made, a paragraph each."""
    return tuple(Text(sentence) for sentence in list_method_sentences(displayed, words))
