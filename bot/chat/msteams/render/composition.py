"""The small parts that Adaptive Cards are made of, and what a card stands in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.chat.msteams.action_data import CardContext
from bot.chat.msteams.render.markup import DisplayNames, escape_text, to_markdown
from bot.content.catalogue import LanguagePack

Card = dict[str, Any]
"""An Adaptive Card, or a part of one."""


@dataclass(frozen=True)
class RenderResources:
    """What a card needs to know beyond its body.

    ``tenant`` is Microsoft's id of the organisation. ``people`` and ``channels`` are names
    by id, as far as the bot knows them. ``dialogs`` says whether the product opens dialogs
    here; else a form takes the place of the card whose step asked for it.
    """

    words: LanguagePack
    tenant_id: str
    person_names: Mapping[str, str] = field(default_factory=dict)
    channel_names: Mapping[str, str] = field(default_factory=dict)
    supports_dialogs: bool = True

    @property
    def display_names(self) -> DisplayNames:
        """What people and channels are called in a text."""
        return DisplayNames(
            self.words.translate("msteams.somebody"),
            self.words.translate("msteams.somewhere"),
            self.person_names,
            self.channel_names,
        )


@dataclass(frozen=True)
class RenderContext:
    """What a body stands in: where it is shown, and what is known there."""

    card_context: CardContext
    resources: RenderResources


def render_lines(text: str, render_context: RenderContext, **properties: object) -> list[Card]:
    """Return a text with inline markup as one block a line: Markdown would join its lines."""
    names = render_context.resources.display_names
    written = [to_markdown(line, names) for line in text.splitlines() if line.strip()]
    first, *others = written or [""]
    block = {"type": "TextBlock", "wrap": True, **properties}
    return [block | {"text": first}, *(block | {"text": one, "spacing": "Small"} for one in others)]


def render_caption(text: str, render_context: RenderContext) -> list[Card]:
    """Return a quieter text."""
    return render_lines(text, render_context, size="Small", isSubtle=True)


def literal_text(text: str, **properties: object) -> Card:
    """Return a literal text in which no markup is read."""
    return {
        "type": "TextBlock",
        "text": escape_text(" ".join(text.split())),
        "wrap": True,
        **properties,
    }


def render_heading(text: str, *, is_large: bool = False) -> Card:
    """Return a heading, as a screen reader's list of headings has it too."""
    size = "Large" if is_large else "Medium"
    return literal_text(text, size=size, weight="Bolder", style="heading")


def render_panel(style: str, *elements: Card) -> Card:
    """Return what stands apart from the rest, in one of Teams' own colours."""
    return {"type": "Container", "style": style, "items": list(elements)}
