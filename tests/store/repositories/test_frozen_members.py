"""Who of a frozen list is on a team's list now, by lists and accounts alone."""

from bot.domain.reachability import DEACTIVATED
from bot.domain.teams.unlisted_members import FrozenMember
from bot.store.repositories import Repositories
from bot.store.store import Store
from tests.store.sample_counts import (
    AFTER_QUARTER,
    NOW,
    build_clinicians,
    build_team,
    file_debriefs,
    open_periods,
)

NORTH, SOUTH = build_team("north"), build_team("south")
NORTH_PEOPLE = build_clinicians("north", 9)
LISTED = FrozenMember(is_listed=True, is_linked=False, unreachable_reason="")
UNLISTED = FrozenMember(is_listed=False, is_linked=False, unreachable_reason="")


async def count_members(store: Store, team_id: str | None = None) -> tuple[int, int]:
    """Return how many listed and unlisted people of good standing there are."""
    members = await store.across_workspaces.read(
        lambda repos: repos.frozen_members.list_members(team_id)
    )
    return members.count(LISTED), members.count(UNLISTED)


async def test_each_person_is_counted_once_over_both_ledgers(store: Store) -> None:
    """A person on the lists of the total and of the breakdown is one person."""
    await open_periods(store, (NORTH, 9), (SOUTH, 5))
    await store.across_workspaces.write(
        lambda repos: repos.teams.declare_clinicians("north", NORTH_PEOPLE[2:])
    )

    assert await count_members(store) == (12, 2)
    assert await count_members(store, "north") == (7, 2)
    assert await count_members(store, "south") == (5, 0)


async def test_person_on_another_list_is_listed(store: Store) -> None:
    """Who moves to another team lacks none."""
    await open_periods(store, (NORTH, 9), (SOUTH, 5))

    def move_first(repos: Repositories) -> None:
        repos.teams.declare_clinicians("north", NORTH_PEOPLE[1:])
        repos.teams.declare_clinicians("south", [*build_clinicians("south", 5), NORTH_PEOPLE[0]])

    await store.across_workspaces.write(move_first)

    assert await count_members(store, "north") == (9, 0)


async def test_closed_account_keeps_its_reason(store: Store) -> None:
    """The rule decides about accounts; the repository returns why each is unreachable."""
    await open_periods(store, (NORTH, 9))

    def close_account(repos: Repositories) -> None:
        repos.listed_accounts.mark_account(NORTH_PEOPLE[0], DEACTIVATED)
        repos.teams.declare_clinicians("north", NORTH_PEOPLE[1:])

    await store.across_workspaces.write(close_account)

    members = await store.across_workspaces.read(lambda repos: repos.frozen_members.list_members())
    assert (
        members.count(
            FrozenMember(is_listed=False, is_linked=False, unreachable_reason=DEACTIVATED)
        )
        == 1
    )


async def test_filing_changes_nothing(store: Store) -> None:
    """The facts are the same before and after everybody has filed."""
    await open_periods(store, (NORTH, 9))
    before = await count_members(store)
    await file_debriefs(store, *NORTH_PEOPLE)

    assert await count_members(store) == before


async def test_lists_of_ended_periods_are_those_to_be_closed(store: Store) -> None:
    """Before its end a period has no ending members, afterwards all of its people."""
    await open_periods(store, (NORTH, 9))

    def count_ending(repos: Repositories) -> list[int]:
        return [
            len(repos.frozen_members.list_members_of_ended_periods(now))
            for now in (NOW, AFTER_QUARTER)
        ]

    assert await store.across_workspaces.read(count_ending) == [0, 9]
