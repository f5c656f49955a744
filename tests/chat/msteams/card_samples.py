"""Render contexts and sample cards for the renderer tests."""

from collections.abc import Sequence
from dataclasses import replace

from bot.chat.msteams.action_data import CardContext, CardSurface
from bot.chat.msteams.render import surfaces
from bot.chat.msteams.render.composition import Card, RenderContext, RenderResources
from bot.elements import Element, Message
from tests.chat import screens

MARIE, ADA, GUEST = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
CHANNEL_ID = "19:monday@thread.tacv2"
WORDS = screens.CATALOGUE.get_pack("en")
RENDER_KEY = "a fresh key for each rendering"

RESOURCES = RenderResources(
    WORDS,
    "11111111-0000-4000-8000-000000000000",
    {MARIE: "Marie T.", ADA: "Ada L."},
    {CHANNEL_ID: "Monday"},
)
WITHOUT_DIALOGS = replace(RESOURCES, supports_dialogs=False)


def build_card_context(surface: CardSurface) -> CardContext:
    """Return the context of a card with a fixed render id."""
    return CardContext(surface, RENDER_KEY)


def build_render_context(
    surface: CardSurface = CardSurface.MESSAGE, resources: RenderResources = RESOURCES
) -> RenderContext:
    """Return the parameters of a renderer."""
    return RenderContext(build_card_context(surface), resources)


def render_message_card(*body: Element, resources: RenderResources = RESOURCES) -> Card:
    """Render a message with *body*."""
    return surfaces.render_message(
        Message("A summary", body), build_card_context(CardSurface.MESSAGE), resources
    )


def block_types(blocks: Sequence[Card]) -> list[str]:
    """Return the type of each block."""
    return [str(block["type"]) for block in blocks]
