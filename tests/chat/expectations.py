"""Expected values and common steps of the conformance tests."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.content import catalogue
from bot.elements import Caption, Element, Heading, Quote, Text
from tests.chat.surfaces import Product, Screen
from tests.ledger_records import count_stored_codes

CATALOGUE = catalogue.load_catalogue()
WORDS, FRENCH = CATALOGUE.get_pack("en"), CATALOGUE.get_pack("fr-CA")
DEBRIEF_ANSWERS = {"form": ("away",), "status": ("touched",)}
MONDAY = datetime.fromisoformat("2026-06-29T13:00+00:00")
"""The Monday at 09:00 in Toronto."""

CHECKIN_ANSWERS = {"checkin": ("someone",), "intention": ("I1",), "wish": ("yes",)}


async def count_codes(product: Product) -> int:
    """Return the number of stored codes: two per debrief."""
    return await count_stored_codes(product.bot.context.store)


async def deliver_checkin(product: Product, *, weeks: int = 0) -> Screen:
    """Join as Marie, move the clock to Monday 09:00, and return her check-in message."""
    if not weeks:
        await product.run_command(product.marie, "checkin join")
    await advance_and_deliver(product, MONDAY + timedelta(weeks=weeks, minutes=1))
    return product.received_messages(product.marie)[-1]


async def advance_and_deliver(product: Product, instant: datetime) -> None:
    """Move the clock to *instant*, and deliver all messages that are due then."""
    product.clock.move_to(instant)
    await product.bot.run_duties_and_deliver()


def shows_body(screen: Screen, body: Iterable[Element]) -> bool:
    """Whether the screen contains all texts of a body."""
    texts = [
        element.text for element in body if isinstance(element, Text | Caption | Heading | Quote)
    ]
    return all(screen.contains_text(line) for text in texts for line in text.splitlines())
