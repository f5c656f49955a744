"""Render the list of situations and topics, and the cards for a situation."""

from collections.abc import Sequence
from types import MappingProxyType

from bot.content.catalogue import LanguagePack, Tip
from bot.domain import drills, tips
from bot.elements import (
    ActionRow,
    Button,
    Caption,
    Element,
    Heading,
    Message,
    Text,
    split_into_rows,
)
from bot.errors import UnknownAnswerError

SITUATION_ATOMS = MappingProxyType(
    {
        "quiet": ("T2e", "T2d"),
        "cancels": ("T2c", "T3b"),
        "agrees": ("i3", "T7a"),
        "doubts": ("T2a", "T5a"),
        "angry": ("T2b", "T5b"),
        "slip": ("i5", "T3b"),
    }
)
"""The atoms of the cards shown for each situation; withdrawal precedes confrontation."""

SITUATION_KINDS = ("point", "minutes")
"""The kinds of cards shown for a situation: what to know and say, and what to practise alone."""

MAX_LISTED_TOPICS = 100
"""Maximum number of topics with a button; a practice may add any number of topics."""


def render_topic_list(words: LanguagePack) -> Message:
    """Render a button for each situation and each topic, and the keywords of the topics."""
    situations = [
        Button("tip.situation", words.translate(f"tip.situation.{code}"), code)
        for code in SITUATION_ATOMS
        if _cards_of_situation(code, words)
    ]
    topics = list(words.topics.items())[:MAX_LISTED_TOPICS]
    topic_buttons = [Button("tip.topic", title, topic) for topic, title in topics]
    keywords = " \N{MIDDLE DOT} ".join(tips.topic_keyword(topic, words) for topic, _ in topics)
    return Message(
        words.translate("tip.list.summary"),
        (
            Heading(words.translate("tip.list.heading")),
            Text(words.translate("tip.list.intro", first=tips.first_keyword(words))),
            *_render_buttons("situations", situations, words),
            *_render_buttons("topics", topic_buttons, words),
            ActionRow((drills.build_open_button(words),)),
            Caption(words.translate("tip.list.keywords", keywords=keywords)),
        ),
    )


def render_situation(code: str, words: LanguagePack) -> Message:
    """Render the cards for the situation *code*, with a button to the list."""
    title = words.translate(f"tip.situation.{code}")
    body: list[Element] = [Heading(title)]
    for card in _cards_of_situation(code, words):
        body += _render_titled_card(card, words)
    list_button = Button("tip.list", words.translate("tip.list.open"))
    attribution = words.translate("source.attribution", url=words.references["source"].url)
    summary = words.translate("tip.about.summary", title=title)
    return Message(summary, (*body, ActionRow((list_button,)), Caption(attribution)))


def parse_situation_data(data: str, words: LanguagePack) -> str:
    """Parse the situation from button data; UnknownAnswerError for one without cards."""
    if data not in SITUATION_ATOMS or not _cards_of_situation(data, words):
        raise UnknownAnswerError
    return data


def _cards_of_situation(code: str, words: LanguagePack) -> tuple[Tip, ...]:
    """Return the cards for a situation; a practice may have retired any of them."""
    return tuple(
        tip
        for atom in SITUATION_ATOMS[code]
        for kind in SITUATION_KINDS
        for tip in words.tips
        if (tip.atom, tip.kind) == (atom, kind)
    )


def _render_titled_card(tip: Tip, words: LanguagePack) -> tuple[Element, ...]:
    """Render a card below its title: a tip with its evidence, an exercise with its label."""
    label = (
        tips.format_evidence(tip, words)
        if tip.kind == "point"
        else words.translate(f"tip.kind.{tip.kind}")
    )
    return Text(f"**{tip.title}**"), *tips.render_card(tip, words), Caption(label)


def _render_buttons(
    name: str, buttons: Sequence[Button], words: LanguagePack
) -> tuple[Element, ...]:
    """Render *buttons* in rows below the heading of *name*."""
    return Text(f"**{words.translate(f'tip.list.{name}')}**"), *split_into_rows(buttons)
