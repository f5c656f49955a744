"""Where the tests' cards stand, and what is known there."""

from collections.abc import Sequence
from dataclasses import replace

from bot.chat.msteams.action_data import Place, Stand
from bot.chat.msteams.render import surfaces
from bot.chat.msteams.render.composition import Card, Frame, Known
from bot.elements import Element, Message
from tests.chat import screens

MARIE, ADA, GUEST = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
CHANNEL = "19:monday@thread.tacv2"
WORDS = screens.CATALOGUE.words("en")
KEY = "made afresh for each showing"

KNOWN = Known(
    WORDS,
    "11111111-0000-4000-8000-000000000000",
    {MARIE: "Marie T.", ADA: "Ada L."},
    {CHANNEL: "Monday"},
)
PLAIN = replace(KNOWN, dialogs=False)


def stand(place: Place) -> Stand:
    """Where a card stands, marked as one showing of it."""
    return Stand(place, KEY)


def frame(place: Place = Place.MESSAGE, known: Known = KNOWN) -> Frame:
    """What a body stands in."""
    return Frame(stand(place), known)


def message(*body: Element, known: Known = KNOWN) -> Card:
    """A message with *body*, as a card."""
    return surfaces.message(Message("A summary", body), stand(Place.MESSAGE), known)


def kinds(blocks: Sequence[Card]) -> list[str]:
    """What sort of block each is."""
    return [str(one["type"]) for one in blocks]
