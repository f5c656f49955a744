import pytest

from bot.conversation import Address
from bot.domain.people import Role
from bot.store.repositories import Repositories
from bot.store.store import Store
from tests.store.sample_jobs import DEADLINE, MARIE, PLANNED_CHECKIN

CHAT, CHANNEL = Address(MARIE.workspace, MARIE.id), Address(MARIE.workspace, channel="C1")


async def get_route(store: Store, address: Address) -> str:
    """Return the stored route to *address*."""
    return await store.across_workspaces.read(lambda repos: repos.chat_routes.get_route(address))


async def test_saved_route_is_returned(store: Store) -> None:
    """The latest route is stored, each for its own address."""

    def keep(repos: Repositories) -> None:
        repos.people.join_team(MARIE, "team")
        for address, route in ((CHAT, "D0"), (CHAT, "D1"), (CHANNEL, "C1")):
            repos.chat_routes.save_route(address, route)

    await store.across_workspaces.write(keep)

    assert [await get_route(store, address) for address in (CHAT, CHANNEL)] == ["D1", "C1"]
    assert await get_route(store, Address("slack:T2", MARIE.id)) == ""


async def test_no_route_is_stored_for_a_person_who_has_not_joined(store: Store) -> None:
    """A row would reveal whom the bot wrote to, or who installed it personally."""
    await store.across_workspaces.write(lambda repos: repos.chat_routes.save_route(CHAT, "D1"))

    assert await get_route(store, CHAT) == ""


async def test_leaving_deletes_the_route(store: Store) -> None:
    """Leaving the check-ins deletes the routes to the person."""

    def join_and_leave(repos: Repositories) -> None:
        repos.people.join_team(MARIE, "team")
        repos.chat_routes.save_route(CHAT, "D1")
        repos.people.leave_checkins(MARIE)

    await store.across_workspaces.write(join_and_leave)

    assert await get_route(store, CHAT) == ""


async def test_supervising_the_home_team_deletes_the_route(store: Store) -> None:
    """A clinician who becomes a supervisor of their team leaves it, and no route to them stays."""

    def join_and_supervise(repos: Repositories) -> None:
        repos.people.join_team(MARIE, "team")
        repos.chat_routes.save_route(CHAT, "D1")
        repos.teams.set_role_holders("team", Role.SUPERVISOR, [MARIE])

    await store.across_workspaces.write(join_and_supervise)

    assert await get_route(store, CHAT) == ""


async def test_supervising_another_team_retains_the_route(store: Store) -> None:
    """A clinician of one team who supervises another still gets the check-ins of the first."""

    def join_and_supervise(repos: Repositories) -> None:
        repos.people.join_team(MARIE, "team")
        repos.chat_routes.save_route(CHAT, "D1")
        repos.teams.set_role_holders("other", Role.SUPERVISOR, [MARIE])

    await store.across_workspaces.write(join_and_supervise)

    assert await get_route(store, CHAT) == "D1"


@pytest.mark.parametrize("route", ["", "x" * 401])
async def test_blank_or_oversized_route_is_ignored(store: Store, route: str) -> None:
    """A truncated route would be wrong, so the earlier one stays."""

    def keep(repos: Repositories) -> None:
        repos.chat_routes.save_route(CHANNEL, "C1")
        repos.chat_routes.save_route(CHANNEL, route)

    await store.across_workspaces.write(keep)

    assert await get_route(store, CHANNEL) == "C1"


async def test_supervising_the_home_team_withdraws_planned_checkins(store: Store) -> None:
    """A check-in that was planned for a clinician who now supervises the team is not sent."""

    def join_and_supervise(repos: Repositories) -> None:
        repos.people.join_team(MARIE, "team")
        repos.deliveries.plan_deliveries([PLANNED_CHECKIN])
        repos.teams.set_role_holders("team", Role.SUPERVISOR, [MARIE])

    await store.across_workspaces.write(join_and_supervise)

    due_deliveries = await store.across_workspaces.read(
        lambda repos: repos.deliveries.list_due_deliveries(MARIE.workspace, DEADLINE, 9)
    )
    assert due_deliveries == ()
