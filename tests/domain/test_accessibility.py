"""For whoever hears a screen, sees no colour, or reads a button by itself."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

import pytest

from bot.content.catalogue import Words
from bot.domain.checkins import questions
from bot.elements import (
    Actions,
    Banner,
    Button,
    Chart,
    Element,
    Form,
    Heading,
    Home,
    Link,
    Menu,
    Message,
    Name,
    Small,
    Text,
)
from tests.chat import screens
from tests.content.wording import everything
from tests.sources import ROOT

Screen = Message | Form | Home

in_every_language = pytest.mark.parametrize(
    "words", screens.SPOKEN, ids=lambda words: str(words.language)
)

PICTURED = re.compile("[\N{MAHJONG TILE EAST WIND}-\U0001faff\N{VARIATION SELECTOR-16}]|:[a-z_]+:")
"""What a product draws as a small picture: emoji, and their short names between colons."""

COLOURS = re.compile(r"\b(red|green|yellow|amber|orange|blue|grey|gray|coloured|colored)\b")


def shown(words: Words) -> Iterator[Screen]:
    """Every screen of a language."""
    yield from screens.messages(words)
    yield from screens.forms(words)
    yield from screens.pages(words)


def steps(screen: Screen) -> list[Button | Link | Menu]:
    """Every step that a screen offers."""
    return [step for one in screen.body if isinstance(one, Actions) for step in one.steps]


@in_every_language
def test_no_meaning_rests_on_an_emoji(words: Words) -> None:
    """No sentence holds a picture; a sign's glyph is a plain shape, and has its name."""
    pictured = {
        where
        for where, text in everything(words).items()
        if PICTURED.search(text) or any(unicodedata.category(one) == "So" for one in text)
    }

    assert pictured == set()


def test_no_sentence_points_by_colour() -> None:
    """Nobody is told to look for the red one."""
    english = screens.CATALOGUE.words("en")
    pointed = {
        where
        for where, text in everything(english).items()
        if COLOURS.search(text) and not where.startswith("tryout.")
    }

    assert pointed == set()


@in_every_language
def test_a_sign_is_never_without_its_name(words: Words) -> None:
    """Whoever cannot see the glyph hears what to draw."""
    for sign in words.signs:
        nudge = questions.nudge(words, "2026-W10", sign)
        told = " ".join(e.text for e in nudge.body if isinstance(e, Text | Small | Heading))

        assert sign.picture in told
        assert sign.name in told


@in_every_language
def test_a_chart_says_in_words_all_that_it_draws(words: Words) -> None:
    """Each answer of a chart stands beside it with its share, as a line to read."""
    charts = [e for s in screens.messages(words) for e in s.body if isinstance(e, Chart)]

    assert charts
    for chart in charts:
        assert chart.title
        assert len(chart.words.splitlines()) == len(chart.bars) + 1
        assert all(len(line) > 3 for line in chart.words.splitlines())


@in_every_language
def test_headings_stand_above_what_they_name(words: Words) -> None:
    """No heading follows a heading, and none is the last thing on a screen."""
    for screen in shown(words):
        body: list[Element] = list(screen.body)
        stacked = [
            a for a, b in pairwise(body) if isinstance(a, Heading) and isinstance(b, Heading)
        ]

        assert stacked == []
        assert not isinstance(body[-1], Heading)


@in_every_language
def test_a_message_that_has_headings_begins_with_one(words: Words) -> None:
    """Whoever jumps from heading to heading starts at the top; a safety line may come first."""
    for message in screens.messages(words):
        if any(isinstance(one, Heading) for one in message.body):
            first = next(one for one in message.body if not isinstance(one, Banner))
            assert isinstance(first, Heading)


@in_every_language
def test_every_message_has_words_for_those_who_hear_it(words: Words) -> None:
    """A notification and a screen reader say a summary, free of markup."""
    for message in screens.messages(words):
        assert message.summary
        assert "**" not in message.summary
        assert "](" not in message.summary


@in_every_language
def test_no_two_steps_of_a_screen_have_the_same_name(words: Words) -> None:
    """Whoever hears a list of buttons can tell them apart."""
    for screen in shown(words):
        labels = [step.label for step in steps(screen)]

        assert len(set(labels)) == len(labels)


def test_a_button_makes_sense_read_alone() -> None:
    """In English that takes two words at least: what is done, and to what."""
    english = screens.CATALOGUE.words("en")
    labels = {step.label for screen in shown(english) for step in steps(screen)}

    assert {label for label in labels if len(label.split()) < 2} == set()


def test_only_a_teams_set_up_has_a_line_to_type_on() -> None:
    """Wherever a client might come to mind there is nothing to type."""
    english = screens.CATALOGUE.words("en")
    typed = {
        screen.name
        for screen in screens.forms(english)
        if any(isinstance(one, Name) for one in screen.body)
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
