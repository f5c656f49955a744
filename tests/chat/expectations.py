"""What the tests of the handlers' promises ask of every product."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import text as sql

from bot.content import catalogue
from bot.elements import Caption, Element, Heading, Quote, Text
from bot.store.repositories import Repositories
from tests.chat.surfaces import Product, Screen

CATALOGUE = catalogue.load_catalogue()
WORDS, FRENCH = CATALOGUE.get_pack("en"), CATALOGUE.get_pack("fr-CA")
DEBRIEF_ANSWERS = {"form": ("away",), "status": ("touched",)}
MONDAY = datetime.fromisoformat("2026-06-29T13:00+00:00")
"""Nine in the morning in Toronto."""

CHECKIN_ANSWERS = {"checkin": ("someone",), "intention": ("I1",), "wish": ("yes",)}


async def count_slips(product: Product) -> int:
    """Count what debriefs have left in the store: two slips each."""

    def count_rows(repos: Repositories) -> int:
        return int(repos._connection.scalar(sql("select count(*) from slip")) or 0)

    return await product.bot.context.store.read(count_rows)


async def deliver_checkin(product: Product, *, weeks: int = 0) -> Screen:
    """Let Marie join, and let it be nine o'clock on a Monday; return what reached her."""
    if not weeks:
        await product.run_command(product.marie, "checkin join")
    await advance_and_deliver(product, MONDAY + timedelta(weeks=weeks, minutes=1))
    return product.received_messages(product.marie)[-1]


async def advance_and_deliver(product: Product, instant: datetime) -> None:
    """Let it be *instant*, and let what has fallen due go out."""
    product.clock.move_to(instant)
    await product.bot.run_duties_and_deliver()


def shows_body(screen: Screen, body: Iterable[Element]) -> bool:
    """Whether everything that a body says stands on the screen."""
    said = [one.text for one in body if isinstance(one, Text | Caption | Heading | Quote)]
    return all(screen.contains_text(line) for text in said for line in text.splitlines())
