"""The content of one language, with its formatting of dates, times, numbers and lists."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property, lru_cache
from types import MappingProxyType

from babel import Locale
from babel.dates import format_interval, format_time, get_day_names
from babel.lists import format_list
from babel.numbers import format_decimal

from bot.content import loader
from bot.content.day_format import format_day
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
from bot.retention_periods import DEFAULT_RETENTION, RetentionPeriods

PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, repr=False, eq=False)
class LanguagePack:
    """All content of one language, with its formatting of dates, times, numbers and lists.

    A pack is equal to itself only, so that it is a key of caches of what is rendered from it.
    Its repr names no content: asyncio computes the repr of results that it only passes on.
    ``sentences`` are keyed ``area.path`` (file name, then tables); ``guide`` and
    ``supervision_guide`` map dotted paths to the lines of the guides for a strain with a client and
    in supervision; ``topics`` maps the keyword of ``/tip`` to the title; ``rehearsals`` maps a
    marker of rupture to the replies that its first sentence is rehearsed with. ``safety_text`` is
    the service's own procedure for a person at risk, ``""`` for none; ``retention`` is stated.
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
    drills: tuple[Drill, ...]
    references: Mapping[str, Reference]
    supervision_guide: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    rehearsals: Mapping[str, tuple[RehearsedReply, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    safety_text: str = ""
    retention: RetentionPeriods = DEFAULT_RETENTION

    def translate(self, key: str, /, **facts: str | int) -> str:
        """Return the sentence with *key*, its placeholders replaced by *facts*.

        Integers are formatted for the locale. A sentence with plural forms is selected by the fact
        ``count``. Raises :class:`KeyError` for an unknown key or a missing fact.
        """
        sentence = self.sentences[key]
        if not isinstance(sentence, str):
            plural_form = self.locale.plural_form(int(facts["count"]))
            sentence = sentence.get(plural_form, sentence["other"])
        return self._fill_placeholders(sentence, facts) if "{" in sentence else sentence

    def guide_line(self, key: str, /, **facts: str | int) -> str:
        """Return the guide's line with *key*, placeholders replaced; KeyError if unknown."""
        line = self.guide[key]
        return self._fill_placeholders(line, facts) if "{" in line else line

    def _fill_placeholders(self, sentence: str, facts: Mapping[str, str | int]) -> str:
        parts = list(_split_at_placeholders(sentence))
        for position in range(1, len(parts), 2):
            parts[position] = self._format_fact(facts[parts[position]])
        return "".join(parts)

    def _format_fact(self, fact: str | int) -> str:
        return fact if isinstance(fact, str) else format_decimal(fact, locale=self.locale)

    @cached_property
    def locale(self) -> Locale:
        """Babel's locale: rules for plurals, dates, numbers and lists."""
        return Locale.parse(self.language, sep="-")

    @property
    def display_name(self) -> str:
        """The language's name in itself, such as 'English' or 'français (Canada)'."""
        return self.locale.display_name or self.language

    def format_day(self, day: date) -> str:
        """Return *day* with its weekday, such as 'Monday, November 30'."""
        return format_day(self.language, day)

    def format_span(self, first: date, last: date) -> str:
        """Return the days from *first* to *last* and the year once, such as 'Jul 6 - 26, 2026'."""
        return str(format_interval(first, last, "yMMMd", locale=self.locale))

    def weekday_name(self, iso: int) -> str:
        """Return the name of the ISO weekday *iso* (1 is Monday)."""
        return str(get_day_names("wide", locale=self.locale)[iso - 1])

    def format_clock_time(self, clock_time: time) -> str:
        """Return a local time in the locale's short format, such as '9:00 AM'."""
        return format_time(clock_time, "short", locale=self.locale)

    def region_name(self, code: str) -> str:
        """Return a country's name, such as 'Canada', with its subdivision's code: 'Canada (QC)'."""
        country, _, subdivision = code.partition("-")
        name = str(self.locale.territories.get(country, country))
        return f"{name} ({subdivision})" if subdivision else name

    def join_items(self, items: Iterable[str]) -> str:
        """Return *items* joined as a list in this language."""
        return format_list(tuple(items), locale=self.locale)

    def join_sentences(self, sentences: Iterable[str]) -> str:
        """Return *sentences* joined by a space, or by nothing in Chinese."""
        return ("" if self.locale.language == "zh" else " ").join(sentences)

    def mention_people(self, ids: Iterable[str]) -> str:
        """Return mentions of the person ids, joined as a list in this language."""
        return self.join_items(f"@{{{person}}}" for person in ids)

    def get_tip(self, card_id: str) -> Tip:
        """Return the card with id *card_id*; KeyError if there is none."""
        return self._tips_by_id[card_id]

    def get_sign(self, code: str) -> Sign:
        """Return the sign with *code*; KeyError if there is none."""
        return self._signs_by_code[code]

    @cached_property
    def _tips_by_id(self) -> Mapping[str, Tip]:
        return {tip.id: tip for tip in self.tips}

    @cached_property
    def _signs_by_code(self) -> Mapping[str, Sign]:
        return {sign.code: sign for sign in self.signs}


@lru_cache(maxsize=4096)
def _split_at_placeholders(sentence: str) -> tuple[str, ...]:
    """Return the texts of *sentence* and between them the names of its placeholders."""
    return tuple(PLACEHOLDER.split(sentence))
