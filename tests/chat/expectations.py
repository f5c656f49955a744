"""What the tests of the handlers' promises ask of every product."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import text as sql

from bot.content import catalogue
from bot.elements import Element, Heading, Quote, Small, Text
from bot.store.repositories import Books
from tests.chat.surfaces import Product, Screen

SPOKEN = catalogue.load()
WORDS, FRENCH = SPOKEN.words("en"), SPOKEN.words("fr-CA")
DEBRIEF = {"form": ("away",), "status": ("touched",)}
MONDAY = datetime.fromisoformat("2026-06-29T13:00+00:00")
"""Nine in the morning in Toronto."""

PAUSE = {"checkin": ("someone",), "intention": ("I1",), "wish": ("yes",)}


async def slips(product: Product) -> int:
    """Count what debriefs have left in the store: two slips each."""

    def count(books: Books) -> int:
        return int(books._connection.scalar(sql("select count(*) from slip")) or 0)

    return await product.bot.desk.store.read(count)


async def nudged(product: Product, *, weeks: int = 0) -> Screen:
    """Let Marie join, and let it be nine o'clock on a Monday; return what reached her."""
    if not weeks:
        await product.command(product.marie, "checkin join")
    await at(product, MONDAY + timedelta(weeks=weeks, minutes=1))
    return product.received(product.marie)[-1]


async def at(product: Product, instant: datetime) -> None:
    """Let it be *instant*, and let what has fallen due go out."""
    product.clock.move_to(instant)
    await product.bot.tick()


def shows(screen: Screen, body: Iterable[Element]) -> bool:
    """Whether everything that a body says stands on the screen."""
    said = [one.text for one in body if isinstance(one, Text | Small | Heading | Quote)]
    return all(screen.says(line) for text in said for line in text.splitlines())
