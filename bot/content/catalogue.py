"""Every sentence that a person can meet, in their language; nothing here decides anything."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from functools import cached_property
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_time, get_day_names
from babel.lists import format_list
from babel.numbers import format_decimal

from bot.content import custom_cards, loader
from bot.content.model import Exercise, Lens, Phrase, Question, Reference, Sign, Tip
from bot.errors import Fault

__all__ = [
    "Catalogue",
    "Exercise",
    "LanguagePack",
    "Lens",
    "Phrase",
    "Question",
    "Reference",
    "Sign",
    "Tip",
    "load_catalogue",
]

CONTENT_FOLDER = Path(__file__).parent
TAG_BY_FOLDER = {"en": "en", "fr": "fr-CA", "zh": "zh-Hans"}
"""Each language's folder, and its tag."""

PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class LanguagePack:
    """One language: its sentences, its cards and codebook, its days, times and lists.

    ``sentences`` are keyed ``area.path`` (file, then tables); ``guide`` holds the lines of
    the guide by dotted path; ``topics`` maps the word typed after ``/tip`` to a title.
    """

    language: str
    sentences: Mapping[str, loader.Sentence]
    tips: tuple[Tip, ...]
    topics: Mapping[str, str]
    questions: Mapping[str, Question]
    guide: Mapping[str, str]
    phrases: Mapping[str, Phrase]
    signs: tuple[Sign, ...]
    lenses: tuple[Lens, ...]
    exercises: tuple[Exercise, ...]
    references: Mapping[str, Reference]

    def translate(self, key: str, /, **facts: str | int) -> str:
        """Return the sentence *key* with its blanks filled.

        Whole numbers are written as the language writes them. A sentence with plural
        forms is chosen by the fact ``count``. KeyError for an unknown key or blank.
        """
        sentence = self.sentences[key]
        if not isinstance(sentence, str):
            form = self.locale.plural_form(int(facts["count"]))
            sentence = sentence.get(form, sentence["other"])
        return self._fill_placeholders(sentence, facts)

    def guide_line(self, key: str, /, **facts: str | int) -> str:
        """Return the guide's line *key* with its blanks filled; KeyError for an unknown key."""
        return self._fill_placeholders(self.guide[key], facts)

    def _fill_placeholders(self, sentence: str, facts: Mapping[str, str | int]) -> str:
        return PLACEHOLDER.sub(lambda blank: self._format_fact(facts[blank[1]]), sentence)

    def _format_fact(self, fact: str | int) -> str:
        return fact if isinstance(fact, str) else format_decimal(fact, locale=self.locale)

    @cached_property
    def locale(self) -> Locale:
        """The language's rules for plurals, dates, numbers and lists."""
        return Locale.parse(self.language, sep="-")

    @property
    def display_name(self) -> str:
        """The language's own name, such as 'English' or 'français (Canada)'."""
        return self.locale.display_name or self.language

    def format_day(self, day: date) -> str:
        """Return *day* as it is said, such as 'Monday, November 30'."""
        short: str = self.locale.datetime_skeletons["MMMEd"].pattern
        long = short.replace("MMM", "MMMM").replace("E", "EEEE")
        return format_date(day, long, self.locale)

    def format_day_with_year(self, day: date) -> str:
        """Return *day* with its year, such as 'November 30, 2026'."""
        return format_date(day, "long", locale=self.locale)

    def weekday_name(self, iso: int) -> str:
        """Return the name of the ISO weekday *iso* (1 is Monday)."""
        return str(get_day_names("wide", locale=self.locale)[iso - 1])

    def format_clock_time(self, at: time) -> str:
        """Return a local time as it is written, such as '9:00 AM'."""
        return format_time(at, "short", locale=self.locale)

    def region_name(self, code: str) -> str:
        """Return a country's name, such as 'Canada', with the code of its part: 'Canada (QC)'."""
        country, _, part = code.partition("-")
        name = str(self.locale.territories.get(country, country))
        return f"{name} ({part})" if part else name

    def join_items(self, items: Iterable[str]) -> str:
        """Return *items* joined as the language joins them."""
        return format_list(tuple(items), locale=self.locale)

    def join_sentences(self, sentences: Iterable[str]) -> str:
        """Return whole sentences one after the other; Chinese puts no space between them."""
        return ("" if self.locale.language == "zh" else " ").join(sentences)

    def mention_people(self, ids: Iterable[str]) -> str:
        """Return the people with these product ids as mentions, joined as the language joins."""
        return self.join_items(f"@{{{person}}}" for person in ids)

    def get_tip(self, card: str) -> Tip:
        """Return the card with this id; KeyError when there is none."""
        return {tip.id: tip for tip in self.tips}[card]

    def get_sign(self, code: str) -> Sign:
        """Return the sign with this code; KeyError when there is none."""
        return {sign.code: sign for sign in self.signs}[code]


@dataclass(frozen=True)
class Catalogue:
    """All languages that are complete; one that is not has no folder here.

    ``own`` counts a practice's own cards, ``retired`` those of ours that it put away, and
    ``faults`` say what of its folder is left out until it is mended.
    """

    packs_by_tag: Mapping[str, LanguagePack]
    own_card_count: int = 0
    retired_card_count: int = 0
    faults: tuple[Fault, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """The tags of the languages on offer, English first."""
        return tuple(self.packs_by_tag)

    def get_pack(self, language: str) -> LanguagePack:
        """Return the best match for a tag such as 'fr-FR' or 'en_US'; English for the rest."""
        spoken = re.split("[-_]", language.lower())[0]
        return (
            self.packs_by_tag[TAG_BY_FOLDER.get(spoken, "en")]
            if self.has_language(spoken)
            else self.packs_by_tag["en"]
        )

    def choose_language(self, *tags: str) -> str:
        """Return the language of the first of *tags* that is on offer; English for none."""
        offered = (tag for tag in tags if self.has_language(re.split("[-_]", tag.lower())[0]))
        return self.get_pack(next(offered, "en")).language

    def has_language(self, language: str) -> bool:
        """Whether a primary language, such as 'fr', is on offer."""
        return TAG_BY_FOLDER.get(language, "") in self.packs_by_tag


def load_catalogue(cards_folder: Path | None = None) -> Catalogue:
    """Read every language's files once, and a practice's own cards from the folder *extra*."""
    references = loader.load_references(CONTENT_FOLDER / "references.toml")
    pictures = loader.load_glyphs(CONTENT_FOLDER / "signs.toml")
    spoken = {
        tag: _load_pack(CONTENT_FOLDER / folder, tag, references, pictures)
        for folder, tag in TAG_BY_FOLDER.items()
        if (CONTENT_FOLDER / folder).is_dir()
    }
    return Catalogue(spoken) if cards_folder is None else _add_custom_cards(spoken, cards_folder)


def _add_custom_cards(packs_by_tag: Mapping[str, LanguagePack], folder: Path) -> Catalogue:
    english = packs_by_tag["en"]
    shipped = custom_cards.ShippedContent(
        cards={tip.id for tip in english.tips},
        topics=english.topics,
        references=english.references.keys() - {"source"},
        languages=tuple(packs_by_tag),
    )
    found = custom_cards.read_cards(folder, shipped)
    return Catalogue(
        {tag: _merge_custom_cards(words, found) for tag, words in packs_by_tag.items()},
        own_card_count=len(found.card_ids()),
        retired_card_count=len(found.retired_ids),
        faults=tuple(found.faults),
    )


def _merge_custom_cards(words: LanguagePack, custom: custom_cards.CustomCards) -> LanguagePack:
    """One language with a practice's own cards; every language has the same ones."""
    shipped = tuple(tip for tip in words.tips if tip.id not in custom.retired_ids)
    tips = (*shipped, *(custom.get_card(name, words.language) for name in custom.card_ids()))
    titles = {**words.topics, **custom.topic_titles(words.language)}
    filled = {tip.topic for tip in tips}
    topics = {topic: title for topic, title in titles.items() if topic in filled}
    return replace(words, tips=tips, topics=topics)


def _load_pack(
    folder: Path, tag: str, references: Mapping[str, Reference], pictures: Mapping[str, str]
) -> LanguagePack:
    tips, topics = loader.load_tips(folder / "tips")
    return LanguagePack(
        language=tag,
        sentences=loader.load_sentences(folder / "words"),
        tips=tips,
        topics=topics,
        questions=loader.load_questions(folder / "debrief.toml", folder / "checkin.toml"),
        guide=loader.load_lines(folder / "guide.toml"),
        phrases=loader.load_phrases(folder / "phrases.toml"),
        signs=loader.load_signs(folder / "signs.toml", pictures),
        lenses=loader.load_lenses(folder / "lenses.toml"),
        exercises=loader.load_exercises(
            folder / "exercises.toml", CONTENT_FOLDER / "exercises.toml"
        ),
        references=references,
    )
