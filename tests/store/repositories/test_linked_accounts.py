from bot.conversation import Person
from bot.domain.people import Role
from bot.store.schema import linked_accounts
from bot.store.store import Store
from tests.ledger_records import count_stored_codes, fetch_token_codes
from tests.store.sample_counts import (
    build_clinicians,
    build_team,
    fetch_records,
    file_debrief_job,
    open_periods,
    withdraw_debriefs_job,
)

NORTH = build_team("north")
MARIE, OMAR, *_ = build_clinicians("north", 9)
MARIE_ON_TEAMS = Person("msteams:t", "marie on teams")
UNRELATED = Person("msteams:t", "somebody else")


async def link_accounts(store: Store, *account_groups: tuple[Person, ...]) -> bool:
    """Replace all links by these groups; return whether anything changed."""
    return await store.across_workspaces.write(
        lambda repos: repos.linked_accounts.set_links(account_groups)
    )


async def test_linked_account_files_in_the_slot_of_its_listed_main_account(store: Store) -> None:
    """A debrief from either account takes no free slot, as the list's people have theirs."""
    await link_accounts(store, (MARIE, MARIE_ON_TEAMS))
    await open_periods(store, (NORTH, 9))
    for account in (MARIE, MARIE_ON_TEAMS):
        await store.across_workspaces.write(file_debrief_job(account))

    records = await fetch_records(store)
    assert [len(record.slots) for record in records.values()] == [9, 9]
    assert await count_stored_codes(store) == 4


async def test_linked_accounts_share_one_token(store: Store) -> None:
    """Debriefs from both accounts are capped together, in the person's one home team."""
    await open_periods(store, (NORTH, 9))
    await link_accounts(store, (MARIE, MARIE_ON_TEAMS))
    for account in (MARIE, MARIE_ON_TEAMS, OMAR):
        await store.across_workspaces.write(file_debrief_job(account))

    pairs = await fetch_token_codes(store)
    (tokens,) = (
        [token for token, _ in period_pairs]
        for period, period_pairs in pairs.items()
        if period.ledger == "total"
    )
    home_team = await store.across_workspaces.read(
        lambda repos: repos.teams.get_home_team(MARIE_ON_TEAMS)
    )
    assert (len(tokens), len(set(tokens))) == (3, 2)
    assert home_team == NORTH


async def test_unlinked_account_is_not_counted(store: Store) -> None:
    """An account that is not linked is on no roster and is not counted."""
    await open_periods(store, (NORTH, 9))
    await store.across_workspaces.write(file_debrief_job(MARIE_ON_TEAMS))

    assert await count_stored_codes(store) == 0


async def test_either_linked_account_withdraws_all_debriefs(store: Store) -> None:
    """Debriefs filed in one product can be withdrawn in the other."""
    await open_periods(store, (NORTH, 9))
    await link_accounts(store, (MARIE, MARIE_ON_TEAMS))
    for account in (MARIE, MARIE_ON_TEAMS):
        await store.across_workspaces.write(file_debrief_job(account))

    assert await store.across_workspaces.write(withdraw_debriefs_job(MARIE_ON_TEAMS)) == 2
    assert await count_stored_codes(store) == 0


async def test_supervisor_is_not_counted_through_a_linked_account(store: Store) -> None:
    """A team's supervisor cannot contribute to its counts through another product."""
    await open_periods(store, (NORTH, 9))
    await link_accounts(store, (MARIE, MARIE_ON_TEAMS))
    await store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders("north", Role.SUPERVISOR, [MARIE])
    )
    await store.across_workspaces.write(file_debrief_job(MARIE_ON_TEAMS))

    assert await count_stored_codes(store) == 0


async def test_setting_links_reports_changes_and_removes_missing_links(store: Store) -> None:
    """The same links again change nothing; accounts that are not listed any more are unlinked."""
    assert await link_accounts(store, (MARIE, MARIE_ON_TEAMS))
    assert not await link_accounts(store, (MARIE, MARIE_ON_TEAMS))
    assert await link_accounts(store, (OMAR, UNRELATED))

    links = await store.across_workspaces.read(lambda repos: repos.linked_accounts.list_links())
    assert links == {UNRELATED: OMAR}


def test_link_row_has_only_account_columns() -> None:
    """A copy of the table contains no more than the operator's own file."""
    assert {column.name for column in linked_accounts.c} == {
        *("workspace", "person", "same_workspace", "same_person")
    }
