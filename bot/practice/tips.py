"""The tip of the day: the same for the whole team, each card once before any twice."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from bot.content.catalogue import Tip, Words
from bot.elements import Actions, Audience, Button, Element, Heading, Message, Quote, Small, Text

WORKING_DAYS = 5


def of_day(cards: Sequence[Tip], team_key: str, day: date, ahead: int = 0) -> Tip:
    """Return the card of a team's *day*, or the one *ahead* working days later.

    Every team has an order of its own. After each round of all cards the order starts one
    card later, so that a card comes back after no fewer than ``len(cards) - 1`` working
    days, and a team that posts on two weekdays sees all cards in time. On a weekend it is
    still Friday's card.
    """
    ring = sorted(cards, key=lambda tip: sha256(f"{team_key}\0{tip.id}".encode()).digest())
    index = _working_day(day) + ahead
    return ring[(index + index // len(ring)) % len(ring)]


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
            *_card(tip, words),
            Small(_evidence(tip, words)),
            Small(words.say("source.attribution", url=words.references["source"].url)),
            Actions((Button("tip.next", words.say("tip.next"), str(ahead + 1)),)),
        ),
        audience,
    )


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
        words.say("tip.list.topic", keyword=keyword, title=title, count=len(_of(keyword, words)))
        for keyword, title in words.topics.items()
    ]
    return Message(
        words.say("tip.list.summary"),
        (
            Heading(words.say("tip.list.heading")),
            Text(words.say("tip.list.intro", first=_first(words))),
            Text("\n".join(lines)),
        ),
    )


def about(topic: str, words: Words) -> Message:
    """Show every card of one topic; KeyError for a word that is no topic."""
    title = words.topics[topic]
    body: list[Element] = [Heading(title)]
    for tip in _of(topic, words):
        body += [Text(f"**{tip.title}**\n{tip.point}"), Small(_evidence(tip, words))]
    attribution = words.say("source.attribution", url=words.references["source"].url)
    return Message(words.say("tip.about.summary", title=title), (*body, Small(attribution)))


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
    return next(iter(words.topics))
