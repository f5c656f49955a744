"""What the tests of the store hand it, and what they ask it for."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from bot.conversation import Person
from bot.store.repositories import Books
from bot.store.repositories.deliveries import Delivery, Promise
from bot.store.schema import workspaces
from bot.store.store import Store

NOW = datetime(2026, 9, 7, 13, 0, tzinfo=UTC)
LATE = NOW + timedelta(hours=30)
MINUTE = timedelta(minutes=1)
MARIE = Person("slack:T1", "UMARIE")
CHECKIN = Promise("slack:T1", "checkin", "UMARIE", "", "2026-W37", NOW, LATE, "ring")
TIP = Promise("slack:T1", "tip", "", "C1", "2026-09-07", NOW - MINUTE, LATE, "")


def keep(name: str) -> Callable[[Books], str]:
    """A work that keeps one row and gives back its name."""

    def work(books: Books) -> str:
        books._connection.execute(insert(workspaces).values(id=name))
        return name

    return work


def names(books: Books) -> list[str]:
    """A work that finds every row kept."""
    return list(books._connection.scalars(select(workspaces.c.id).order_by(workspaces.c.id)))


async def owed(store: Store, *promises: Promise) -> Delivery:
    """Promise, and give back the first delivery owed."""
    await store.write(lambda books: books.deliveries.promise(promises))
    return (await store.read(lambda books: books.deliveries.owed("slack:T1", LATE, 9)))[0]


async def found(store: Store, delivery: Delivery) -> Delivery:
    """The delivery as it stands now."""
    again = await store.read(lambda books: books.deliveries.get(delivery.id))
    assert again is not None
    return again
