"""For tests of several workers: a desk over PostgreSQL, and a Slack that takes its time."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from bot.content.catalogue import Catalogue
from bot.context import Desk
from bot.conversation import Address, Outcome
from bot.elements import Message
from bot.store.repositories.deliveries import Promise
from bot.store.store import Store
from tests.doubles import PEPPERS, START, Moment, Pigeonholes

LATE = START.replace(hour=23)
WORKSPACES = ("slack:T0NORTH", "slack:T0SOUTH")


@dataclass
class Slow(Pigeonholes):
    """A product that takes a moment for each message, and notes how many it was handed at once."""

    at_once: Counter[str] = field(default_factory=Counter)
    most: dict[str, int] = field(default_factory=dict)
    together: int = 0
    trips: bool = False

    async def send(self, to: Address, message: Message, key: str) -> Outcome:
        """Take the message in 20 milliseconds, unless a test said that it trips over it."""
        if self.trips:
            raise RuntimeError(to.person)
        self.at_once[to.workspace] += 1
        self.most[to.workspace] = max(self.most.get(to.workspace, 0), self.at_once[to.workspace])
        self.together = max(self.together, sum(self.at_once.values()))
        await asyncio.sleep(0.02)
        self.at_once[to.workspace] -= 1
        return await super().send(to, message, key)


@pytest.fixture
def outlet() -> Slow:
    """A Slack that takes its time."""
    return Slow()


@pytest.fixture
async def desk(
    postgres_url: str, outlet: Slow, words_in_all_languages: Catalogue
) -> AsyncIterator[Desk]:
    """A desk over PostgreSQL at which nobody is set up."""
    store = Store.open(postgres_url, PEPPERS)
    store.migrate()
    yield Desk(store, words_in_all_languages, Moment(), {"slack": outlet})
    await store.close()


def written(_books: object, _delivery: object, _desk: Desk) -> Message:
    """A message without a word."""
    return Message("", ())


async def owe(desk: Desk, workspace: str, *people: str) -> None:
    """Owe each of *people* a message now."""
    owed = [Promise(workspace, "note", one, "", "2026-W27", START, LATE, "") for one in people]
    await desk.store.write(lambda books: books.deliveries.promise(owed))


async def until(seen: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for something that other threads bring about."""
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.05)
