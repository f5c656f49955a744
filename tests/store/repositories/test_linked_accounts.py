from bot.conversation import Person
from bot.domain.people import Role
from bot.store.schema import linked_accounts, slips
from bot.store.store import Store
from tests.store.sample_counts import (
    build_clinicians,
    build_team,
    fetch_rows,
    file_debrief_job,
    open_periods,
    withdraw_debriefs_job,
)

NORTH = build_team("north")
MARIE, OMAR, *_ = build_clinicians("north", 9)
ON_TEAMS = Person("msteams:t", "marie on teams")
ELSEWHERE = Person("msteams:t", "somebody else")


async def told(store: Store, *people: tuple[Person, ...]) -> bool:
    """Say who is one person."""
    return await store.write(lambda repos: repos.linked_accounts.set_links(people))


async def test_whoever_uses_two_products_has_one_token(store: Store) -> None:
    """Debriefs from both accounts are capped together, in the one team of that person."""
    await open_periods(store, (NORTH, 9))
    await told(store, (MARIE, ON_TEAMS))
    for who in (MARIE, ON_TEAMS, OMAR):
        await store.write(file_debrief_job(who))

    totals = [row.token for row in await fetch_rows(store, slips) if row.ledger == "total"]
    home = await store.read(lambda repos: repos.teams.get_home_team(ON_TEAMS))
    assert (len(totals), len(set(totals))) == (3, 2)
    assert home == NORTH


async def test_untold_they_are_two(store: Store) -> None:
    """Before it is told, the other account is on no roster and counts nowhere."""
    await open_periods(store, (NORTH, 9))
    await store.write(file_debrief_job(ON_TEAMS))

    assert await fetch_rows(store, slips) == []


async def test_either_account_takes_back_what_both_filed(store: Store) -> None:
    """What was filed in one product can be withdrawn in the other."""
    await open_periods(store, (NORTH, 9))
    await told(store, (MARIE, ON_TEAMS))
    for who in (MARIE, ON_TEAMS):
        await store.write(file_debrief_job(who))

    assert await store.write(withdraw_debriefs_job(ON_TEAMS)) == 2
    assert await fetch_rows(store, slips) == []


async def test_a_supervisor_is_not_counted_by_another_account(store: Store) -> None:
    """Nobody who supervises a team slips into its counts through another product."""
    await open_periods(store, (NORTH, 9))
    await told(store, (MARIE, ON_TEAMS))
    await store.write(lambda repos: repos.teams.set_role_holders("north", Role.SUPERVISOR, [MARIE]))
    await store.write(file_debrief_job(ON_TEAMS))

    assert await fetch_rows(store, slips) == []


async def test_telling_again_is_no_news_and_not_telling_ends_it(store: Store) -> None:
    """The same told twice changes nothing; whoever is no longer named is two people again."""
    assert await told(store, (MARIE, ON_TEAMS))
    assert not await told(store, (MARIE, ON_TEAMS))
    assert await told(store, (OMAR, ELSEWHERE))

    everybody = await store.read(lambda repos: repos.linked_accounts.list_links())
    assert everybody == {ELSEWHERE: OMAR}


def test_a_row_tells_nothing_but_the_accounts() -> None:
    """Whoever copies the table learns what the operator's own file says."""
    assert {column.name for column in linked_accounts.c} == {
        *("workspace", "person", "same_workspace", "same_person")
    }
