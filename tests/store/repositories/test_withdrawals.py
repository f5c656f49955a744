"""Withdrawals from every record in which a person may be counted, under each of their accounts."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.conversation import Person
from bot.store.repositories import Repositories
from bot.store.repositories.withdrawals import Withdrawal
from bot.store.store import Store
from tests.key_folders import list_period_keys
from tests.ledger_records import count_stored_codes
from tests.store.sample_counts import (
    NOW,
    build_clinicians,
    build_team,
    count_debriefs_by_unit,
    file_debrief_job,
    file_debriefs,
    join_team_job,
    open_periods,
    withdraw_debriefs_job,
)

NORTH, SOUTH = build_team("north"), build_team("south")
WEST = build_team("west", zone="America/Vancouver")
MARIE, OMAR, *_ = build_clinicians("north", 9)
ALIAS, OTHER_ALIAS = ALIASES = (Person("slack:T1", "marie 2"), Person("msteams:t", "marie 3"))
ACCOUNTS = (MARIE, *ALIASES)


async def withdraw(store: Store, person: Person = MARIE) -> Withdrawal:
    """Withdraw the debriefs of *person*."""
    return await store.across_workspaces.write(
        lambda repos: repos.withdrawals.withdraw_debriefs(
            repos.ledger.get_contributor_and_open_periods(person, NOW), NOW
        )
    )


def link_accounts(repos: Repositories, accounts: tuple[Person, ...]) -> None:
    """Link *accounts*, the main one first, and unlink all others."""
    repos.linked_accounts.set_links([accounts] if accounts else [])


async def open_and_lose_west(store: Store) -> None:
    """Open the periods of a team in another zone, whose keys are lost."""
    ids_before = {key.file_name for key in list_period_keys(store)}
    await open_periods(store, (WEST, 9))
    lost_keys = [key for key in list_period_keys(store) if key.file_name not in ids_before]
    assert lost_keys
    for stored_key in lost_keys:
        store.key_store.delete(stored_key)


async def test_lost_key_of_the_own_team_is_reported(store: Store) -> None:
    """Nothing can be withdrawn from the period, and nothing of it can be counted."""
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, MARIE)
    for stored_key in list_period_keys(store):
        store.key_store.delete(stored_key)

    assert await withdraw(store) == Withdrawal(0, is_key_lost=True)


async def test_lost_key_of_another_team_does_not_stop_a_withdrawal(store: Store) -> None:
    """Periods that end at another moment have a key of their own; the others go on without it."""
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, MARIE)
    await open_and_lose_west(store)

    assert await withdraw(store) == Withdrawal(1, is_key_lost=False)


async def test_person_withdraws_from_the_unit_in_which_they_count(store: Store) -> None:
    """The key of their present team, which is lost, stops nothing: they do not count there."""
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, MARIE)
    await open_and_lose_west(store)
    await store.across_workspaces.write(lambda repos: repos.people.join_team(MARIE, "west"))

    assert await withdraw(store) == Withdrawal(1, is_key_lost=False)
    assert await count_stored_codes(store) == 0


async def test_withdrawal_without_readable_keys_logs_nothing(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """No line of the log tells that somebody has withdrawn, whichever key is lost."""
    await open_periods(store, (NORTH, 9))
    await open_and_lose_west(store)
    caplog.clear()

    with caplog.at_level("DEBUG"):
        await withdraw(store)
        for stored_key in list_period_keys(store):
            store.key_store.delete(stored_key)
        await withdraw(store)

    assert [record.name for record in caplog.records if record.name.startswith("attune")] == []


async def test_debrief_of_an_account_that_was_linked_later_is_withdrawn(store: Store) -> None:
    """It has the token of that account, in the team that the account had joined by itself."""
    await open_periods(store, (NORTH, 9), (SOUTH, 9))
    await store.across_workspaces.write(join_team_job(OTHER_ALIAS, "south"))
    await file_debriefs(store, OTHER_ALIAS, MARIE, OMAR)
    await store.across_workspaces.write(lambda repos: link_accounts(repos, (MARIE, OTHER_ALIAS)))

    assert await withdraw(store, OTHER_ALIAS) == Withdrawal(2, is_key_lost=False)
    assert sum((await count_debriefs_by_unit(store)).values()) == 2, "another person's is left"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    steps=st.lists(
        st.one_of(
            st.sampled_from(ACCOUNTS),
            st.lists(st.sampled_from(ACCOUNTS), unique=True).map(tuple),
        ),
        max_size=8,
    ),
    linked_accounts=st.permutations(ACCOUNTS).map(tuple),
    withdrawing_account=st.sampled_from(ACCOUNTS),
)
async def test_nothing_of_linked_accounts_is_left(
    store: Store,
    steps: list[Person | tuple[Person, ...]],
    linked_accounts: tuple[Person, ...],
    withdrawing_account: Person,
) -> None:
    """Whenever accounts were linked, and whichever was the main one, each withdraws all."""
    await open_periods(store, (NORTH, 9))

    def play(repos: Repositories) -> None:
        for alias in ALIASES:
            join_team_job(alias, "north")(repos)
        for step in steps:
            if isinstance(step, Person):
                file_debrief_job(step)(repos)
            else:
                link_accounts(repos, step)
        link_accounts(repos, linked_accounts)

    await store.across_workspaces.write(play)
    await store.across_workspaces.write(withdraw_debriefs_job(withdrawing_account))

    assert await count_stored_codes(store) == 0
