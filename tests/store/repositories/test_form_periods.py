"""Which periods a form writes: the same for everybody in a team, whoever was moved into it."""

from dataclasses import replace

from bot.conversation import Person
from bot.domain.people import Role
from bot.store.repositories.contributor import Contributor
from bot.store.store import Store
from tests.store.sample_counts import (
    NOW,
    build_clinicians,
    build_team,
    close_due_periods,
    declare_team_job,
    join_team_job,
    open_periods,
)

NORTH, SOUTH = build_team("north"), build_team("south")
MARIE, OMAR, *_ = NINE = build_clinicians("north", 9)
SOUTHERNER = build_clinicians("south", 1)[0]
ALIAS = Person("slack:T1", "marie elsewhere")


async def load(store: Store, person: Person) -> Contributor:
    """Look *person* up as a form does."""
    return await store.across_workspaces.write(
        lambda repos: repos.ledger.get_contributor_and_open_periods(person, NOW)
    )


def units_of(contributor: Contributor) -> set[str]:
    """Return the units whose records a form of *contributor* writes."""
    return {period.unit for period in contributor.written_periods}


async def test_forms_of_a_team_write_its_own_periods(store: Store) -> None:
    """Nobody of another team is concerned."""
    await open_periods(store, (NORTH, 9), (SOUTH, 9))

    assert units_of(await load(store, MARIE)) == {"team:north"}
    assert len((await load(store, MARIE)).written_periods) == 2


async def test_forms_of_a_team_write_where_its_people_count(store: Store) -> None:
    """Those of the person who was moved, and those of their new colleagues alike."""
    await open_periods(store, (NORTH, 9), (SOUTH, 9))
    await store.across_workspaces.write(join_team_job(MARIE, "south"))
    moved, colleague = await load(store, MARIE), await load(store, SOUTHERNER)

    assert units_of(moved) == units_of(colleague) == {"team:north", "team:south"}
    assert {period.unit for period in moved.counted_periods} == {"team:north"}
    assert {period.unit for period in colleague.counted_periods} == {"team:south"}
    assert units_of(await load(store, OMAR)) == {"team:north"}


async def test_forms_of_a_team_write_where_a_linked_account_counted(store: Store) -> None:
    """An account that was linked later may have filed in another team, under its own token."""
    await open_periods(store, (NORTH, 9), (SOUTH, 9))
    await store.across_workspaces.write(join_team_job(ALIAS, "south"))
    await store.across_workspaces.write(
        lambda repos: repos.linked_accounts.set_links([(MARIE, ALIAS)])
    )

    units = [units_of(await load(store, person)) for person in (MARIE, ALIAS, OMAR)]
    assert units == [{"team:north", "team:south"}] * 3


async def test_removed_person_writes_what_their_former_team_writes(store: Store) -> None:
    """Until the close; afterwards a form of theirs writes nothing."""
    await open_periods(store, (NORTH, 9))
    await store.across_workspaces.write(declare_team_job(NORTH, 8))
    removed = await load(store, NINE[8])

    assert (removed.team, removed.form_team, removed.record_team_id) == (None, NORTH, "north")
    assert units_of(removed) == {"team:north"}
    assert len(removed.counted_periods) == 2
    await close_due_periods(store)
    assert (await load(store, NINE[8])).form_team is None


async def test_new_supervisor_of_the_unit_counts_no_more(store: Store) -> None:
    """A supervisor is never counted in their own team, though the frozen list has them."""
    await open_periods(store, (NORTH, 9))
    await store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders("north", Role.SUPERVISOR, [MARIE])
    )
    contributor = await load(store, MARIE)

    assert (contributor.counted_periods, contributor.moved_until) == ((), None)


async def test_supervisor_of_another_team_of_the_unit_counts(store: Store) -> None:
    """Where somebody's own team feeds a period, its supervisors alone are not counted in it."""
    teams = [replace(team, practice="practice") for team in (NORTH, SOUTH)]
    await open_periods(store, (teams[0], 4), (teams[1], 4))
    await store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders("south", Role.SUPERVISOR, [MARIE])
    )
    contributor = await load(store, MARIE)

    assert {period.unit for period in contributor.counted_periods} == {"practice:slack:T1/practice"}
