"""Section with the texts that people see, from the message catalogue, in each language."""

from collections.abc import Iterable, Iterator

from bot.admin.privacy_pack.document import FactTable, Section
from bot.admin.privacy_pack.section_texts import build_section
from bot.content.catalogue import LanguagePack
from bot.content.pack_texts import PackTexts
from bot.domain.person.departure import ERASURE_DELAY
from bot.domain.person.privacy_notice import describe_periods

AREAS = (
    *("privacy", "own_data", "safety", "checkin", "rupture"),
    *("cards", "external", "private", "install"),
)
"""Prefixes of the catalogue keys of texts on stored data, forms, safety and installation."""


def build_people_texts(texts: PackTexts, packs: Iterable[LanguagePack]) -> Section:
    """Build the section, with a subsection and a table per language pack of *packs*."""
    return build_section(
        texts,
        "texts",
        sections=[
            Section(
                f"texts-{words.language}",
                words.display_name,
                (
                    FactTable(
                        texts.get_headings("texts"),
                        tuple(iter_texts(words)),
                        language=words.language,
                        is_literal=True,
                    ),
                ),
            )
            for words in packs
        ],
    )


def iter_texts(words: LanguagePack) -> Iterator[tuple[str, str]]:
    """Yield tuples of key and text: the sentences of :data:`AREAS`, then every question.

    The configured safety text comes first, with the setting's name as its key, if there is one.
    """
    if words.safety_text:
        yield "SAFETY_TEXT", words.safety_text
    for area in AREAS:
        for key in words.sentences:
            if key.partition(".")[0] == area:
                yield key, _render_sentence(words, key)
    for name, question in words.questions.items():
        labels = words.join_items(option.label for option in question.options)
        lines = filter(None, (question.text, question.hint, labels))
        yield name, "\n".join(lines)


def _render_sentence(words: LanguagePack, key: str) -> str:
    """Return a sentence with the configured periods filled in; other placeholders stay.

    All plural forms are returned, a line each.
    """
    sentence = words.sentences[key]
    text = sentence if isinstance(sentence, str) else "\n".join(sentence.values())
    for name, number in list_periods(words).items():
        text = text.replace(f"{{{name}}}", str(number))
    return text


def list_periods(words: LanguagePack) -> dict[str, int]:
    """Return a dict of the placeholders of retention periods and their values.

    The privacy notice in the chat is rendered with the same values.
    """
    return {
        **describe_periods(words.retention),
        "table_months": words.retention.table_months,
        "closed_days": ERASURE_DELAY.days,
    }
