"""Where the tests' cards stand, and what is known there."""

from collections.abc import Sequence
from dataclasses import replace

from bot.chat.msteams.action_data import CardContext, Surface
from bot.chat.msteams.render import surfaces
from bot.chat.msteams.render.composition import Card, RenderContext, RenderResources
from bot.elements import Element, Message
from tests.chat import screens

MARIE, ADA, GUEST = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
CHANNEL_ID = "19:monday@thread.tacv2"
WORDS = screens.CATALOGUE.get_pack("en")
RENDER_KEY = "made afresh for each showing"

KNOWN = RenderResources(
    WORDS,
    "11111111-0000-4000-8000-000000000000",
    {MARIE: "Marie T.", ADA: "Ada L."},
    {CHANNEL_ID: "Monday"},
)
WITHOUT_DIALOGS = replace(KNOWN, supports_dialogs=False)


def build_card_context(place: Surface) -> CardContext:
    """Where a card stands, marked as one showing of it."""
    return CardContext(place, RENDER_KEY)


def build_frame(place: Surface = Surface.MESSAGE, known: RenderResources = KNOWN) -> RenderContext:
    """What a body stands in."""
    return RenderContext(build_card_context(place), known)


def render_message_card(*body: Element, known: RenderResources = KNOWN) -> Card:
    """A message with *body*, as a card."""
    return surfaces.render_message(
        Message("A summary", body), build_card_context(Surface.MESSAGE), known
    )


def block_types(blocks: Sequence[Card]) -> list[str]:
    """What sort of block each is."""
    return [str(one["type"]) for one in blocks]
