"""What an erasure leaves on frozen lists, so that no bound grows and no table is withheld by it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from bot.conversation import Person
from bot.domain.counts.withheld_table import WithheldTable
from bot.domain.reachability import DEACTIVATED
from bot.domain.teams.unlisted_members import count_without_team
from bot.store.repositories import Repositories
from bot.store.repositories.exposures import Exposures
from bot.store.schema import linked_accounts, people, period_members
from bot.store.store import Store
from bot.workflows import person_erasure
from tests.store.sample_counts import (
    AFTER_QUARTER,
    NOW,
    WORKSPACE,
    build_clinicians,
    build_team,
    close_due_periods,
    count_debriefs_by_unit,
    fetch_rows,
    file_debriefs,
    join_team_job,
    open_periods,
    releases_of_team,
)

NORTH = build_team("north")
NORTH_PEOPLE = build_clinicians("north", 9)
JOINER, PHONE = Person(WORKSPACE, "joiner"), Person("teams:T1", "phone")
AFTER_LISTS = date(2028, 3, 1)
"""More than 53 weeks after the close of the quarter."""


def erase_job(
    person: Person, now: datetime = NOW, *, has_left: bool
) -> Callable[[Repositories], object]:
    """Return a job that erases *person* by their own form, or as somebody who has left."""
    if has_left:
        return lambda repos: person_erasure.erase_departed_person(repos, person, now)
    return lambda repos: person_erasure.erase_present_person(
        repos, repos.ledger.get_contributor_and_open_periods(person, now), now
    )


async def list_members(store: Store) -> list[tuple[str, str]]:
    """Return ledger and id of every row of a frozen list."""
    return sorted((row.ledger, row.person) for row in await fetch_rows(store, period_members))


async def open_small_period(store: Store) -> None:
    """Open the periods of a team of five working accounts, of whom one joined by themselves."""
    await open_periods(store, (NORTH, 5))
    await store.across_workspaces.write(join_team_job(JOINER, "north"))
    await store.across_workspaces.write(
        lambda repos: repos.listed_accounts.mark_account(NORTH_PEOPLE[0], DEACTIVATED)
    )


async def is_published(store: Store) -> bool:
    """Close the quarter's periods; whether both tables of the team were published."""
    await close_due_periods(store)
    releases = await releases_of_team(store, "north")
    assert len(releases) > 0
    return not any(isinstance(release.table, WithheldTable) for release in releases)


@pytest.mark.parametrize("has_left", [False, True], ids=["present", "departed"])
async def test_tables_of_an_erased_person_bound_another_account(
    store: Store, *, has_left: bool
) -> None:
    """Whoever joins with their other account has been in as many tables as before."""
    await open_periods(store, (NORTH, 9))
    main = NORTH_PEOPLE[0]

    def count_places(repos: Repositories) -> int:
        (period,) = repos.ledger.get_contributor_and_open_periods(
            NORTH_PEOPLE[1], AFTER_QUARTER
        ).counted_periods[:1]
        return len(Exposures(repos._connection).load_memberships([PHONE], period)[PHONE])

    def link(repos: Repositories) -> None:
        repos.linked_accounts.set_links([(main, PHONE)])
        repos.ledger.close_ended_periods(AFTER_QUARTER)
        repos.ledger.open_missing_periods(AFTER_QUARTER)
        repos.teams.declare_clinicians("north", NORTH_PEOPLE[1:])

    await store.across_workspaces.write(link)
    closed_count = sum(
        row.person == main.id and row.closes <= AFTER_QUARTER.date()
        for row in await fetch_rows(store, period_members)
    )

    await store.across_workspaces.write(erase_job(main, AFTER_QUARTER, has_left=has_left))

    assert closed_count > 0
    assert await store.across_workspaces.read(count_places) >= closed_count


async def test_link_goes_with_the_last_frozen_list(store: Store) -> None:
    """An erasure after that finds nothing which a bound needs."""
    await open_periods(store, (NORTH, 9))

    def link(repos: Repositories) -> None:
        repos.linked_accounts.set_links([(NORTH_PEOPLE[0], PHONE)])
        repos.ledger.close_ended_periods(AFTER_QUARTER)

    await store.across_workspaces.write(link)
    await store.across_workspaces.write(erase_job(PHONE, AFTER_QUARTER, has_left=True))
    assert len(await fetch_rows(store, linked_accounts)) == 1

    await store.across_workspaces.write(
        lambda repos: repos.period_members.delete_closed_before(AFTER_LISTS)
    )
    await store.across_workspaces.write(erase_job(PHONE, AFTER_QUARTER, has_left=True))

    assert await fetch_rows(store, linked_accounts) == []


async def test_own_erasure_withholds_no_table(store: Store) -> None:
    """With five working accounts on the frozen list there is a table, whoever erased their data."""
    await open_small_period(store)
    await file_debriefs(store, JOINER)

    await store.across_workspaces.write(erase_job(JOINER, has_left=False))

    assert await count_debriefs_by_unit(store) == {}
    assert await is_published(store)


async def test_note_leaves_out_who_erased_themselves(store: Store) -> None:
    """They joined by themselves, so that the set-up took nobody off a list."""
    await open_small_period(store)

    await store.across_workspaces.write(erase_job(JOINER, has_left=False))

    assert ("total", JOINER.id) in await list_members(store)
    assert await count_noted(store) == 0


async def count_noted(store: Store) -> int:
    """Return how many people a note to supervisors counts."""
    return await store.across_workspaces.read(
        lambda repos: count_without_team(repos.frozen_members.list_members())
    )


async def test_note_counts_whom_the_set_up_took_off_as_before(store: Store) -> None:
    """Their erasure changes no number that a supervisor has read."""
    await open_periods(store, (NORTH, 9))
    await store.across_workspaces.write(
        lambda repos: repos.teams.declare_clinicians("north", NORTH_PEOPLE[1:])
    )
    assert await count_noted(store) == 1

    await store.across_workspaces.write(erase_job(NORTH_PEOPLE[0], has_left=False))

    assert await count_noted(store) == 1


async def test_departed_person_is_on_no_open_list(store: Store) -> None:
    """Who has left does not count for the size of the table."""
    await open_small_period(store)

    await store.across_workspaces.write(erase_job(JOINER, has_left=True))

    assert ("total", JOINER.id) not in await list_members(store)
    assert not await is_published(store)


async def test_departed_person_stays_on_a_list_whose_key_is_lost(store: Store) -> None:
    """What they filed could not be deleted, and is published if the key is found."""
    await open_periods(store, (NORTH, 9))
    before = await list_members(store)

    await store.across_workspaces.write(
        lambda repos: repos.person_erasures.erase_departed([NORTH_PEOPLE[0]], NOW, is_key_lost=True)
    )

    assert await list_members(store) == before


@pytest.mark.parametrize("has_left", [False, True], ids=["present", "departed"])
async def test_ended_period_keeps_its_list_until_a_late_close(
    store: Store, *, has_left: bool
) -> None:
    """What was filed in it is published, and counts against the yearly bound."""
    await open_small_period(store)
    await file_debriefs(store, JOINER)
    late = AFTER_QUARTER + timedelta(hours=2)
    before = {row for row in await list_members(store) if row[1] == JOINER.id}

    await store.across_workspaces.write(erase_job(JOINER, late, has_left=has_left))

    assert len(await count_debriefs_by_unit(store)) == len(before) > 0
    assert before <= {*await list_members(store)}
    assert await count_noted(store) == 0
    assert await is_published(store)


async def test_closed_account_does_not_count_for_a_late_close(store: Store) -> None:
    """Its mark stays until the table, and goes with an erasure after it."""
    await open_periods(store, (NORTH, 5))
    departed = NORTH_PEOPLE[0]
    await store.across_workspaces.write(
        lambda repos: repos.listed_accounts.mark_account(departed, DEACTIVATED)
    )
    late = AFTER_QUARTER + timedelta(hours=2)

    await store.across_workspaces.write(erase_job(departed, late, has_left=True))
    assert not await is_published(store)
    assert [row.id for row in await fetch_rows(store, people)] == [departed.id]

    await store.across_workspaces.write(erase_job(departed, late, has_left=True))
    assert await fetch_rows(store, people) == []
