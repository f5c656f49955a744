"""The message catalogue by language: sentences, cards, codebook and formatting rules."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.content import custom_cards, loader
from bot.content.language_pack import LanguagePack
from bot.content.model import (
    Drill,
    Exercise,
    Lens,
    Phrase,
    Question,
    Reference,
    RehearsedReply,
    Sign,
    Tip,
)
from bot.content.parsed_files import find_result_file, load_documents
from bot.errors import Fault

__all__ = [
    "Catalogue",
    "Drill",
    "Exercise",
    "LanguagePack",
    "Lens",
    "Phrase",
    "Question",
    "Reference",
    "RehearsedReply",
    "Sign",
    "Tip",
    "load_catalogue",
]

CONTENT_FOLDER = Path(__file__).parent
TAG_BY_FOLDER = {"en": "en", "fr": "fr-CA", "zh": "zh-Hans"}
"""BCP 47 tag of each language folder."""


@dataclass(frozen=True, repr=False)
class Catalogue:
    """The language packs that are complete, with the result of loading the custom cards.

    ``own_card_count`` is the number of custom cards, ``retired_card_count`` that of shipped cards
    removed by them; ``faults`` list the parts of the cards folder that were not loaded.
    """

    packs_by_tag: Mapping[str, LanguagePack]
    own_card_count: int = 0
    retired_card_count: int = 0
    faults: tuple[Fault, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """Tags of the available languages, English first."""
        return tuple(self.packs_by_tag)

    def add_safety_texts(self, safety_texts: Mapping[str, str]) -> "Catalogue":
        """Return a catalogue with the service's own procedure, by primary language subtag.

        A language without one gets the first: a helpline in another language is better than none.
        """
        default_text = next(filter(None, safety_texts.values()), "")
        packs = {
            tag: replace(pack, safety_text=safety_texts.get(tag.partition("-")[0]) or default_text)
            for tag, pack in self.packs_by_tag.items()
        }
        return replace(self, packs_by_tag=packs)

    def get_pack(self, language: str) -> LanguagePack:
        """Return the pack that best matches a tag such as 'fr-FR' or 'en_US'; default English."""
        primary = re.split("[-_]", language.lower())[0]
        tag = TAG_BY_FOLDER.get(primary, "en")
        return self.packs_by_tag[tag if tag in self.packs_by_tag else "en"]

    def choose_language(self, *tags: str) -> str:
        """Return the language of the first of *tags* that is available; English by default."""
        for tag in tags:
            if self.has_language(re.split("[-_]", tag.lower())[0]):
                return self.get_pack(tag).language
        return self.get_pack("en").language

    def has_language(self, primary_subtag: str) -> bool:
        """Return whether a primary language subtag, such as 'fr', is available."""
        return TAG_BY_FOLDER.get(primary_subtag, "") in self.packs_by_tag


def load_catalogue(
    cards_folder: Path | None = None, safety_texts: Mapping[str, str] = MappingProxyType({})
) -> Catalogue:
    """Return every language's content, custom cards in *cards_folder*, and the service's own texts.

    The latter are as in :meth:`Catalogue.add_safety_texts`. Shipped content is parsed once.
    """
    packs = _load_shipped_packs()
    content = Catalogue(packs) if cards_folder is None else _add_custom_cards(packs, cards_folder)
    return content.add_safety_texts(safety_texts) if safety_texts else content


@cache
def _load_shipped_packs() -> Mapping[str, LanguagePack]:
    names = ("*.toml", *(f"{folder}/**/*.toml" for folder in TAG_BY_FOLDER))
    documents = load_documents(CONTENT_FOLDER, names, find_result_file(__file__))

    def read(file: Path) -> Mapping[str, Any]:
        return documents[file.relative_to(CONTENT_FOLDER).as_posix()]

    references = loader.load_references(CONTENT_FOLDER / "references.toml", read)
    glyphs = loader.load_glyphs(CONTENT_FOLDER / "signs.toml", read)
    return {
        tag: _load_pack(CONTENT_FOLDER / folder, tag, references, glyphs, read)
        for folder, tag in TAG_BY_FOLDER.items()
        if (CONTENT_FOLDER / folder).is_dir()
    }


def _add_custom_cards(packs_by_tag: Mapping[str, LanguagePack], folder: Path) -> Catalogue:
    english = packs_by_tag["en"]
    shipped = custom_cards.ShippedContent(
        cards={tip.id for tip in english.tips},
        topics=english.topics,
        references=english.references.keys() - {"source"},
        languages=tuple(packs_by_tag),
    )
    custom = custom_cards.read_cards(folder, shipped)
    return Catalogue(
        {tag: _merge_custom_cards(pack, custom) for tag, pack in packs_by_tag.items()},
        own_card_count=len(custom.card_ids()),
        retired_card_count=len(custom.retired_ids),
        faults=tuple(custom.faults),
    )


def _merge_custom_cards(words: LanguagePack, custom: custom_cards.CustomCards) -> LanguagePack:
    """Return *words* with the custom cards added; every language has the same card ids."""
    shipped = tuple(tip for tip in words.tips if tip.id not in custom.retired_ids)
    tips = (*shipped, *(custom.get_card(name, words.language) for name in custom.card_ids()))
    titles = {**words.topics, **custom.topic_titles(words.language)}
    used_topics = {tip.topic for tip in tips}
    topics = {topic: title for topic, title in titles.items() if topic in used_topics}
    return replace(words, tips=tips, topics=topics)


def _load_pack(
    folder: Path,
    tag: str,
    references: Mapping[str, Reference],
    glyphs: Mapping[str, str],
    read: loader.Read,
) -> LanguagePack:
    tips, topics = loader.load_tips(folder / "tips", read)
    return LanguagePack(
        language=tag,
        sentences=loader.load_sentences(folder / "words", read),
        tips=tips,
        topics=topics,
        questions=loader.load_questions(
            folder / "debrief.toml",
            folder / "checkin.toml",
            folder / "supervision_questions.toml",
            read=read,
        ),
        guide=loader.load_guide_lines(folder / "guide.toml", read),
        phrases=loader.load_phrases(folder / "phrases.toml", read),
        signs=loader.load_signs(folder / "signs.toml", glyphs, read),
        lenses=loader.load_lenses(folder / "lenses.toml", read),
        exercises=loader.load_exercises(
            folder / "exercises.toml", CONTENT_FOLDER / "exercises.toml", read
        ),
        drills=loader.load_drills(folder / "drills.toml", CONTENT_FOLDER / "drills.toml", read),
        references=references,
        supervision_guide=loader.load_guide_lines(folder / "supervision_guide.toml", read),
        rehearsals=loader.load_rehearsals(folder / "rehearsal.toml", read),
    )
