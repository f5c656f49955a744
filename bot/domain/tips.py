"""Render the daily tip, the cards of a topic, and the usage of the command."""

from collections.abc import Mapping
from datetime import date

from bot.content.catalogue import LanguagePack, Tip
from bot.content.model import CARD_KINDS, CardKind
from bot.elements import (
    ActionRow,
    Audience,
    Button,
    Caption,
    Element,
    Heading,
    Message,
    Quote,
    Text,
)
from bot.errors import UnknownAnswerError

MAX_CARDS_PER_MESSAGE = 20
"""Maximum number of cards in one message; a practice may add any number of cards."""


def render_tip(
    tip: Tip,
    words: LanguagePack,
    audience: Audience = Audience.ONLY_ME,
    working_days_ahead: int = 0,
) -> Message:
    """Render one card: its point, one action or phrase, its source, and a button to the next."""
    key = "tip.summary_ahead" if working_days_ahead else "tip.summary"
    return Message(
        words.translate(key, title=tip.title),
        (
            Heading(tip.title),
            *_render_kind(tip, words),
            *render_card(tip, words),
            *_render_peers_caution(tip.kind, words),
            *_render_sources(tip, words, audience),
            ActionRow(
                (Button("tip.next", words.translate("tip.next"), str(working_days_ahead + 1)),)
            ),
        ),
        audience,
    )


def _render_kind(tip: Tip, words: LanguagePack) -> tuple[Element, ...]:
    """Label a card that is not a plain tip, so that fiction is not read as a real case."""
    return () if tip.kind == "point" else (Caption(words.translate(f"tip.kind.{tip.kind}")),)


def _render_peers_caution(kind: str, words: LanguagePack) -> tuple[Element, ...]:
    """Return the caution that a question for peers is for the room, never for a channel."""
    return (Caption(words.translate("tip.peers_caution")),) if kind == "peers" else ()


def _render_sources(tip: Tip, words: LanguagePack, audience: Audience) -> tuple[Element, ...]:
    """Render the evidence and the credit: in a channel as one line with links, else in full."""
    if audience is Audience.ONLY_ME:
        return Caption(format_evidence(tip, words)), *_render_attribution(tip, words)
    url = words.references["source"].url
    credit = (words.translate("source.credit", url=url),) if tip.atom else ()
    return (Caption(words.join_sentences((_format_evidence_line(tip, words), *credit))),)


def _format_evidence_line(tip: Tip, words: LanguagePack) -> str:
    if not tip.reference:
        return words.translate("tip.practice")
    reference = words.references[tip.reference]
    level = words.translate(f"tip.level.{reference.level}")
    return words.translate("tip.evidence_line", level=level, url=reference.url)


def _render_attribution(tip: Tip, words: LanguagePack) -> tuple[Element, ...]:
    """Credit the article, unless the card comes from a later study or from the practice."""
    if not tip.atom:
        return ()
    return (Caption(words.translate("source.attribution", url=words.references["source"].url)),)


def render_card(tip: Tip, words: LanguagePack) -> tuple[Element, ...]:
    """Render the point of a card, its advice, and its sentence to say."""
    phrase = (Caption(words.translate("tip.say")), Quote(tip.say)) if tip.say else ()
    return Text(tip.point), Text(words.translate("tip.try_this", text=tip.try_this)), *phrase


def format_evidence(tip: Tip, words: LanguagePack) -> str:
    """Return the evidence of a card: its study in full, or that it is practice advice."""
    if not tip.reference:
        return words.translate("tip.practice")
    reference = words.references[tip.reference]
    level = words.translate(f"tip.level.{reference.level}")
    return words.translate(
        "tip.evidence", level=level, citation=reference.citation, url=reference.url
    )


def topics_by_keyword(words: LanguagePack) -> Mapping[str, str]:
    """Return the topic of each accepted keyword: topic ids, and their translated keywords."""
    return {topic: topic for topic in words.topics} | {
        topic_keyword(topic, words): topic for topic in words.topics
    }


def topic_keyword(topic: str, words: LanguagePack) -> str:
    """Return the translated keyword of a topic; a topic that a practice added uses its id."""
    key = f"tip.word.{topic}"
    return words.translate(key) if key in words.sentences else topic


def render_topic(topic: str, words: LanguagePack, kind: CardKind | None = None) -> Message:
    """Render the cards of one topic and kind, with buttons to its other kinds.

    The default kind is the first that the topic has: its tips, unless a practice wrote none.
    """
    title = words.topics[topic]
    kinds = {tip.kind for tip in _tips_of_topic(topic, words)}
    selected_kind = next(code for code in CARD_KINDS if code in kinds) if kind is None else kind
    if selected_kind != "point":
        kind_label = words.translate(f"tip.kind.{selected_kind}")
        title = words.translate("tip.about.of_kind", title=title, kind=kind_label)
    body: list[Element] = [Heading(title)]
    cards = [tip for tip in _tips_of_topic(topic, words) if tip.kind == selected_kind]
    for card in cards[:MAX_CARDS_PER_MESSAGE]:
        body += _render_short_card(card, words)
    body += _render_peers_caution(selected_kind, words)
    body += _build_kind_buttons(topic, words, selected_kind)
    for card in [card for card in cards if card.atom][:1]:
        body += _render_attribution(card, words)
    return Message(words.translate("tip.about.summary", title=title), tuple(body))


def parse_topic_data(data: str, words: LanguagePack) -> str:
    """Parse the topic from button data; UnknownAnswerError when invalid."""
    if data not in words.topics:
        raise UnknownAnswerError
    return data


def parse_kind_data(data: str, words: LanguagePack) -> tuple[str, CardKind]:
    """Parse the topic and card kind from button data; UnknownAnswerError when invalid."""
    topic, _, kind_code = data.partition(":")
    kind = next((code for code in CARD_KINDS if code == kind_code), None)
    if kind is None:
        raise UnknownAnswerError
    return parse_topic_data(topic, words), kind


def _render_short_card(tip: Tip, words: LanguagePack) -> tuple[Element, ...]:
    """Render a card in short: a tip with its evidence, any other kind with its action."""
    text = f"**{tip.title}**\n{tip.point}"
    if tip.kind == "point":
        return Text(text), Caption(format_evidence(tip, words))
    return (Text(f"{text}\n{words.translate('tip.try_this', text=tip.try_this)}"),)


def _build_kind_buttons(
    topic: str, words: LanguagePack, displayed_kind: CardKind
) -> tuple[Element, ...]:
    other_kinds = {tip.kind for tip in _tips_of_topic(topic, words)} - {displayed_kind}
    buttons = tuple(
        Button("tip.kind", words.translate(f"tip.about.show.{kind}"), f"{topic}:{kind}")
        for kind in CARD_KINDS
        if kind in other_kinds
    )
    return (ActionRow(buttons),) if buttons else ()


def _tips_of_topic(topic: str, words: LanguagePack) -> tuple[Tip, ...]:
    return tuple(tip for tip in words.tips if tip.topic == topic)


def render_usage(words: LanguagePack) -> Message:
    """Render the usage of the tip command, for help and for unknown keywords."""
    lines = (
        words.translate("tip.usage.alone"),
        words.translate("tip.usage.next"),
        words.translate("tip.usage.list"),
        words.translate("tip.usage.drill"),
        words.translate("tip.usage.topic", first=first_keyword(words)),
    )
    return Message(words.translate("tip.usage.summary"), (Text("\n".join(lines)),))


def first_keyword(words: LanguagePack) -> str:
    """Return the keyword of the first topic, as an example."""
    return topic_keyword(next(iter(words.topics)), words)


def is_first_tip_day(day: date, tip_days: tuple[int, ...]) -> bool:
    """Return whether *day* is the first of the team's tip days in its week, as ISO weekdays."""
    return day.isoweekday() == min(tip_days, default=0)
