"""Building blocks of Adaptive Cards, and the context in which a card is rendered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bot.chat.msteams.action_data import CardContext
from bot.chat.msteams.render.markup import DisplayNames, escape_text, to_markdown
from bot.content.catalogue import LanguagePack

Card = dict[str, Any]
"""JSON dict of an Adaptive Card, or of one of its elements or actions."""


@dataclass(frozen=True)
class RenderResources:
    """Resources that a renderer needs besides the body of a card.

    ``tenant_id`` is Microsoft's id of the organisation. ``person_names`` and ``channel_names``
    are the cached display names by id. ``supports_dialogs`` is whether Teams opens dialogs for
    this bot; otherwise a form replaces the card whose action requested it, and people are listed
    without the client's search.
    """

    words: LanguagePack
    tenant_id: str
    person_names: Mapping[str, str] = field(default_factory=dict)
    channel_names: Mapping[str, str] = field(default_factory=dict)
    supports_dialogs: bool = True

    @cached_property
    def display_names(self) -> DisplayNames:
        """Display names of people and channels for inline markup, with defaults for unknown ids."""
        return DisplayNames(
            self.words.translate("msteams.somebody"),
            self.words.translate("msteams.somewhere"),
            self.person_names,
            self.channel_names,
        )


@dataclass(frozen=True)
class RenderContext:
    """Parameters of every renderer: the context of the card, and its resources."""

    card_context: CardContext
    resources: RenderResources


def render_lines(text: str, render_context: RenderContext, **properties: object) -> list[Card]:
    """Render a text with inline markup as one block for each line, as Markdown would join them."""
    names = render_context.resources.display_names
    lines = [to_markdown(line, names) for line in text.splitlines() if line.strip()]
    first_line, *other_lines = lines or [""]
    block = {"type": "TextBlock", "wrap": True, **properties}
    return [
        block | {"text": first_line},
        *(block | {"text": line, "spacing": "Small"} for line in other_lines),
    ]


def render_caption(text: str, render_context: RenderContext) -> list[Card]:
    """Render a text in a small, subtle font."""
    return render_lines(text, render_context, size="Small", isSubtle=True)


def render_literal_text(text: str, **properties: object) -> Card:
    """Render a text in one block, with all markup escaped."""
    return {
        "type": "TextBlock",
        "text": escape_text(" ".join(text.split())),
        "wrap": True,
        **properties,
    }


def render_heading(text: str, *, is_large: bool = False) -> Card:
    """Render a heading, with the style that a screen reader lists as a heading."""
    size = "Large" if is_large else "Medium"
    return render_literal_text(text, size=size, weight="Bolder", style="heading")


def render_panel(style: str, *elements: Card) -> Card:
    """Render a container with the background of one of Teams' styles."""
    return {"type": "Container", "style": style, "items": list(elements)}
