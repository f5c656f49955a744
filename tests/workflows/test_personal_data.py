from dataclasses import replace

from bot.conversation import Person
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Role
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from bot.store.store import Store
from bot.workflows.personal_data import load_personal_data, load_readable_teams, load_roles_by_team
from tests.store.sample_counts import NOW, WORKSPACE, build_clinicians, build_team, declare_team_job

NORTH, SOUTH = build_team("north", practice="river"), build_team("south", practice="river")
ALONE = build_team("alone")
SALOME, OMAR = Person(WORKSPACE, "salome"), Person(WORKSPACE, "omar")


async def save_sample_teams(store: Store) -> None:
    """Save two teams of one practice and one without; Salome is a director, Omar a supervisor."""

    def save_teams(repos: Repositories) -> None:
        for team in (NORTH, SOUTH, ALONE):
            declare_team_job(team, 9)(repos)
        repos.teams.set_role_holders("north", Role.DIRECTOR, [SALOME])
        repos.teams.set_role_holders("north", Role.SUPERVISOR, [OMAR])

    await store.across_workspaces.write(save_teams)


async def test_a_director_reads_every_team_of_the_practice(store: Store) -> None:
    """A director of one team may read all teams of its practice, and no other."""
    await save_sample_teams(store)

    readable_teams = await store.across_workspaces.read(
        lambda repos: load_readable_teams(repos, SALOME, None)
    )
    assert {team.id for team in readable_teams} == {"north", "south"}
    person_data = await store.across_workspaces.read(
        lambda repos: load_personal_data(repos, SALOME, NOW)
    )
    assert {team.id for team in person_data.directed_teams} == {"north", "south"}
    assert person_data.supervised_teams == ()


async def test_a_supervisor_reads_their_own_team_only(store: Store) -> None:
    """A supervisor of one team of a practice may read that team only."""
    await save_sample_teams(store)

    assert await store.across_workspaces.read(lambda repos: load_roles_by_team(repos, OMAR)) == {
        "north": frozenset({Role.SUPERVISOR})
    }
    readable_teams = await store.across_workspaces.read(
        lambda repos: load_readable_teams(repos, OMAR, None)
    )
    assert [team.id for team in readable_teams] == ["north"]


async def test_a_director_of_a_team_without_a_practice_reads_that_team(store: Store) -> None:
    """A director of a team without a practice may read that team only."""
    await save_sample_teams(store)
    await store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders("alone", Role.DIRECTOR, [SALOME])
    )
    await store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders("north", Role.DIRECTOR, [])
    )

    assert set(
        await store.across_workspaces.read(lambda repos: load_roles_by_team(repos, SALOME))
    ) == {"alone"}


async def test_a_clinician_reads_opened_tables_only(store: Store) -> None:
    """A clinician may read their team's tables only after the team has opened them."""
    await save_sample_teams(store)
    (marie,) = build_clinicians("south", 1)

    assert (
        await store.across_workspaces.read(lambda repos: load_readable_teams(repos, marie, SOUTH))
        == ()
    )
    await store.across_workspaces.write(
        lambda repos: repos.teams.save(replace(SOUTH, open_to_team=True))
    )
    person_data = await store.across_workspaces.read(
        lambda repos: load_personal_data(repos, marie, NOW)
    )
    assert [team.id for team in person_data.readable_teams] == ["south"]


async def test_a_director_sees_what_teams_lack(store: Store) -> None:
    """The teams without a supervisor, and those without a card that was posted, are listed."""
    await save_sample_teams(store)

    def post_card(repos: Repositories) -> None:
        card = PlannedDelivery(
            WORKSPACE, DeliveryKind.INTRODUCTION, "", NORTH.channel, "north", NOW, NOW, ""
        )
        repos.deliveries.plan_deliveries([card])
        delivery = repos.delivery_history.find_last_card(WORKSPACE, NORTH.channel)
        assert delivery
        repos.deliveries.claim_delivery(delivery.id, delivery.attempt, NOW)

    before = await store.across_workspaces.read(
        lambda repos: load_personal_data(repos, SALOME, NOW)
    )
    await store.across_workspaces.write(post_card)
    after = await store.across_workspaces.read(lambda repos: load_personal_data(repos, SALOME, NOW))

    assert [team.id for team in before.unsupervised_teams] == ["south"]
    assert [team.id for team in before.cardless_teams] == ["north", "south"]
    assert [team.id for team in after.cardless_teams] == ["south"]


async def test_only_directors_see_what_teams_lack(store: Store) -> None:
    """A supervisor of one team reads of no other team."""
    await save_sample_teams(store)

    data = await store.across_workspaces.read(lambda repos: load_personal_data(repos, OMAR, NOW))

    assert data.unsupervised_teams == data.cardless_teams == ()
