"""Home teams follow the declared lists in the transaction that changes them."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.conversation import Person
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Role
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import DeliveryState, PlannedDelivery
from bot.store.store import Store
from tests.store.sample_counts import WORKSPACE, build_team

NORTH, SOUTH = build_team("north"), build_team("south")
MARIE, OMAR, ANA = (Person(WORKSPACE, f"U{name}") for name in ("MARIE", "OMAR", "ANA"))
DUE = datetime(2026, 6, 29, 13, 0, tzinfo=UTC)


def set_up_north(repos: Repositories) -> None:
    """Declare Marie in the north team, who joins its check-ins and sets an unanswered count."""
    repos.teams.save(NORTH)
    repos.teams.save(SOUTH)
    repos.teams.declare_clinicians("north", [MARIE])
    repos.people.join_team(MARIE, "north")
    repos.people.set_unanswered_count(MARIE, 2)


async def test_person_who_is_taken_off_the_list_leaves_the_team(store: Store) -> None:
    """Check-ins end at once, and the row of the person names no team."""
    checkin = PlannedDelivery(
        MARIE.workspace, DeliveryKind.CHECKIN, MARIE.id, "", "2026-W27", DUE, DUE, ""
    )

    def remove_marie(repos: Repositories) -> None:
        set_up_north(repos)
        repos.deliveries.plan_deliveries([checkin])
        repos.teams.declare_clinicians("north", [OMAR])

    await store.across_workspaces.write(remove_marie)

    clinician, team, counts = await store.across_workspaces.read(
        lambda repos: (
            repos.people.get(MARIE),
            repos.teams.get_home_team(MARIE),
            repos.deliveries.count_by_state(),
        )
    )
    assert (clinician.has_joined, clinician.home_team_id, team) == (False, "", None)
    assert [count.state for count in counts] == [DeliveryState.WITHDRAWN]


async def test_a_member_who_becomes_supervisor_keeps_the_notice_of_another_role(
    store: Store,
) -> None:
    """Their check-ins end; the message at the close of a team that they direct still comes."""

    def name_marie(repos: Repositories) -> None:
        set_up_north(repos)
        repos.teams.set_role_holders("south", Role.DIRECTOR, [MARIE])
        repos.deliveries.plan_deliveries(
            PlannedDelivery(MARIE.workspace, kind, MARIE.id, "", "2026-W27", DUE, DUE, "")
            for kind in (DeliveryKind.CHECKIN, DeliveryKind.CLOSE_NOTICE)
        )
        repos.teams.set_role_holders("north", Role.SUPERVISOR, [MARIE])

    await store.across_workspaces.write(name_marie)

    counts = await store.across_workspaces.read(lambda repos: repos.deliveries.count_by_state())
    assert {count.kind: count.state for count in counts} == {
        DeliveryKind.CHECKIN: DeliveryState.WITHDRAWN,
        DeliveryKind.CLOSE_NOTICE: DeliveryState.PLANNED,
    }


async def test_person_who_moves_between_lists_stays_joined(store: Store) -> None:
    """The slot moves with them; nobody has to press Join again."""

    def move_marie(repos: Repositories) -> None:
        set_up_north(repos)
        repos.teams.declare_clinicians("south", [MARIE])
        repos.teams.declare_clinicians("north", [])

    await store.across_workspaces.write(move_marie)

    clinician, rosters = await store.across_workspaces.read(
        lambda repos: (
            repos.people.get(MARIE),
            [repos.teams.list_roster(team_id) for team_id in ("north", "south")],
        )
    )
    assert (clinician.has_joined, clinician.home_team_id) == (True, "south")
    assert clinician.unanswered_count == 2
    assert rosters == [(), (MARIE,)]


async def test_list_decides_over_a_team_that_was_joined_alone(store: Store) -> None:
    """A person on exactly one list counts there, whatever their row named before."""

    def declare_elsewhere(repos: Repositories) -> None:
        repos.teams.save(NORTH)
        repos.teams.save(SOUTH)
        repos.people.join_team(ANA, "north")
        repos.teams.declare_clinicians("south", [ANA])

    await store.across_workspaces.write(declare_elsewhere)

    home, roster = await store.across_workspaces.read(
        lambda repos: (repos.teams.get_home_team(ANA), repos.teams.list_roster("north"))
    )
    assert (home, roster) == (SOUTH, ())


async def test_linked_account_follows_the_list_of_the_main_account(store: Store) -> None:
    """Check-ins by the second account end with the membership as well."""
    alias = Person("msteams:tenant", "object")

    def remove_main(repos: Repositories) -> None:
        set_up_north(repos)
        repos.linked_accounts.set_links([(MARIE, alias)])
        repos.people.join_team(alias, "north")
        repos.teams.declare_clinicians("north", [])

    await store.across_workspaces.write(remove_main)

    clinician, roster = await store.across_workspaces.read(
        lambda repos: (repos.people.get(alias), repos.teams.list_roster("north"))
    )
    assert (clinician.has_joined, clinician.home_team_id, roster) == (False, "", ())


async def test_declaring_teams_are_found_by_person(store: Store) -> None:
    """A person on no list has none; one of the same id in another workspace is another person."""
    namesake = replace(MARIE, workspace="slack:T2")

    def declare_both(repos: Repositories) -> None:
        repos.teams.declare_clinicians("north", [MARIE])
        repos.teams.declare_clinicians("south", [MARIE, OMAR])

    await store.across_workspaces.write(declare_both)

    assert await store.across_workspaces.read(
        lambda repos: repos.declared_lists.find_declaring_teams([MARIE, OMAR, ANA, namesake])
    ) == {
        MARIE: frozenset({"north", "south"}),
        OMAR: frozenset({"south"}),
        ANA: frozenset(),
        namesake: frozenset(),
    }
