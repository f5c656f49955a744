"""The tip of the day: the same for the whole team, each card once before any twice."""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256

from bot.content.catalogue import Tip, Words
from bot.content.model import KINDS, Kind
from bot.elements import Actions, Audience, Button, Element, Heading, Message, Quote, Small, Text
from bot.errors import UnknownAnswerError

WORKING_DAYS = 5

MOST_TOGETHER = 20
"""As many cards as one message shows; a practice may add as many as it likes."""


def of_day(cards: Sequence[Tip], team_key: str, day: date, ahead: int = 0) -> Tip:
    """Return the card of a team's *day*, or the one *ahead* working days later.

    Every team has an order of its own, and goes through it round after round. A round starts
    up to four cards later than the one before, so many that the cards of any weekday become
    those of the next: a team that posts on Tuesdays and Thursdays meets none of a round's
    cards in the round after it, and every card in time. A card therefore rests for
    ``len(cards) - 4`` working days or more. On a weekend it is still Friday's card.
    """
    ring = sorted(cards, key=lambda tip: sha256(f"{team_key}\0{tip.id}".encode()).digest())
    index = _working_day(day) + ahead
    later = (len(ring) + 1) % WORKING_DAYS
    return ring[(index + later * (index // len(ring))) % len(ring)]


def _working_day(day: date) -> int:
    week, weekday = divmod(day.toordinal() - 1, 7)
    return week * WORKING_DAYS + min(weekday, WORKING_DAYS - 1)


def message(
    tip: Tip, words: Words, audience: Audience = Audience.ONLY_ME, ahead: int = 0
) -> Message:
    """Show one card: its point, one thing to try or say, its source; and the way to the next."""
    key = "tip.summary_ahead" if ahead else "tip.summary"
    return Message(
        words.say(key, title=tip.title),
        (
            Heading(tip.title),
            *_kind(tip, words),
            *_card(tip, words),
            Small(_evidence(tip, words)),
            Small(words.say("source.attribution", url=words.references["source"].url)),
            Actions((Button("tip.next", words.say("tip.next"), str(ahead + 1)),)),
        ),
        audience,
    )


def _kind(tip: Tip, words: Words) -> tuple[Element, ...]:
    """Say what sort of card it is, so that no scene is taken for somebody's story."""
    return () if tip.kind == "point" else (Small(words.say(f"tip.kind.{tip.kind}")),)


def _card(tip: Tip, words: Words) -> tuple[Element, ...]:
    spoken = (Small(words.say("tip.say")), Quote(tip.say)) if tip.say else ()
    return Text(tip.point), Text(words.say("tip.try_this", text=tip.try_this)), *spoken


def _evidence(tip: Tip, words: Words) -> str:
    if not tip.reference:
        return words.say("tip.practice")
    source = words.references[tip.reference]
    level = words.say(f"tip.level.{source.level}")
    return words.say("tip.evidence", level=level, citation=source.citation, url=source.url)


def listing(words: Words) -> Message:
    """List all topics, with the word that opens each."""
    lines = [
        words.say(
            "tip.list.topic",
            keyword=_word(topic, words),
            title=title,
            count=len(_of(topic, words)),
        )
        for topic, title in words.topics.items()
    ]
    return Message(
        words.say("tip.list.summary"),
        (
            Heading(words.say("tip.list.heading")),
            Text(words.say("tip.list.intro", first=_first(words))),
            Text("\n".join(lines)),
        ),
    )


def typed(words: Words) -> Mapping[str, str]:
    """Return which topic each word after the command opens: its own name, and the language's."""
    return {topic: topic for topic in words.topics} | {
        _word(topic, words): topic for topic in words.topics
    }


def _word(topic: str, words: Words) -> str:
    """The word that a language has for a topic; a practice's own topic goes by its name."""
    key = f"tip.word.{topic}"
    return words.say(key) if key in words.sentences else topic


def about(topic: str, words: Words, kind: Kind | None = None) -> Message:
    """Show the cards of one topic and kind, and the way to its other kinds.

    With no kind, the first that the topic has: its tips, unless a practice wrote none.
    KeyError for a word that is no topic.
    """
    title = words.topics[topic]
    there = {tip.kind for tip in _of(topic, words)}
    shown = next(one for one in KINDS if one in there) if kind is None else kind
    if shown != "point":
        said = words.say(f"tip.kind.{shown}")
        title = words.say("tip.about.of_kind", title=title, kind=said)
    body: list[Element] = [Heading(title)]
    for tip in [one for one in _of(topic, words) if one.kind == shown][:MOST_TOGETHER]:
        body += _short(tip, words)
    attribution = words.say("source.attribution", url=words.references["source"].url)
    summary = words.say("tip.about.summary", title=title)
    return Message(summary, (*body, *_ways(topic, words, shown), Small(attribution)))


def read_kind(data: str, words: Words) -> tuple[str, Kind]:
    """Read which cards a button asked for; UnknownAnswerError when forged."""
    topic, _, asked = data.partition(":")
    kind = next((one for one in KINDS if one == asked), None)
    if kind is None or topic not in words.topics:
        raise UnknownAnswerError
    return topic, kind


def _short(tip: Tip, words: Words) -> tuple[Element, ...]:
    """A point with its evidence; of the others, what there is to do."""
    told = f"**{tip.title}**\n{tip.point}"
    if tip.kind == "point":
        return Text(told), Small(_evidence(tip, words))
    return (Text(f"{told}\n{words.say('tip.try_this', text=tip.try_this)}"),)


def _ways(topic: str, words: Words, shown: Kind) -> tuple[Element, ...]:
    there = {tip.kind for tip in _of(topic, words)} - {shown}
    steps = tuple(
        Button("tip.kind", words.say(f"tip.about.show.{kind}"), f"{topic}:{kind}")
        for kind in KINDS
        if kind in there
    )
    return (Actions(steps),) if steps else ()


def _of(topic: str, words: Words) -> tuple[Tip, ...]:
    return tuple(tip for tip in words.tips if tip.topic == topic)


def usage(words: Words) -> Message:
    """Say how the command is used, for whoever asks or types a word it does not know."""
    lines = (
        words.say("tip.usage.alone"),
        words.say("tip.usage.next"),
        words.say("tip.usage.list"),
        words.say("tip.usage.topic", first=_first(words)),
    )
    return Message(words.say("tip.usage.summary"), (Text("\n".join(lines)),))


def _first(words: Words) -> str:
    return _word(next(iter(words.topics)), words)
