from dataclasses import replace

from bot.conversation import Person
from bot.domain.people import Role
from bot.store.repositories import Repositories
from bot.store.store import Store
from bot.workflows.personal_data import load_personal_data, load_readable_teams, roles_by_team
from tests.store.sample_counts import NOW, WORKSPACE, build_clinicians, build_team, declare_team_job

NORTH, SOUTH = build_team("north", practice="river"), build_team("south", practice="river")
ALONE = build_team("alone")
SALOME, OMAR = Person(WORKSPACE, "salome"), Person(WORKSPACE, "omar")


async def arranged(store: Store) -> None:
    """Two teams of one practice and one of none; Salome directs the north, Omar supervises it."""

    def work(repos: Repositories) -> None:
        for one in (NORTH, SOUTH, ALONE):
            declare_team_job(one, 9)(repos)
        repos.teams.set_role_holders("north", Role.DIRECTOR, [SALOME])
        repos.teams.set_role_holders("north", Role.SUPERVISOR, [OMAR])

    await store.write(work)


async def test_a_director_reads_every_team_of_the_practice(store: Store) -> None:
    """Named for one team, they direct its siblings too, and no team elsewhere."""
    await arranged(store)

    seen = await store.read(lambda repos: load_readable_teams(repos, SALOME, None))
    assert {one.id for one in seen} == {"north", "south"}
    known = await store.read(lambda repos: load_personal_data(repos, SALOME, NOW))
    assert {one.id for one in known.directed_teams} == {"north", "south"}
    assert known.supervised_teams == ()


async def test_a_supervisor_reads_their_own_team_alone(store: Store) -> None:
    """Supervising one team of a practice opens no other."""
    await arranged(store)

    assert await store.read(lambda repos: roles_by_team(repos, OMAR)) == {
        "north": frozenset({Role.SUPERVISOR})
    }
    seen = await store.read(lambda repos: load_readable_teams(repos, OMAR, None))
    assert [one.id for one in seen] == ["north"]


async def test_a_director_of_a_team_without_a_practice_reads_that_team(store: Store) -> None:
    """Teams that name no practice belong to nobody else's."""
    await arranged(store)
    await store.write(lambda repos: repos.teams.set_role_holders("alone", Role.DIRECTOR, [SALOME]))
    await store.write(lambda repos: repos.teams.set_role_holders("north", Role.DIRECTOR, []))

    assert set(await store.read(lambda repos: roles_by_team(repos, SALOME))) == {"alone"}


async def test_a_clinician_reads_only_what_is_open_to_their_team(store: Store) -> None:
    """A roster alone opens nothing; a set-up that opens the tables opens them to it."""
    await arranged(store)
    (marie,) = build_clinicians("south", 1)

    assert await store.read(lambda repos: load_readable_teams(repos, marie, SOUTH)) == ()
    await store.write(lambda repos: repos.teams.save(replace(SOUTH, open_to_team=True)))
    opened = await store.read(lambda repos: load_personal_data(repos, marie, NOW))
    assert [one.id for one in opened.readable_teams] == ["south"]
