"""For whoever hears a screen, sees no colour, or reads a button by itself."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

import pytest

from bot.content.catalogue import LanguagePack
from bot.domain.checkins import questions
from bot.elements import (
    ActionRow,
    Banner,
    Button,
    Caption,
    Chart,
    Element,
    Form,
    Heading,
    Home,
    Link,
    Message,
    NameField,
    OverflowMenu,
    Text,
)
from tests.chat import screens
from tests.content.wording import all_texts
from tests.sources import ROOT

Screen = Message | Form | Home

in_every_language = pytest.mark.parametrize(
    "words", screens.LANGUAGE_PACKS, ids=lambda words: str(words.language)
)

PICTURED = re.compile("[\N{MAHJONG TILE EAST WIND}-\U0001faff\N{VARIATION SELECTOR-16}]|:[a-z_]+:")
"""What a product draws as a small picture: emoji, and their short names between colons."""

COLOURS = re.compile(r"\b(red|green|yellow|amber|orange|blue|grey|gray|coloured|colored)\b")


def shown(words: LanguagePack) -> Iterator[Screen]:
    """Every screen of a language."""
    yield from screens.iter_messages(words)
    yield from screens.iter_forms(words)
    yield from screens.iter_home_pages(words)


def steps(screen: Screen) -> list[Button | Link | OverflowMenu]:
    """Every step that a screen offers."""
    return [step for one in screen.body if isinstance(one, ActionRow) for step in one.controls]


@in_every_language
def test_no_meaning_rests_on_an_emoji(words: LanguagePack) -> None:
    """No sentence holds a picture; a sign's glyph is a plain shape, and has its name."""
    pictured = {
        where
        for where, text in all_texts(words).items()
        if PICTURED.search(text) or any(unicodedata.category(one) == "So" for one in text)
    }

    assert pictured == set()


def test_no_sentence_points_by_colour() -> None:
    """Nobody is told to look for the red one."""
    english = screens.CATALOGUE.get_pack("en")
    pointed = {
        where
        for where, text in all_texts(english).items()
        if COLOURS.search(text) and not where.startswith("tryout.")
    }

    assert pointed == set()


@in_every_language
def test_a_sign_is_never_without_its_name(words: LanguagePack) -> None:
    """Whoever cannot see the glyph hears what to draw."""
    for sign in words.signs:
        nudge = questions.render_checkin(words, "2026-W10", sign)
        told = " ".join(e.text for e in nudge.body if isinstance(e, Text | Caption | Heading))

        assert sign.glyph in told
        assert sign.name in told


@in_every_language
def test_a_chart_says_in_words_all_that_it_draws(words: LanguagePack) -> None:
    """Each answer of a chart stands beside it with its share, as a line to read."""
    charts = [e for s in screens.iter_messages(words) for e in s.body if isinstance(e, Chart)]

    assert charts
    for chart in charts:
        assert chart.title
        assert len(chart.text_equivalent.splitlines()) == len(chart.bars) + 1
        assert all(len(line) > 3 for line in chart.text_equivalent.splitlines())


@in_every_language
def test_headings_stand_above_what_they_name(words: LanguagePack) -> None:
    """No heading follows a heading, and none is the last thing on a screen."""
    for screen in shown(words):
        body: list[Element] = list(screen.body)
        stacked = [
            a for a, b in pairwise(body) if isinstance(a, Heading) and isinstance(b, Heading)
        ]

        assert stacked == []
        assert not isinstance(body[-1], Heading)


@in_every_language
def test_a_message_that_has_headings_begins_with_one(words: LanguagePack) -> None:
    """Whoever jumps from heading to heading starts at the top; a safety line may come first."""
    for message in screens.iter_messages(words):
        if any(isinstance(one, Heading) for one in message.body):
            first = next(one for one in message.body if not isinstance(one, Banner))
            assert isinstance(first, Heading)


@in_every_language
def test_every_message_has_words_for_those_who_hear_it(words: LanguagePack) -> None:
    """A notification and a screen reader say a summary, free of markup."""
    for message in screens.iter_messages(words):
        assert message.summary
        assert "**" not in message.summary
        assert "](" not in message.summary


@in_every_language
def test_no_two_steps_of_a_screen_have_the_same_name(words: LanguagePack) -> None:
    """Whoever hears a list of buttons can tell them apart."""
    for screen in shown(words):
        labels = [step.label for step in steps(screen)]

        assert len(set(labels)) == len(labels)


def test_a_button_makes_sense_read_alone() -> None:
    """In English that takes two words at least: what is done, and to what."""
    english = screens.CATALOGUE.get_pack("en")
    labels = {step.label for screen in shown(english) for step in steps(screen)}

    assert {label for label in labels if len(label.split()) < 2} == set()


def test_only_a_teams_set_up_has_a_line_to_type_on() -> None:
    """Wherever a client might come to mind there is nothing to type."""
    english = screens.CATALOGUE.get_pack("en")
    typed = {
        screen.name
        for screen in screens.iter_forms(english)
        if any(isinstance(one, NameField) for one in screen.body)
    }

    assert typed == {"setup"}


def test_every_picture_in_the_documents_is_described() -> None:
    """An image in a document says in words what it shows."""
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    images = [
        alt
        for document in documents
        for alt in re.findall(r"!\[(.*?)\]\(", document.read_text(encoding="utf-8"))
    ]

    assert all(len(alt.split()) >= 4 for alt in images)
