from dataclasses import replace
from datetime import time

import pytest
from sqlalchemy.exc import IntegrityError

from bot.conversation import Person
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Role, Team
from bot.store.repositories import Repositories
from bot.store.repositories.teams import HeldRole
from bot.store.store import Store

NORTH = Team(
    id="north",
    workspace="slack:T1",
    channel="C1",
    name="North",
    practice="Riverside",
    language="en",
    zone="America/Toronto",
    checkin_rule=WeeklyRule(1, time(9, 30)),
    tip_days=(2, 4),
    tip_time=time(8, 5),
    question="form",
    open_to_team=False,
)
SOUTH = replace(NORTH, id="south", channel="C2", name="South", tip_days=())
ELSEWHERE = replace(NORTH, id="else", workspace="slack:T2", channel="C1", name="Else")
MARIE, OMAR, ANA = (Person("slack:T1", f"U{name}") for name in ("MARIE", "OMAR", "ANA"))


async def test_set_up_is_stored_in_full(store: Store) -> None:
    """Days, times, language and choices are read as saved; saving again replaces them."""
    await store.across_workspaces.write(lambda repos: repos.teams.save(NORTH))
    changed = replace(
        NORTH, tip_days=(1, 3, 5), open_to_team=True, checkin_rule=WeeklyRule(7, time(0))
    )
    await store.across_workspaces.write(lambda repos: repos.teams.save(SOUTH))
    await store.across_workspaces.write(lambda repos: repos.teams.save(changed))

    assert await store.across_workspaces.read(lambda repos: repos.teams.get("north")) == changed
    assert await store.across_workspaces.read(lambda repos: repos.teams.get("south")) == SOUTH
    assert await store.across_workspaces.read(lambda repos: repos.teams.get("nowhere")) is None


async def test_channel_has_one_team(store: Store) -> None:
    """A team is found by its channel, and a second team there violates a constraint."""
    await store.across_workspaces.write(lambda repos: repos.teams.save(NORTH))

    assert (
        await store.across_workspaces.read(
            lambda repos: repos.teams.get_by_channel("slack:T1", "C1")
        )
        == NORTH
    )
    assert (
        await store.across_workspaces.read(
            lambda repos: repos.teams.get_by_channel("slack:T2", "C1")
        )
        is None
    )
    with pytest.raises(IntegrityError):
        await store.across_workspaces.write(
            lambda repos: repos.teams.save(replace(SOUTH, channel="C1"))
        )


async def test_teams_are_listed_by_workspace_and_by_practice(store: Store) -> None:
    """A practice is the teams of one workspace that name it; a team without one is listed alone."""
    unaffiliated = replace(SOUTH, id="alone", channel="C3", name="Alone", practice="")
    teams = (NORTH, SOUTH, ELSEWHERE, unaffiliated)

    def save_all(repos: Repositories) -> None:
        for team in teams:
            repos.teams.save(team)

    await store.across_workspaces.write(save_all)

    assert await store.across_workspaces.read(lambda repos: repos.teams.list_teams()) == (
        unaffiliated,
        ELSEWHERE,
        NORTH,
        SOUTH,
    )
    assert await store.across_workspaces.read(lambda repos: repos.teams.list_teams("slack:T2")) == (
        ELSEWHERE,
    )
    assert await store.across_workspaces.read(
        lambda repos: repos.teams.list_practice_teams(SOUTH)
    ) == (NORTH, SOUTH)
    assert await store.across_workspaces.read(
        lambda repos: repos.teams.list_practice_teams(unaffiliated)
    ) == (unaffiliated,)


async def test_declared_size_is_independent_of_joining(store: Store) -> None:
    """The set-up's size decides the periods: joining and leaving do not change it."""

    def set_up(repos: Repositories) -> None:
        repos.teams.declare_clinicians("north", [MARIE, OMAR])
        repos.people.join_team(ANA, "north")
        repos.people.join_team(OMAR, "north")
        repos.people.leave_checkins(OMAR)

    await store.across_workspaces.write(set_up)

    assert await store.across_workspaces.read(
        lambda repos: repos.teams.list_declared_clinicians("north")
    ) == (
        MARIE,
        OMAR,
    )
    assert await store.across_workspaces.read(lambda repos: repos.teams.list_roster("north")) == (
        ANA,
        MARIE,
        OMAR,
    )


async def test_new_declaration_retains_people_who_joined_alone(store: Store) -> None:
    """A person who is no longer declared leaves the roster; one who was never declared stays."""

    def declare_twice(repos: Repositories) -> None:
        repos.teams.declare_clinicians("north", [MARIE])
        repos.people.join_team(MARIE, "north")
        repos.people.join_team(OMAR, "north")
        repos.teams.declare_clinicians("north", [ANA])
        repos.teams.declare_clinicians("north", [ANA])

    await store.across_workspaces.write(declare_twice)

    assert await store.across_workspaces.read(
        lambda repos: repos.teams.list_declared_clinicians("north")
    ) == (ANA,)
    assert await store.across_workspaces.read(lambda repos: repos.teams.list_roster("north")) == (
        ANA,
        OMAR,
    )


async def test_home_team_is_joined_else_declared(store: Store) -> None:
    """The home team is where a person joined, else where they are declared, else none."""

    def set_up(repos: Repositories) -> None:
        repos.teams.save(NORTH)
        repos.teams.save(SOUTH)
        repos.teams.declare_clinicians("south", [MARIE, OMAR])
        repos.people.join_team(OMAR, "north")

    await store.across_workspaces.write(set_up)

    home_teams = await store.across_workspaces.read(
        lambda repos: [repos.teams.get_home_team(person) for person in (MARIE, OMAR, ANA)]
    )
    assert home_teams == [SOUTH, NORTH, None]


async def test_role_holders_are_replaced(store: Store) -> None:
    """The latest set-up defines the supervisors; those who remain retain their agreement."""

    def set_up(repos: Repositories) -> None:
        repos.teams.save(NORTH)
        repos.teams.set_role_holders("north", Role.SUPERVISOR, [MARIE, OMAR])
        repos.teams.set_role_holders("north", Role.DIRECTOR, [OMAR])
        repos.teams.save_agreement(MARIE, "north")
        repos.teams.set_role_holders("north", Role.SUPERVISOR, [MARIE, ANA])

    await store.across_workspaces.write(set_up)

    holders = await store.across_workspaces.read(
        lambda repos: repos.teams.list_role_holders("north", Role.SUPERVISOR)
    )
    assert holders == (ANA, MARIE)
    roles = await store.across_workspaces.read(
        lambda repos: [repos.teams.list_roles(person) for person in (MARIE, ANA, OMAR)]
    )
    assert roles == [
        (HeldRole("north", Role.SUPERVISOR, has_agreed=True),),
        (HeldRole("north", Role.SUPERVISOR, has_agreed=False),),
        (HeldRole("north", Role.DIRECTOR, has_agreed=False),),
    ]


async def test_workspace_without_role_holders_is_reported(store: Store) -> None:
    """Until a workspace has a supervisor, its admins may set it up."""
    await store.across_workspaces.write(lambda repos: repos.teams.save(NORTH))
    assert not await store.across_workspaces.read(
        lambda repos: repos.teams.has_role_holders("slack:T1")
    )

    await store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders("north", Role.SUPERVISOR, [MARIE])
    )

    assert await store.across_workspaces.read(
        lambda repos: repos.teams.has_role_holders("slack:T1")
    )
    assert not await store.across_workspaces.read(
        lambda repos: repos.teams.has_role_holders("slack:T2")
    )
