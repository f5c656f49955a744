import asyncio
from datetime import date

from sqlalchemy import select

from bot.store.repositories import Repositories
from bot.store.schema import idempotency_keys
from bot.store.store import Store

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 9, day) for day in (7, 8, 9))


async def test_an_act_is_done_once(store: Store) -> None:
    """A retry and a second click find that it was done; another act or kind is another."""

    def act(repos: Repositories) -> list[bool]:
        first = repos.idempotency_keys.claim
        return [
            first("submit", "view-1", MONDAY),
            first("submit", "view-1", TUESDAY),
            first("submit", "view-2", MONDAY),
            first("press", "view-1", MONDAY),
        ]

    assert await store.write(act) == [True, False, True, True]


async def test_of_ten_at_once_one_is_first(store: Store) -> None:
    """However many arrive in the same moment, the act happens once."""
    answers = await asyncio.gather(
        *(
            store.write(lambda repos: repos.idempotency_keys.claim("submit", "view", MONDAY))
            for _ in range(10)
        )
    )

    assert sorted(answers) == [False] * 9 + [True]


async def test_an_act_that_failed_may_be_done_again(store: Store) -> None:
    """Where the work around it is undone, the act was not done."""

    def fails(repos: Repositories) -> None:
        repos.idempotency_keys.claim("submit", "view", MONDAY)
        raise LookupError

    await asyncio.gather(store.write(fails), return_exceptions=True)

    assert await store.write(lambda repos: repos.idempotency_keys.claim("submit", "view", MONDAY))


async def test_what_is_remembered_tells_nobody_anything(store: Store) -> None:
    """A row is a digest and a day: neither the person nor the kind or moment of the act."""
    key = "UMARIE 1788786000.123 V123"
    await store.write(lambda repos: repos.idempotency_keys.claim("submit", key, MONDAY))

    row = await store.read(lambda repos: repos._connection.execute(select(idempotency_keys)).one())

    assert len(row) == 2
    assert len(row.key) == 32
    assert b"UMARIE" not in row.key
    assert row.day == MONDAY


async def test_acts_are_forgotten_by_the_day(store: Store) -> None:
    """After two days nothing is left of an act."""

    def act_and_sweep(repos: Repositories) -> list[int]:
        for day in (MONDAY, TUESDAY, WEDNESDAY):
            repos.idempotency_keys.claim("submit", str(day), day)
        return [
            repos.idempotency_keys.delete_before(WEDNESDAY),
            repos.idempotency_keys.delete_before(WEDNESDAY),
        ]

    assert await store.write(act_and_sweep) == [2, 0]


async def test_an_act_under_an_older_pepper_is_still_done(database: str) -> None:
    """On the day that the peppers change, nothing is done twice."""
    old, new = b"an older pepper of enough length..", b"a newer pepper of enough length..."
    before = Store.open(database, (old,))
    before.migrate()
    await before.write(lambda repos: repos.idempotency_keys.claim("submit", "view", MONDAY))
    await before.close()

    after = Store.open(database, (new, old))
    assert not await after.write(
        lambda repos: repos.idempotency_keys.claim("submit", "view", MONDAY)
    )
    assert await after.write(lambda repos: repos.idempotency_keys.claim("submit", "other", MONDAY))
    assert not await after.write(
        lambda repos: repos.idempotency_keys.claim("submit", "other", MONDAY)
    )
    await after.close()
