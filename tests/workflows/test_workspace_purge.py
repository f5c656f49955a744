"""A purge parts the linked accounts of two workspaces, and ends although rows are added to it."""

from functools import partial

from bot.conversation import Address, Person
from bot.store import workspace_keys
from bot.store.repositories import Repositories
from bot.store.store import Store
from bot.workflows.workspace_purge import complete_purge
from tests.store.sample_counts import count_debriefs_by_unit, file_debrief_job
from tests.store.sample_workspaces import (
    CLOSED_AT,
    GONE,
    STAYING,
    begin_purge,
    build_members,
    build_own_team,
    fetch_rows_by_table,
    seed_team,
    workspace_key,
)


def join_team(repos: Repositories, account: Person, team_id: str) -> None:
    """Let *account* join a team."""
    repos.people.join_team(account, team_id)


async def test_linked_accounts_of_two_workspaces_part(store: Store) -> None:
    """Whoever stays keeps their list; whoever came from the purged side is on none any more.

    The main account of one pair stays, and that of the other is purged. What the first pair filed
    counts on.
    """
    scope = store.across_workspaces
    for word in (STAYING, GONE):
        await seed_team(store, word, build_own_team(word))
    staying, gone = (build_members(word, build_own_team(word)) for word in (STAYING, GONE))
    from_gone = Person(workspace_key(GONE), "U0gonealias")
    from_staying = Person(workspace_key(STAYING), "U0alias")
    pairs = ((staying[0], from_gone), (gone[0], from_staying))
    await scope.write(lambda repos: repos.linked_accounts.set_links(pairs))
    for account, word in ((from_gone, STAYING), (from_staying, GONE)):
        await scope.write(partial(join_team, account=account, team_id=build_own_team(word).id))
    await scope.write(file_debrief_job(from_gone, CLOSED_AT))
    await begin_purge(store, GONE)

    assert await complete_purge(store, workspace_key(GONE), CLOSED_AT)

    assert not any((await fetch_rows_by_table(store, mentioning=GONE)).values())
    clinician = await scope.read(lambda repos: repos.people.get(from_staying))
    assert (clinician.has_joined, clinician.home_team_id) == (False, "")
    roster = await scope.read(lambda repos: repos.teams.list_roster(build_own_team(STAYING).id))
    assert roster == tuple(sorted(staying))
    assert sum((await count_debriefs_by_unit(store)).values()) == 2


async def test_a_purge_does_not_end_while_a_table_has_rows(store: Store) -> None:
    """The last step finds what another process added, and changes nothing until it is deleted."""
    key = workspace_key(GONE)
    await seed_team(store, GONE, build_own_team(GONE))
    await begin_purge(store, GONE)
    assert await complete_purge(store, key, CLOSED_AT)
    await begin_purge(store, GONE)
    route = Address(key, channel="C0NEW")
    await store.across_workspaces.write(lambda repos: repos.chat_routes.save_route(route, "a"))

    assert not await store.run_purge_step(workspace_keys.finish_purge, key, CLOSED_AT)

    assert await count_rows(store) == {"way": 1, "workspace": 1}
    assert await complete_purge(store, key, CLOSED_AT)
    assert await count_rows(store) == {}


async def count_rows(store: Store) -> dict[str, int]:
    """Count the rows of the workspace by table, without 0."""
    counts = await store.across_workspaces.read(
        lambda repos: repos.workspace_purges.count_rows(workspace_key(GONE))
    )
    return {name: count for name, count in counts.items() if count}
