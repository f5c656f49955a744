import pytest

from bot.conversation import Address
from bot.store.repositories import Books
from bot.store.store import Store
from tests.store.sample_jobs import MARIE

CHAT, CHANNEL = Address(MARIE.workspace, MARIE.id), Address(MARIE.workspace, channel="C1")


async def to(store: Store, address: Address) -> str:
    """The route that is known to *address*."""
    return await store.read(lambda books: books.ways.to(address))


async def test_a_route_once_found_is_found_again(store: Store) -> None:
    """The newest stays, each to its own address."""

    def keep(books: Books) -> None:
        books.people.join(MARIE, "team")
        for address, way in ((CHAT, "D0"), (CHAT, "D1"), (CHANNEL, "C1")):
            books.ways.keep(address, way)

    await store.write(keep)

    assert [await to(store, one) for one in (CHAT, CHANNEL)] == ["D1", "C1"]
    assert await to(store, Address("slack:T2", MARIE.id)) == ""


async def test_nobody_who_has_not_joined_leaves_a_route(store: Store) -> None:
    """A row would tell who was written to, or who put the bot up for themselves."""
    await store.write(lambda books: books.ways.keep(CHAT, "D1"))

    assert await to(store, CHAT) == ""


async def test_whoever_leaves_takes_their_route_along(store: Store) -> None:
    """Nothing is kept about how to reach somebody who is not to be reached."""

    def leave(books: Books) -> None:
        books.people.join(MARIE, "team")
        books.ways.keep(CHAT, "D1")
        books.people.leave(MARIE)

    await store.write(leave)

    assert await to(store, CHAT) == ""


@pytest.mark.parametrize("way", ["", "x" * 401])
async def test_a_route_that_cannot_be_kept_whole_is_not_kept(store: Store, way: str) -> None:
    """A cut route would lead elsewhere, so the one from before stays."""

    def keep(books: Books) -> None:
        books.ways.keep(CHANNEL, "C1")
        books.ways.keep(CHANNEL, way)

    await store.write(keep)

    assert await to(store, CHANNEL) == "C1"
