"""Lay out a guide for a phone: the lines to read at once, and the rest behind two buttons."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from bot.content.catalogue import LanguagePack
from bot.content.word_count import count_words
from bot.domain import safety_banners
from bot.domain.debriefs.debrief_form import build_debrief_code_fields
from bot.elements import Banner, Caption, ContactLink, Element, Fold, Form, Quote, Text

MAX_CONTACTS = 10
"""Maximum number of supervisors to write to; a phone displays no more at a glance."""

OPENER_SEPARATOR = " · "
"""Separates the ways to start in supervision in a line of the guide, in every language."""


MAX_WORDS = 150
"""Maximum words of a guide before the fold "more": about 40 seconds of reading on a phone."""

_VISIBLE_TEXTS = (Text, Caption, Quote, Banner)
"""The elements whose words are read at once."""


class Step(NamedTuple):
    """One step: its name, its lines, and the elements below them."""

    name: str
    lines: tuple[str, ...]
    elements: tuple[Element, ...] = ()


class WordBudget:
    """The words that a phone has room for before the fold "more"."""

    def __init__(self, words: LanguagePack, *elements: Element) -> None:
        """Start with :data:`MAX_WORDS` less the words of *elements*, which are always there."""
        self._words = words
        self._room = MAX_WORDS - count_visible_words(elements)

    def split_step(self, step: Step) -> tuple[Step, Step]:
        """Return *step* with the first line if there is room for it, and with the other lines."""
        first, others, word_count = split_first_line(self._words, step)
        return (first, others) if self._take_words(word_count) else (Step(step.name, ()), step)

    def take(self, elements: Iterable[Element]) -> bool:
        """Return whether there is room for *elements*, which is then taken."""
        return self._take_words(count_visible_words(elements))

    def _take_words(self, count: int) -> bool:
        has_room = count <= self._room
        self._room -= count if has_room else 0
        return has_room


@lru_cache(maxsize=1024)
def split_first_line(words: LanguagePack, step: Step) -> tuple[Step, Step, int]:
    """Return *step* with the first line, with the other lines, and the words of the first one."""
    first = Step(step.name, step.lines[:1])
    others = Step(step.name, step.lines[1:], step.elements)
    return first, others, count_visible_words(render_steps(words, first))


def count_visible_words(elements: Iterable[Element]) -> int:
    """Return the number of words of texts, without labels of buttons and without folds."""
    return sum([count_words(e.text) for e in elements if isinstance(e, _VISIBLE_TEXTS)])


def render_steps(words: LanguagePack, *steps: Step) -> tuple[Element, ...]:
    """Return one paragraph for each step that has lines, with its title, and its elements."""
    elements: list[Element] = []
    for step in steps:
        if step.lines:
            elements += (_render_step(words, step.name, step.lines), *step.elements)
    return tuple(elements)


def render_short_steps(words: LanguagePack, *steps: Step) -> tuple[Text, ...]:
    """Return one paragraph with the steps that have lines, each on a line of its own, if any."""
    lines = [_render_step(words, step.name, step.lines).text for step in steps if step.lines]
    return (Text("\n".join(lines)),) if lines else ()


@lru_cache(maxsize=1024)
def _render_step(words: LanguagePack, name: str, lines: tuple[str, ...]) -> Text:
    """Return the paragraph of a step's *lines*, which many guides share."""
    title = words.guide_line(f"step.{name}")
    first_line = words.translate("rupture.guide.step", title=title, line=lines[0])
    return Text("\n".join((first_line, *lines[1:])))


def build_fold(words: LanguagePack, name: str, *body: Element) -> tuple[Fold, ...]:
    """Return the fold *name* (``why``, ``bring`` or ``more``) unless its *body* is empty."""
    return (Fold(words.translate(f"rupture.guide.{name}"), body),) if body else ()


def split_openers(line: str) -> tuple[str, ...]:
    """Return the ways to start in supervision that *line* has, to be copied one by one."""
    return tuple(line.split(OPENER_SEPARATOR))


def build_contacts(words: LanguagePack, supervisors: tuple[str, ...]) -> Iterator[Element]:
    """Yield a contact link for each supervisor; with several, each below a mention."""
    if len(supervisors) == 1:
        yield ContactLink(supervisors[0], words.translate("rupture.guide.write"))
        return
    for person in supervisors:
        yield Text(words.mention_people((person,)))
        yield ContactLink(person, words.translate("rupture.guide.write_this_one"))


def build_copy_hint(words: LanguagePack, supervisors: tuple[str, ...]) -> Iterator[Element]:
    """Yield the hint to copy a way to start, without client facts, into the chat of a contact."""
    if supervisors:
        yield Caption(words.translate("rupture.guide.copy"))


def build_code_chooser_form(words: LanguagePack) -> Form:
    """Build the form that selects the two codes of a guide without filing them.

    No guide is stored to be shown again, since a stored one would prove that a debrief was filed:
    the same two codes give the same guide.
    """
    return Form(
        "guide",
        words.translate("rupture.chooser.title"),
        (
            *safety_banners.build_banners(words, "banner"),
            Text(words.translate("rupture.chooser.intro")),
            *build_debrief_code_fields(words),
            Caption(words.translate("rupture.chooser.again")),
        ),
        submit=words.translate("rupture.chooser.submit"),
        close=words.translate("common.cancel"),
    )
