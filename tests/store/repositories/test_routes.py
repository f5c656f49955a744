import pytest

from bot.conversation import Address
from bot.store.repositories import Repositories
from bot.store.store import Store
from tests.store.sample_jobs import MARIE

CHAT, CHANNEL = Address(MARIE.workspace, MARIE.id), Address(MARIE.workspace, channel="C1")


async def to(store: Store, address: Address) -> str:
    """The route that is known to *address*."""
    return await store.read(lambda repos: repos.chat_routes.get_route(address))


async def test_a_route_once_found_is_found_again(store: Store) -> None:
    """The newest stays, each to its own address."""

    def keep(repos: Repositories) -> None:
        repos.people.join_team(MARIE, "team")
        for address, way in ((CHAT, "D0"), (CHAT, "D1"), (CHANNEL, "C1")):
            repos.chat_routes.save_route(address, way)

    await store.write(keep)

    assert [await to(store, one) for one in (CHAT, CHANNEL)] == ["D1", "C1"]
    assert await to(store, Address("slack:T2", MARIE.id)) == ""


async def test_nobody_who_has_not_joined_leaves_a_route(store: Store) -> None:
    """A row would tell who was written to, or who put the bot up for themselves."""
    await store.write(lambda repos: repos.chat_routes.save_route(CHAT, "D1"))

    assert await to(store, CHAT) == ""


async def test_whoever_leaves_takes_their_route_along(store: Store) -> None:
    """Nothing is kept about how to reach somebody who is not to be reached."""

    def leave(repos: Repositories) -> None:
        repos.people.join_team(MARIE, "team")
        repos.chat_routes.save_route(CHAT, "D1")
        repos.people.leave_checkins(MARIE)

    await store.write(leave)

    assert await to(store, CHAT) == ""


@pytest.mark.parametrize("way", ["", "x" * 401])
async def test_a_route_that_cannot_be_kept_whole_is_not_kept(store: Store, way: str) -> None:
    """A cut route would lead elsewhere, so the one from before stays."""

    def keep(repos: Repositories) -> None:
        repos.chat_routes.save_route(CHANNEL, "C1")
        repos.chat_routes.save_route(CHANNEL, way)

    await store.write(keep)

    assert await to(store, CHANNEL) == "C1"
