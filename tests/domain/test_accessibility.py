"""Accessibility rules: screen readers, colour blindness, navigation by buttons and headings."""

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
"""What a product renders as a picture: emoji, and emoji short codes between colons."""

COLOURS = re.compile(r"\b(red|green|yellow|amber|orange|blue|grey|gray|coloured|colored)\b")


def iter_screens(words: LanguagePack) -> Iterator[Screen]:
    """Yield every screen of a language pack."""
    yield from screens.iter_messages(words)
    yield from screens.iter_forms(words)
    yield from screens.iter_home_pages(words)


def list_controls(screen: Screen) -> list[Button | Link | OverflowMenu]:
    """Return every control of a screen."""
    return [
        control for row in screen.body if isinstance(row, ActionRow) for control in row.controls
    ]


@in_every_language
def test_no_text_contains_an_emoji(words: LanguagePack) -> None:
    """No text contains an emoji; the glyph of a sign is a plain shape with a name."""
    texts_with_pictures = {
        key
        for key, text in all_texts(words).items()
        if PICTURED.search(text) or any(unicodedata.category(char) == "So" for char in text)
    }

    assert texts_with_pictures == set()


def test_no_text_refers_to_a_colour() -> None:
    """No text refers to a colour."""
    english = screens.CATALOGUE.get_pack("en")
    texts_with_colours = {
        key
        for key, text in all_texts(english).items()
        if COLOURS.search(text) and not key.startswith("sandbox.")
    }

    assert texts_with_colours == set()


@in_every_language
def test_a_sign_has_its_name_next_to_it(words: LanguagePack) -> None:
    """A message contains the name of a sign next to its glyph, for screen readers."""
    for sign in words.signs:
        nudge = questions.render_checkin(words, "2026-W10", sign)
        text = " ".join(e.text for e in nudge.body if isinstance(e, Text | Caption | Heading))

        assert sign.glyph in text
        assert sign.name in text


@pytest.mark.no_cover
@in_every_language
def test_a_chart_has_a_complete_text_alternative(words: LanguagePack) -> None:
    """A chart's text alternative names each of its answers."""
    charts = [e for s in screens.iter_messages(words) for e in s.body if isinstance(e, Chart)]

    assert charts
    for chart in charts:
        assert chart.title
        assert all(bar.label in chart.text_equivalent for bar in chart.bars)
        assert len(chart.text_equivalent) > sum(len(bar.label) for bar in chart.bars)


@pytest.mark.no_cover
@in_every_language
def test_headings_precede_content(words: LanguagePack) -> None:
    """No heading follows a heading, and no screen ends with one."""
    for screen in iter_screens(words):
        body: list[Element] = list(screen.body)
        adjacent_headings = [
            a for a, b in pairwise(body) if isinstance(a, Heading) and isinstance(b, Heading)
        ]

        assert adjacent_headings == []
        assert not isinstance(body[-1], Heading)


@pytest.mark.no_cover
@in_every_language
def test_a_message_with_headings_starts_with_one(words: LanguagePack) -> None:
    """A message with headings starts with one; only a safety banner may precede it."""
    for message in screens.iter_messages(words):
        if any(isinstance(element, Heading) for element in message.body):
            first_element = next(
                element for element in message.body if not isinstance(element, Banner)
            )
            assert isinstance(first_element, Heading)


@pytest.mark.no_cover
@in_every_language
def test_every_message_has_a_plain_summary(words: LanguagePack) -> None:
    """Every message has a summary without markup, for notifications and screen readers."""
    for message in screens.iter_messages(words):
        assert message.summary
        assert "**" not in message.summary
        assert "](" not in message.summary


@in_every_language
def test_control_labels_of_a_screen_are_unique(words: LanguagePack) -> None:
    """The labels of a screen's controls are unique."""
    for screen in iter_screens(words):
        labels = [control.label for control in list_controls(screen)]

        assert len(set(labels)) == len(labels)


def test_a_button_label_is_an_action_with_its_object() -> None:
    """An English button label has at least two words: an action and its object."""
    english = screens.CATALOGUE.get_pack("en")
    labels = {
        control.label for screen in iter_screens(english) for control in list_controls(screen)
    }

    assert {label for label in labels if len(label.split()) < 2} == set()


def test_only_the_set_up_form_has_a_text_field() -> None:
    """The set-up form is the only form with a text field, so that no client data can be typed."""
    english = screens.CATALOGUE.get_pack("en")
    forms_with_text_fields = {
        screen.name
        for screen in screens.iter_forms(english)
        if any(isinstance(element, NameField) for element in screen.body)
    }

    assert forms_with_text_fields == {"setup"}


def test_document_images_have_an_alternative_text() -> None:
    """Every image in the documents has an alternative text."""
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    images = [
        alt
        for document in documents
        for alt in re.findall(r"!\[(.*?)\]\(", document.read_text(encoding="utf-8"))
    ]

    assert all(len(alt.split()) >= 4 for alt in images)
