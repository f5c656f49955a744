"""The tip of the day: the same for the whole team, each card once before any twice."""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256

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

WORKING_DAYS_PER_WEEK = 5

MAX_CARDS_PER_MESSAGE = 20
"""As many cards as one message shows; a practice may add as many as it likes."""


def select_daily_tip(cards: Sequence[Tip], team_key: str, day: date, days_ahead: int = 0) -> Tip:
    """Return the card of a team's *day*, or the one *ahead* working days later.

    Every team has an order of its own, and goes through it round after round. A round starts
    up to four cards later than the one before, so many that the cards of any weekday become
    those of the next: a team that posts on Tuesdays and Thursdays meets none of a round's
    cards in the round after it, and every card in time. A card therefore rests for
    ``len(cards) - 4`` working days or more. On a weekend it is still Friday's card.
    """
    ring = sorted(cards, key=lambda tip: sha256(f"{team_key}\0{tip.id}".encode()).digest())
    index = _working_day_index(day) + days_ahead
    later = (len(ring) + 1) % WORKING_DAYS_PER_WEEK
    return ring[(index + later * (index // len(ring))) % len(ring)]


def _working_day_index(day: date) -> int:
    week, weekday = divmod(day.toordinal() - 1, 7)
    return week * WORKING_DAYS_PER_WEEK + min(weekday, WORKING_DAYS_PER_WEEK - 1)


def render_tip(
    tip: Tip, words: LanguagePack, audience: Audience = Audience.ONLY_ME, days_ahead: int = 0
) -> Message:
    """Show one card: its point, one thing to try or say, its source; and the way to the next."""
    key = "tip.summary_ahead" if days_ahead else "tip.summary"
    return Message(
        words.translate(key, title=tip.title),
        (
            Heading(tip.title),
            *_render_kind(tip, words),
            *_render_card(tip, words),
            Caption(_format_evidence(tip, words)),
            Caption(words.translate("source.attribution", url=words.references["source"].url)),
            ActionRow((Button("tip.next", words.translate("tip.next"), str(days_ahead + 1)),)),
        ),
        audience,
    )


def _render_kind(tip: Tip, words: LanguagePack) -> tuple[Element, ...]:
    """Say what sort of card it is, so that no scene is taken for somebody's story."""
    return () if tip.kind == "point" else (Caption(words.translate(f"tip.kind.{tip.kind}")),)


def _render_card(tip: Tip, words: LanguagePack) -> tuple[Element, ...]:
    spoken = (Caption(words.translate("tip.say")), Quote(tip.say)) if tip.say else ()
    return Text(tip.point), Text(words.translate("tip.try_this", text=tip.try_this)), *spoken


def _format_evidence(tip: Tip, words: LanguagePack) -> str:
    if not tip.reference:
        return words.translate("tip.practice")
    source = words.references[tip.reference]
    level = words.translate(f"tip.level.{source.level}")
    return words.translate("tip.evidence", level=level, citation=source.citation, url=source.url)


def render_topic_list(words: LanguagePack) -> Message:
    """List all topics, with the word that opens each."""
    lines = [
        words.translate(
            "tip.list.topic",
            keyword=_topic_keyword(topic, words),
            title=title,
            count=len(_tips_of_topic(topic, words)),
        )
        for topic, title in words.topics.items()
    ]
    return Message(
        words.translate("tip.list.summary"),
        (
            Heading(words.translate("tip.list.heading")),
            Text(words.translate("tip.list.intro", first=_first_keyword(words))),
            Text("\n".join(lines)),
        ),
    )


def topics_by_keyword(words: LanguagePack) -> Mapping[str, str]:
    """Return which topic each word after the command opens: its own name, and the language's."""
    return {topic: topic for topic in words.topics} | {
        _topic_keyword(topic, words): topic for topic in words.topics
    }


def _topic_keyword(topic: str, words: LanguagePack) -> str:
    """The word that a language has for a topic; a practice's own topic goes by its name."""
    key = f"tip.word.{topic}"
    return words.translate(key) if key in words.sentences else topic


def render_topic(topic: str, words: LanguagePack, kind: CardKind | None = None) -> Message:
    """Show the cards of one topic and kind, and the way to its other kinds.

    With no kind, the first that the topic has: its tips, unless a practice wrote none.
    KeyError for a word that is no topic.
    """
    title = words.topics[topic]
    there = {tip.kind for tip in _tips_of_topic(topic, words)}
    shown = next(one for one in CARD_KINDS if one in there) if kind is None else kind
    if shown != "point":
        said = words.translate(f"tip.kind.{shown}")
        title = words.translate("tip.about.of_kind", title=title, kind=said)
    body: list[Element] = [Heading(title)]
    for tip in [one for one in _tips_of_topic(topic, words) if one.kind == shown][
        :MAX_CARDS_PER_MESSAGE
    ]:
        body += _render_short_card(tip, words)
    attribution = words.translate("source.attribution", url=words.references["source"].url)
    summary = words.translate("tip.about.summary", title=title)
    return Message(
        summary, (*body, *_build_kind_buttons(topic, words, shown), Caption(attribution))
    )


def parse_kind_data(data: str, words: LanguagePack) -> tuple[str, CardKind]:
    """Read which cards a button asked for; UnknownAnswerError when forged."""
    topic, _, asked = data.partition(":")
    kind = next((one for one in CARD_KINDS if one == asked), None)
    if kind is None or topic not in words.topics:
        raise UnknownAnswerError
    return topic, kind


def _render_short_card(tip: Tip, words: LanguagePack) -> tuple[Element, ...]:
    """A point with its evidence; of the others, what there is to do."""
    told = f"**{tip.title}**\n{tip.point}"
    if tip.kind == "point":
        return Text(told), Caption(_format_evidence(tip, words))
    return (Text(f"{told}\n{words.translate('tip.try_this', text=tip.try_this)}"),)


def _build_kind_buttons(
    topic: str, words: LanguagePack, displayed_kind: CardKind
) -> tuple[Element, ...]:
    there = {tip.kind for tip in _tips_of_topic(topic, words)} - {displayed_kind}
    steps = tuple(
        Button("tip.kind", words.translate(f"tip.about.show.{kind}"), f"{topic}:{kind}")
        for kind in CARD_KINDS
        if kind in there
    )
    return (ActionRow(steps),) if steps else ()


def _tips_of_topic(topic: str, words: LanguagePack) -> tuple[Tip, ...]:
    return tuple(tip for tip in words.tips if tip.topic == topic)


def render_usage(words: LanguagePack) -> Message:
    """Say how the command is used, for whoever asks or types a word it does not know."""
    lines = (
        words.translate("tip.usage.alone"),
        words.translate("tip.usage.next"),
        words.translate("tip.usage.list"),
        words.translate("tip.usage.topic", first=_first_keyword(words)),
    )
    return Message(words.translate("tip.usage.summary"), (Text("\n".join(lines)),))


def _first_keyword(words: LanguagePack) -> str:
    return _topic_keyword(next(iter(words.topics)), words)
