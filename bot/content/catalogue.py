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
    "Lens",
    "Phrase",
    "Question",
    "Reference",
    "Sign",
    "Tip",
    "Words",
    "load",
]

HERE = Path(__file__).parent
FOLDERS = {"en": "en", "fr": "fr-CA", "zh": "zh-Hans"}
"""Each language's folder, and its tag."""

BLANK = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Words:
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

    def say(self, key: str, /, **facts: str | int) -> str:
        """Return the sentence *key* with its blanks filled.

        Whole numbers are written as the language writes them. A sentence with plural
        forms is chosen by the fact ``count``. KeyError for an unknown key or blank.
        """
        sentence = self.sentences[key]
        if not isinstance(sentence, str):
            form = self.locale.plural_form(int(facts["count"]))
            sentence = sentence.get(form, sentence["other"])
        return self._filled(sentence, facts)

    def line(self, key: str, /, **facts: str | int) -> str:
        """Return the guide's line *key* with its blanks filled; KeyError for an unknown key."""
        return self._filled(self.guide[key], facts)

    def _filled(self, sentence: str, facts: Mapping[str, str | int]) -> str:
        return BLANK.sub(lambda blank: self._written(facts[blank[1]]), sentence)

    def _written(self, fact: str | int) -> str:
        return fact if isinstance(fact, str) else format_decimal(fact, locale=self.locale)

    @cached_property
    def locale(self) -> Locale:
        """The language's rules for plurals, dates, numbers and lists."""
        return Locale.parse(self.language, sep="-")

    @property
    def name(self) -> str:
        """The language's own name, such as 'English' or 'français (Canada)'."""
        return self.locale.display_name or self.language

    def day(self, day: date) -> str:
        """Return *day* as it is said, such as 'Monday, November 30'."""
        short: str = self.locale.datetime_skeletons["MMMEd"].pattern
        long = short.replace("MMM", "MMMM").replace("E", "EEEE")
        return format_date(day, long, self.locale)

    def dated(self, day: date) -> str:
        """Return *day* with its year, such as 'November 30, 2026'."""
        return format_date(day, "long", locale=self.locale)

    def weekday(self, iso: int) -> str:
        """Return the name of the ISO weekday *iso* (1 is Monday)."""
        return str(get_day_names("wide", locale=self.locale)[iso - 1])

    def time(self, at: time) -> str:
        """Return a local time as it is written, such as '9:00 AM'."""
        return format_time(at, "short", locale=self.locale)

    def region(self, code: str) -> str:
        """Return a country's name, such as 'Canada', with the code of its part: 'Canada (QC)'."""
        country, _, part = code.partition("-")
        name = str(self.locale.territories.get(country, country))
        return f"{name} ({part})" if part else name

    def list(self, items: Iterable[str]) -> str:
        """Return *items* joined as the language joins them."""
        return format_list(tuple(items), locale=self.locale)

    def prose(self, sentences: Iterable[str]) -> str:
        """Return whole sentences one after the other; Chinese puts no space between them."""
        return ("" if self.locale.language == "zh" else " ").join(sentences)

    def people(self, ids: Iterable[str]) -> str:
        """Return the people with these product ids as mentions, joined as the language joins."""
        return self.list(f"@{{{person}}}" for person in ids)

    def tip(self, card: str) -> Tip:
        """Return the card with this id; KeyError when there is none."""
        return {tip.id: tip for tip in self.tips}[card]

    def sign(self, code: str) -> Sign:
        """Return the sign with this code; KeyError when there is none."""
        return {sign.code: sign for sign in self.signs}[code]


@dataclass(frozen=True)
class Catalogue:
    """All languages that are complete; one that is not has no folder here.

    ``own`` counts a practice's own cards, ``retired`` those of ours that it put away, and
    ``faults`` say what of its folder is left out until it is mended.
    """

    spoken: Mapping[str, Words]
    own: int = 0
    retired: int = 0
    faults: tuple[Fault, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """The tags of the languages on offer, English first."""
        return tuple(self.spoken)

    def words(self, language: str) -> Words:
        """Return the best match for a tag such as 'fr-FR' or 'en_US'; English for the rest."""
        spoken = re.split("[-_]", language.lower())[0]
        return self.spoken[FOLDERS.get(spoken, "en")] if self.speaks(spoken) else self.spoken["en"]

    def settle(self, *tags: str) -> str:
        """Return the language of the first of *tags* that is on offer; English for none."""
        offered = (tag for tag in tags if self.speaks(re.split("[-_]", tag.lower())[0]))
        return self.words(next(offered, "en")).language

    def speaks(self, language: str) -> bool:
        """Whether a primary language, such as 'fr', is on offer."""
        return FOLDERS.get(language, "") in self.spoken


def load(extra: Path | None = None) -> Catalogue:
    """Read every language's files once, and a practice's own cards from the folder *extra*."""
    references = loader.references(HERE / "references.toml")
    pictures = loader.pictures(HERE / "signs.toml")
    spoken = {
        tag: _words(HERE / folder, tag, references, pictures)
        for folder, tag in FOLDERS.items()
        if (HERE / folder).is_dir()
    }
    return Catalogue(spoken) if extra is None else _with_own(spoken, extra)


def _with_own(spoken: Mapping[str, Words], folder: Path) -> Catalogue:
    english = spoken["en"]
    shipped = custom_cards.Shipped(
        cards={tip.id for tip in english.tips},
        topics=english.topics,
        references=english.references.keys() - {"source"},
        languages=tuple(spoken),
    )
    found = custom_cards.read(folder, shipped)
    return Catalogue(
        {tag: _joined(words, found) for tag, words in spoken.items()},
        own=len(found.ids()),
        retired=len(found.retired),
        faults=tuple(found.faults),
    )


def _joined(words: Words, found: custom_cards.Own) -> Words:
    """One language with a practice's own cards; every language has the same ones."""
    shipped = tuple(tip for tip in words.tips if tip.id not in found.retired)
    tips = (*shipped, *(found.card(name, words.language) for name in found.ids()))
    titles = {**words.topics, **found.titles(words.language)}
    filled = {tip.topic for tip in tips}
    topics = {topic: title for topic, title in titles.items() if topic in filled}
    return replace(words, tips=tips, topics=topics)


def _words(
    folder: Path, tag: str, references: Mapping[str, Reference], pictures: Mapping[str, str]
) -> Words:
    tips, topics = loader.tips(folder / "tips")
    return Words(
        language=tag,
        sentences=loader.sentences(folder / "words"),
        tips=tips,
        topics=topics,
        questions=loader.questions(folder / "debrief.toml", folder / "checkin.toml"),
        guide=loader.lines(folder / "guide.toml"),
        phrases=loader.phrases(folder / "phrases.toml"),
        signs=loader.signs(folder / "signs.toml", pictures),
        lenses=loader.lenses(folder / "lenses.toml"),
        exercises=loader.exercises(folder / "exercises.toml", HERE / "exercises.toml"),
        references=references,
    )
