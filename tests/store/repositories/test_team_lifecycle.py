"""A team keeps its periods and tables when it moves, and until their close when it is removed."""

from dataclasses import replace
from datetime import date

from bot.conversation import Person
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Role
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

    def delete_removed(repos: Repositories) -> tuple[int, int]:
        early = repos.team_lifecycle.delete_removed_before(date(2028, 12, 1))
        repos.releases.delete_before(date(2029, 1, 8))
        return early, repos.team_lifecycle.delete_removed_before(date(2028, 12, 1))

    counts = await store.across_workspaces.write(delete_removed)
    teams, role_holders = await store.across_workspaces.read(
        lambda repos: (repos.teams.list_teams_ever(), repos.teams.list_roles(SUPERVISOR))
    )
    assert (counts, teams, role_holders) == ((0, 1), (), ())


async def test_team_that_was_not_removed_is_never_deleted(store: Store) -> None:
    """Nor is one that was removed later than the given day."""
    removed = build_team("removed")

    def delete_removed(repos: Repositories) -> int:
        repos.teams.save(NORTH)
        repos.teams.save(removed)
        repos.team_lifecycle.remove(removed, TODAY)
        return repos.team_lifecycle.delete_removed_before(TODAY)

    assert await store.across_workspaces.write(delete_removed) == 0
