"""Accounts on lists: found with a channel of theirs, and marked where they may be on none."""

from bot.conversation import Person
from bot.domain.people import Role
from bot.domain.reachability import DEACTIVATED, EXTERNAL
from bot.store.repositories import Repositories
from bot.store.schema import people, period_members, releases
from bot.store.store import Store
from tests.key_folders import list_period_keys
from tests.store.sample_counts import (
    AFTER_QUARTER,
    build_clinicians,
    build_team,
    close_due_periods,
    declare_team_job,
    fetch_rows,
    file_debriefs,
    open_periods,
    releases_of_team,
)

NORTH, SOUTH = build_team("north"), build_team("south")
MARIE, OMAR, *REST = NINE = build_clinicians("north", 9)
STRANGER = Person("slack:T1", "somebody")


async def mark(store: Store, person: Person, reason: str = DEACTIVATED) -> bool:
    """Mark the account of *person*."""
    return await store.across_workspaces.write(
        lambda repos: repos.listed_accounts.mark_account(person, reason)
    )


async def test_accounts_are_listed_with_a_channel_in_batches(store: Store) -> None:
    """Each once, joined or not; those of a suspended workspace are left out."""
    for team in (NORTH, SOUTH):
        await store.across_workspaces.write(declare_team_job(team, 2))
    await store.across_workspaces.write(lambda repos: repos.people.join_team(MARIE, "south"))

    async def list_accounts(after: Person | None) -> tuple[tuple[Person, str], ...]:
        return await store.across_workspaces.read(
            lambda repos: repos.listed_accounts.list_accounts(after, 3)
        )

    batch = await list_accounts(None)
    rest = await list_accounts(batch[-1][0])
    assert [person for person, _ in (*batch, *rest)] == [
        MARIE,
        OMAR,
        *build_clinicians("south", 2),
    ]
    assert {channel for _, channel in rest} == {"Csouth"}
    await store.across_workspaces.write(
        lambda repos: repos.workspaces.suspend("slack:T1", "account_inactive")
    )
    assert await list_accounts(None) == ()


async def test_account_on_a_list_is_marked_once(store: Store) -> None:
    """A later reason does not replace that of a closed account."""
    await store.across_workspaces.write(declare_team_job(NORTH, 9))

    assert [await mark(store, MARIE), await mark(store, MARIE, EXTERNAL)] == [True, False]
    (row,) = await fetch_rows(store, people)
    assert (row.id, row.unreachable, row.joined) == (MARIE.id, DEACTIVATED, False)


async def test_nothing_is_stored_about_a_person_on_no_list(store: Store) -> None:
    """A row would tell that they use the bot."""
    assert not await mark(store, STRANGER)
    assert await fetch_rows(store, people) == []


async def test_marked_account_is_on_no_frozen_list(store: Store) -> None:
    """Nor does it count for the size of the team."""
    await store.across_workspaces.write(declare_team_job(NORTH, 6))
    await mark(store, MARIE)
    await mark(store, OMAR, EXTERNAL)
    await open_periods(store, (NORTH, 6))
    assert await fetch_rows(store, period_members) == []

    await open_periods(store, (NORTH, 9))
    members = {row.person for row in await fetch_rows(store, period_members)}
    assert members == {person.id for person in REST}


async def test_period_with_four_accounts_left_has_no_table(store: Store) -> None:
    """What was filed is destroyed with its key, as that of a published period."""
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, *NINE)
    for person in NINE[4:]:
        await mark(store, person)
    await close_due_periods(store)

    bodies = {row.body for row in await fetch_rows(store, releases)}
    assert bodies == {'{"withheld":"too_few"}'}
    assert len(await releases_of_team(store, "north")) == 2
    await store.remove_unused_keys(AFTER_QUARTER)
    assert not list_period_keys(store)


async def test_period_with_five_accounts_left_has_its_table(store: Store) -> None:
    """A person who was never found to be unreachable has a working account."""
    await open_periods(store, (NORTH, 9))
    for person in NINE[5:]:
        await mark(store, person)
    await close_due_periods(store)

    assert all("withheld" not in row.body for row in await fetch_rows(store, releases))


async def test_accounts_with_a_role_or_a_row_are_listed_and_marked(store: Store) -> None:
    """A closed account of theirs is found as one on a list is; another organisation's is not."""
    reader = Person("slack:T1", "reader")

    def declare(repos: Repositories) -> None:
        repos.teams.set_role_holders(NORTH.id, Role.DIRECTOR, (STRANGER,))
        repos.people.set_language(reader, "en")

    await store.across_workspaces.write(declare_team_job(NORTH, 1))
    await store.across_workspaces.write(declare)

    accounts = await store.across_workspaces.read(
        lambda repos: repos.listed_accounts.list_accounts(None, 10)
    )
    results = [
        await mark(store, person, reason)
        for reason in (EXTERNAL, DEACTIVATED)
        for person in (STRANGER, reader)
    ]
    assert dict(accounts) == {MARIE: "Cnorth", reader: "", STRANGER: "Cnorth"}
    assert results == [False, False, True, True]
