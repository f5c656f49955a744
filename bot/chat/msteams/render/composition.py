"""The small parts that Adaptive Cards are made of, and what a card stands in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.chat.msteams.action_data import Stand
from bot.chat.msteams.render.markup import Names, escape, markdown
from bot.content.catalogue import Words

Card = dict[str, Any]
"""An Adaptive Card, or a part of one."""


@dataclass(frozen=True)
class Known:
    """What a card needs to know beyond its body.

    ``tenant`` is Microsoft's id of the organisation. ``people`` and ``channels`` are names
    by id, as far as the bot knows them. ``dialogs`` says whether the product opens dialogs
    here; else a form takes the place of the card whose step asked for it.
    """

    words: Words
    tenant: str
    people: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    dialogs: bool = True

    @property
    def names(self) -> Names:
        """What people and channels are called in a text."""
        return Names(
            self.words.say("msteams.somebody"),
            self.words.say("msteams.somewhere"),
            self.people,
            self.channels,
        )


@dataclass(frozen=True)
class Frame:
    """What a body stands in: where it is shown, and what is known there."""

    stand: Stand
    known: Known


def lines(text: str, frame: Frame, **looks: object) -> list[Card]:
    """Return a text with inline markup as one block a line: Markdown would join its lines."""
    names = frame.known.names
    written = [markdown(line, names) for line in text.splitlines() if line.strip()]
    first, *others = written or [""]
    block = {"type": "TextBlock", "wrap": True, **looks}
    return [block | {"text": first}, *(block | {"text": one, "spacing": "Small"} for one in others)]


def small(text: str, frame: Frame) -> list[Card]:
    """Return a quieter text."""
    return lines(text, frame, size="Small", isSubtle=True)


def literal(text: str, **looks: object) -> Card:
    """Return a literal text in which no markup is read."""
    return {"type": "TextBlock", "text": escape(" ".join(text.split())), "wrap": True, **looks}


def heading(text: str, *, large: bool = False) -> Card:
    """Return a heading, as a screen reader's list of headings has it too."""
    size = "Large" if large else "Medium"
    return literal(text, size=size, weight="Bolder", style="heading")


def panel(style: str, *items: Card) -> Card:
    """Return what stands apart from the rest, in one of Teams' own colours."""
    return {"type": "Container", "style": style, "items": list(items)}
