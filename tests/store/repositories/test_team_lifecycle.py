"""A team keeps its periods and tables when it moves, and until their close when it is removed."""

from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from bot.conversation import Person
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Role
from bot.store.keys.key_id import TeamKeyId
from bot.store.keys.key_store import KeyStoreUnavailableError
from bot.store.removed_teams import TeamExpiry, delete_expired_teams
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import DeliveryState, PlannedDelivery
from bot.store.store import Store
from tests.store.sample_counts import (
    AFTER_QUARTER,
    NOW,
    WORKSPACE,
    build_clinicians,
    build_team,
    close_due_periods,
    file_debrief_job,
    open_periods,
)

NORTH = build_team("north")
NORTH_PEOPLE = build_clinicians("north", 9)
SUPERVISOR = Person(WORKSPACE, "USUPER")
TODAY = date(2026, 11, 24)


async def test_moved_team_keeps_its_lists_and_periods(store: Store) -> None:
    """A debrief after the move counts as one before it; only the channel is another."""
    await open_periods(store, (NORTH, 9))
    await store.across_workspaces.write(
        lambda repos: repos.team_lifecycle.move_channel(NORTH, "CNEW")
    )

    filed = await store.across_workspaces.write(file_debrief_job(NORTH_PEOPLE[0]))
    team, old_team, clinicians = await store.across_workspaces.read(
        lambda repos: (
            repos.teams.get_by_channel(WORKSPACE, "CNEW"),
            repos.teams.get_by_channel(WORKSPACE, NORTH.channel),
            repos.teams.list_declared_clinicians("north"),
        )
    )
    assert filed.withdrawable_until is not None
    assert (team, old_team) == (replace(NORTH, channel="CNEW"), None)
    assert clinicians == NORTH_PEOPLE


async def test_move_withdraws_what_was_planned_for_the_old_channel(store: Store) -> None:
    """A tip of the old channel is not posted there after the move."""
    tip = PlannedDelivery(
        WORKSPACE, DeliveryKind.TIP, "", NORTH.channel, "day", NOW, AFTER_QUARTER, ""
    )

    def plan_and_move(repos: Repositories) -> None:
        repos.teams.save(NORTH)
        repos.deliveries.plan_deliveries([tip])
        repos.teams.mark_reachable(WORKSPACE, NORTH.channel)
        repos.team_lifecycle.move_channel(NORTH, "CNEW")

    await store.across_workspaces.write(plan_and_move)

    counts = await store.across_workspaces.read(lambda repos: repos.deliveries.count_by_state())
    assert [count.state for count in counts] == [DeliveryState.WITHDRAWN]


async def test_removed_team_counts_until_its_periods_close(store: Store) -> None:
    """Its people still file into its open periods, and no further period is opened."""
    await open_periods(store, (NORTH, 9))
    await store.across_workspaces.write(
        lambda repos: repos.people.join_team(NORTH_PEOPLE[0], "north")
    )
    await store.across_workspaces.write(lambda repos: repos.team_lifecycle.remove(NORTH, TODAY))

    filed = [
        await store.across_workspaces.write(file_debrief_job(person)) for person in NORTH_PEOPLE[:2]
    ]
    assert all(result.withdrawable_until for result in filed)

    await close_due_periods(store)
    opened_count = await store.across_workspaces.write(
        lambda repos: repos.ledger.open_missing_periods(AFTER_QUARTER)
    )
    late = await store.across_workspaces.write(file_debrief_job(NORTH_PEOPLE[0], AFTER_QUARTER))
    assert (opened_count, late.withdrawable_until) == (0, None)


async def test_removed_team_frees_its_channel_and_keeps_its_readers(store: Store) -> None:
    """Another team may have the channel; roles and name stay for the tables."""

    def remove_and_replace(repos: Repositories) -> None:
        repos.teams.save(NORTH)
        repos.teams.declare_clinicians("north", NORTH_PEOPLE)
        repos.people.join_team(Person(WORKSPACE, "UALONE"), "north")
        repos.teams.set_role_holders("north", Role.SUPERVISOR, [SUPERVISOR])
        repos.team_lifecycle.remove(NORTH, TODAY)
        repos.teams.save(replace(build_team("other"), channel=NORTH.channel))

    await store.across_workspaces.write(remove_and_replace)

    teams, names, roles, roster = await store.across_workspaces.read(
        lambda repos: (
            [team.id for team in repos.teams.list_teams()],
            [team.name for team in repos.teams.list_teams_ever()],
            [role.team_id for role in repos.teams.list_roles(SUPERVISOR)],
            repos.teams.list_roster("north"),
        )
    )
    assert (teams, names) == (["other"], ["north", "other"])
    assert (roles, roster) == (["north"], ())


async def test_removed_team_is_no_team_of_its_practice(store: Store) -> None:
    """A pool of the practice is built from the teams that are left."""
    sister = build_team("sister", practice="Riverside")
    removed = build_team("removed", practice="Riverside")

    def remove_one(repos: Repositories) -> None:
        repos.teams.save(sister)
        repos.teams.save(removed)
        repos.team_lifecycle.remove(removed, TODAY)

    await store.across_workspaces.write(remove_one)

    assert await store.across_workspaces.read(
        lambda repos: repos.teams.list_practice_teams(sister)
    ) == (sister,)


async def test_last_close_is_that_of_the_longer_period(store: Store) -> None:
    """The quarter's total closes after the breakdown; a team without periods has none."""
    await open_periods(store, (NORTH, 9))

    closes = await store.across_workspaces.read(
        lambda repos: [repos.team_lifecycle.find_last_close(name) for name in ("north", "none")]
    )
    assert closes == [date(2027, 1, 4), None]


async def test_removed_team_is_deleted_with_its_last_table(store: Store) -> None:
    """While a table of its own is stored the team stays; afterwards its roles go with it."""
    await open_periods(store, (NORTH, 9))
    await store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders("north", Role.SUPERVISOR, [SUPERVISOR])
    )
    await store.across_workspaces.write(lambda repos: repos.team_lifecycle.remove(NORTH, TODAY))
    await close_due_periods(store)

    early = await delete_removed(store, date(2028, 12, 1))
    await store.across_workspaces.write(
        lambda repos: repos.releases.delete_before(date(2029, 1, 8))
    )
    counts = (early, await delete_removed(store, date(2028, 12, 1)))
    teams, role_holders = await store.across_workspaces.read(
        lambda repos: (repos.teams.list_teams_ever(), repos.teams.list_roles(SUPERVISOR))
    )
    assert (counts, teams, role_holders) == ((0, 1), (), ())


async def test_team_that_was_not_removed_is_never_deleted(store: Store) -> None:
    """Nor is one that was removed later than the given day."""
    removed = build_team("removed")

    def save_and_remove(repos: Repositories) -> None:
        repos.teams.save(NORTH)
        repos.teams.save(removed)
        repos.team_lifecycle.remove(removed, TODAY)

    await store.across_workspaces.write(save_and_remove)

    assert await delete_removed(store, TODAY) == 0


async def test_deleted_team_leaves_no_key(store: Store) -> None:
    """The key of its record is destroyed with its row, and that of another team stays."""
    other = build_team("other")
    for team in (NORTH, other):
        await open_periods(store, (team, 2))
    north_key, other_key = (TeamKeyId(team.id).file_name for team in (NORTH, other))
    assert {north_key, other_key} <= list_key_names(store)
    await store.across_workspaces.write(lambda repos: repos.team_lifecycle.remove(NORTH, TODAY))

    assert await delete_removed(store, date(2026, 11, 25)) == 1

    assert north_key not in list_key_names(store)
    assert other_key in list_key_names(store)


async def test_team_whose_key_cannot_be_destroyed_stays(store: Store) -> None:
    """No row is deleted before its key; a later call goes on."""
    await open_periods(store, (NORTH, 2))
    await store.across_workspaces.write(lambda repos: repos.team_lifecycle.remove(NORTH, TODAY))
    path = store.key_store.folder / TeamKeyId(NORTH.id).file_name  # type: ignore[attr-defined]  # a folder in tests
    path.unlink()
    path.mkdir()

    with pytest.raises(KeyStoreUnavailableError):
        await delete_removed(store, date(2026, 11, 25))

    assert await store.across_workspaces.read(lambda repos: repos.teams.list_teams_ever())


def list_key_names(store: Store) -> set[str]:
    """Return the names of all stored keys."""
    return {key.file_name for key in store.key_store.list_ids()}


async def delete_removed(store: Store, cutoff: date) -> int:
    """Delete the teams of the workspace that were removed before *cutoff*; return how many."""
    step = partial(delete_expired_teams, TeamExpiry(cutoff))
    return await store.run_purge_step(step, WORKSPACE, AFTER_QUARTER)
