from bot.conversation import Person
from bot.domain.people import Role
from bot.store.schema import aliases, slips
from bot.store.store import Store
from tests.store.sample_counts import clinicians, filing, opened, rows, team, withdrawal

NORTH = team("north")
MARIE, OMAR, *_ = clinicians("north", 9)
ON_TEAMS = Person("msteams:t", "marie on teams")
ELSEWHERE = Person("msteams:t", "somebody else")


async def told(store: Store, *people: tuple[Person, ...]) -> bool:
    """Say who is one person."""
    return await store.write(lambda books: books.aliases.declare(people))


async def test_whoever_uses_two_products_has_one_token(store: Store) -> None:
    """Debriefs from both accounts are capped together, in the one team of that person."""
    await opened(store, (NORTH, 9))
    await told(store, (MARIE, ON_TEAMS))
    for who in (MARIE, ON_TEAMS, OMAR):
        await store.write(filing(who))

    totals = [row.token for row in await rows(store, slips) if row.ledger == "total"]
    home = await store.read(lambda books: books.teams.home_of(ON_TEAMS))
    assert (len(totals), len(set(totals))) == (3, 2)
    assert home == NORTH


async def test_untold_they_are_two(store: Store) -> None:
    """Before it is told, the other account is on no roster and counts nowhere."""
    await opened(store, (NORTH, 9))
    await store.write(filing(ON_TEAMS))

    assert await rows(store, slips) == []


async def test_either_account_takes_back_what_both_filed(store: Store) -> None:
    """What was filed in one product can be withdrawn in the other."""
    await opened(store, (NORTH, 9))
    await told(store, (MARIE, ON_TEAMS))
    for who in (MARIE, ON_TEAMS):
        await store.write(filing(who))

    assert await store.write(withdrawal(ON_TEAMS)) == 2
    assert await rows(store, slips) == []


async def test_a_supervisor_is_not_counted_by_another_account(store: Store) -> None:
    """Nobody who supervises a team slips into its counts through another product."""
    await opened(store, (NORTH, 9))
    await told(store, (MARIE, ON_TEAMS))
    await store.write(lambda books: books.teams.set_holders("north", Role.SUPERVISOR, [MARIE]))
    await store.write(filing(ON_TEAMS))

    assert await rows(store, slips) == []


async def test_telling_again_is_no_news_and_not_telling_ends_it(store: Store) -> None:
    """The same told twice changes nothing; whoever is no longer named is two people again."""
    assert await told(store, (MARIE, ON_TEAMS))
    assert not await told(store, (MARIE, ON_TEAMS))
    assert await told(store, (OMAR, ELSEWHERE))

    everybody = await store.read(lambda books: books.aliases.every())
    assert everybody == {ELSEWHERE: OMAR}


def test_a_row_tells_nothing_but_the_accounts() -> None:
    """Whoever copies the table learns what the operator's own file says."""
    assert {column.name for column in aliases.c} == {
        *("workspace", "person", "same_workspace", "same_person")
    }
