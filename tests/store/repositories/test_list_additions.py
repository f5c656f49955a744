"""People who are added to a list count in an open period for its first seven days."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation import Person
from bot.domain.counts.membership import ADDITION_DAYS
from bot.store.repositories import Repositories
from bot.store.repositories.filing_result import FilingResult
from bot.store.schema import period_members
from bot.store.store import Store
from tests.key_folders import list_period_keys
from tests.store.sample_counts import (
    AFTER_QUARTER,
    NOW,
    build_clinicians,
    build_team,
    close_due_periods,
    declare_team_job,
    fetch_records,
    fetch_rows,
    file_debrief_job,
    join_team_job,
    open_periods,
)

NORTH, SOUTH = build_team("north"), build_team("south")
NINE = build_clinicians("north", 9)
LAST_DAY = NOW + timedelta(days=ADDITION_DAYS - 1)
TOO_LATE = NOW + timedelta(days=ADDITION_DAYS)
STRANGER = Person("slack:T1", "somebody")


async def fetch_members(store: Store) -> dict[str, set[str]]:
    """Return the people on the frozen lists of the totals, by unit."""
    members: dict[str, set[str]] = {}
    for row in await fetch_rows(store, period_members):
        if row.ledger == "total":
            members.setdefault(row.unit, set()).add(row.person)
    return members


async def test_added_person_counts_until_the_seventh_day(store: Store) -> None:
    """They have a slot from the addition on, whether or not they file."""
    await open_periods(store, (NORTH, 9))
    await store.across_workspaces.write(join_team_job(STRANGER, "north", LAST_DAY))

    assert {len(record.slots) for record in (await fetch_records(store)).values()} == {10}
    result = await store.across_workspaces.write(file_debrief_job(STRANGER, TOO_LATE))
    assert result.withdrawable_until is not None


async def test_person_added_later_counts_from_the_next_period(store: Store) -> None:
    """Nothing changes in the open period; its list and its record stay as they are."""
    await open_periods(store, (NORTH, 9))
    before = await fetch_records(store)
    await store.across_workspaces.write(join_team_job(STRANGER, "north", TOO_LATE))

    assert await fetch_records(store) == before
    assert await store.across_workspaces.write(file_debrief_job(STRANGER, TOO_LATE)) == (
        FilingResult()
    )
    await close_due_periods(store)
    result = await store.across_workspaces.write(file_debrief_job(STRANGER, AFTER_QUARTER))
    assert str(result.withdrawable_until) == "2027-04-05"


async def test_filing_adds_nobody(store: Store) -> None:
    """A person on the list who was not added to the period is not added by what they do."""
    await open_periods(store, (NORTH, 9))
    await store.across_workspaces.write(lambda repos: repos.people.join_team(STRANGER, "north"))
    before = await fetch_rows(store, period_members)
    await store.across_workspaces.write(file_debrief_job(STRANGER))

    assert await fetch_rows(store, period_members) == before


async def test_duty_adds_who_was_not_added_with_the_list(store: Store) -> None:
    """As after a set-up while the key store could not be read."""
    await open_periods(store, (NORTH, 9))
    await store.across_workspaces.write(lambda repos: repos.people.join_team(STRANGER, "north"))
    await store.across_workspaces.write(lambda repos: repos.ledger.open_missing_periods(NOW))

    assert STRANGER.id in (await fetch_members(store))["team:north"]


async def test_duty_adds_to_one_ledger_who_is_on_the_list_of_the_other(store: Store) -> None:
    """As after an addition that failed in one of them: a debrief counts in both or in none."""
    await open_periods(store, (NORTH, 9))

    def add_to_total(repos: Repositories) -> None:
        repos.people.join_team(STRANGER, "north")
        total = next(p for p in repos.ledger._periods.list_periods() if p.ledger == "total")
        assert repos.period_opening._additions.add_people("north", total, NOW) == 1

    await store.across_workspaces.write(add_to_total)
    await store.across_workspaces.write(lambda repos: repos.ledger.open_missing_periods(NOW))

    rows = await fetch_rows(store, period_members)
    assert [row.person for row in rows].count(STRANGER.id) == 2


async def test_person_of_another_frozen_list_is_not_added(store: Store) -> None:
    """They stand in one table of each ledger, whatever list they are moved to, and when."""
    await open_periods(store, (NORTH, 9), (SOUTH, 9))
    await store.across_workspaces.write(join_team_job(NINE[0], "south"))

    members = await fetch_members(store)
    assert NINE[0].id in members["team:north"]
    assert NINE[0].id not in members["team:south"]


async def test_removed_person_stays_until_the_close(store: Store) -> None:
    """A list that shrinks takes nobody off the frozen one."""
    await open_periods(store, (NORTH, 9))
    await store.across_workspaces.write(declare_team_job(NORTH, 1))
    await store.across_workspaces.write(lambda repos: repos.ledger.add_listed_people(NOW))

    assert (await fetch_members(store))["team:north"] == {person.id for person in NINE}
    result = await store.across_workspaces.write(file_debrief_job(NINE[8]))
    assert str(result.withdrawable_until) == "2027-01-04"


@pytest.mark.parametrize("added", [4, 6])
async def test_additions_end_with_the_last_free_slot(store: Store, added: int) -> None:
    """A frozen list is never longer than its record, so that nobody finds it full."""
    await open_periods(store, (NORTH, 9))
    await store.across_workspaces.write(declare_team_job(NORTH, 9 + added))
    await store.across_workspaces.write(lambda repos: repos.ledger.add_listed_people(NOW))

    assert len((await fetch_members(store))["team:north"]) == 9 + min(added, 4)


async def test_nobody_is_added_to_a_period_without_its_key(store: Store) -> None:
    """Their debriefs could not be counted."""
    await open_periods(store, (NORTH, 9))
    for stored_key in list_period_keys(store):
        store.key_store.delete(stored_key)
    await store.across_workspaces.write(join_team_job(STRANGER, "north"))

    assert STRANGER.id not in (await fetch_members(store))["team:north"]


async def test_late_period_counts_its_week_from_the_opening(store: Store) -> None:
    """A period that opens on a Friday takes additions until the next Friday."""
    friday = NOW + timedelta(days=3)
    await open_periods(store, (NORTH, 9), now=friday)
    next_thursday = friday + timedelta(days=6)
    await store.across_workspaces.write(join_team_job(STRANGER, "north", next_thursday))

    assert STRANGER.id in (await fetch_members(store))["team:north"]


@pytest.mark.parametrize(("weeks_later", "size"), [(0, 2), (2, 0)])
async def test_people_of_a_team_that_joins_a_pool_count_in_its_first_week(
    store: Store, weeks_later: int, size: int
) -> None:
    """A new small team feeds the open pool at once; its people are added while additions count."""
    first, second, new = (
        replace(build_team(name), practice="river") for name in ("one", "two", "new")
    )
    await open_periods(store, (first, 3), (second, 3))
    await open_periods(store, (new, 2), now=NOW + timedelta(weeks=weeks_later))

    (members,) = (await fetch_members(store)).values()
    assert len(members) == 6 + size


async def test_person_on_the_list_of_a_full_record_is_refused(store: Store) -> None:
    """As after an upgrade, whose lists were longer than the record of an open period."""
    await open_periods(store, (NORTH, 9))
    for number in range(4):
        await store.across_workspaces.write(
            join_team_job(Person("slack:T1", f"newcomer {number}"), "north")
        )

    def list_stranger(repos: Repositories) -> None:
        repos.people.join_team(STRANGER, "north")
        for period in repos.ledger._periods.list_periods():
            repos.period_members.insert_members(period, [STRANGER])

    await store.across_workspaces.write(list_stranger)

    assert await store.across_workspaces.write(file_debrief_job(STRANGER)) == FilingResult(
        is_full=True
    )
