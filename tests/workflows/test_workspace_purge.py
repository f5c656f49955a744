"""A purge parts the linked accounts of two workspaces, and ends although rows are added to it."""

from functools import partial

from sqlalchemy import func, select, update

from bot.conversation import Address, Person
from bot.store import workspace_keys
from bot.store.repositories import Repositories
from bot.store.schema import period_members
from bot.store.store import Store
from bot.workflows.workspace_purge import complete_purge
from tests.store.sample_counts import (
    count_debriefs_by_unit,
    file_debrief_job,
    withdraw_debriefs_job,
)
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


async def purge_main_of(
    store: Store, *, is_linked_late: bool = False
) -> tuple[Person, dict[tuple[str, str, str], int]]:
    """Purge the workspace of a main account that filed into the staying team.

    With *is_linked_late* its linked account had filed there by itself before. Return the linked
    account, and the debriefs of the staying team.
    """
    scope, team = store.across_workspaces, build_own_team(STAYING)
    for word in (STAYING, GONE):
        await seed_team(store, word, build_own_team(word))
    account = build_members(STAYING, team)[0]
    main = Person(workspace_key(GONE), "U0gonemain")
    await scope.write(lambda repos: repos.ledger.open_missing_periods(CLOSED_AT))
    if is_linked_late:
        await scope.write(file_debrief_job(account, CLOSED_AT))
        await scope.write(lambda repos: repos.linked_accounts.set_links([(main, account)]))
    else:
        await scope.write(lambda repos: repos.linked_accounts.set_links([(main, account)]))
    await scope.write(partial(rekey_members, old=account, new=main))
    await scope.write(file_debrief_job(account, CLOSED_AT))
    await begin_purge(store, GONE)
    assert await complete_purge(store, workspace_key(GONE), CLOSED_AT)
    counts = await count_debriefs_by_unit(store)
    return account, {key: count for key, count in counts.items() if STAYING in key[1]}


def rekey_members(repos: Repositories, old: Person, new: Person) -> None:
    """Put *new* on the frozen lists in place of *old*, as if it was linked when they froze."""
    is_old = (period_members.c.workspace == old.workspace) & (period_members.c.person == old.id)
    change = update(period_members).where(is_old)
    repos._connection.execute(change.values(workspace=new.workspace, person=new.id))


async def count_memberships(store: Store, person: Person) -> int:
    """Count the frozen lists with *person*."""

    def count_rows(repos: Repositories) -> int:
        is_theirs = (period_members.c.workspace == person.workspace) & (
            period_members.c.person == person.id
        )
        query = select(func.count()).select_from(period_members).where(is_theirs)
        return repos._connection.scalar(query) or 0

    return await store.across_workspaces.read(count_rows)


async def test_what_a_purged_main_account_filed_elsewhere_can_be_withdrawn(store: Store) -> None:
    """It goes over to the linked account that stays, with the lists that it was frozen on."""
    account, counts = await purge_main_of(store)

    assert set(counts.values()) == {1}
    assert await count_memberships(store, account) == await count_memberships(
        store, build_members(STAYING, build_own_team(STAYING))[1]
    )
    withdrawn = await store.across_workspaces.write(withdraw_debriefs_job(account, CLOSED_AT))
    assert withdrawn == 1
    assert not await count_debriefs_by_unit(store)


async def test_debriefs_of_two_accounts_are_never_added_up(store: Store) -> None:
    """Where the account that stays has filed by itself, those of the purged one are withdrawn."""
    account, counts = await purge_main_of(store, is_linked_late=True)

    assert set(counts.values()) == {1}
    withdrawn = await store.across_workspaces.write(withdraw_debriefs_job(account, CLOSED_AT))
    assert withdrawn == 1


async def test_further_accounts_are_linked_to_the_one_that_takes_over(store: Store) -> None:
    """A person with three accounts stays one person, in a year's bound and in each cap."""
    await seed_team(store, STAYING, build_own_team(STAYING))
    await seed_team(store, GONE, build_own_team(GONE))
    main = Person(workspace_key(GONE), "U0gonemain")
    first, second = (Person(workspace_key(STAYING), f"U0alias{number}") for number in (1, 2))
    scope = store.across_workspaces
    await scope.write(lambda repos: repos.linked_accounts.set_links([(main, second, first)]))
    await begin_purge(store, GONE)

    assert await complete_purge(store, workspace_key(GONE), CLOSED_AT)

    links = await scope.read(lambda repos: repos.linked_accounts.list_links())
    assert links == {second: first}


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
