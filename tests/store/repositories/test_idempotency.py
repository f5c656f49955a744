import asyncio
from datetime import date

from sqlalchemy import select

from bot.store.repositories import Repositories
from bot.store.schema import idempotency_keys
from bot.store.store import Store
from tests.key_folders import open_test_store

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 9, day) for day in (7, 8, 9))


async def test_retried_request_is_claimed_once(store: Store) -> None:
    """A retry and a second click are recognized; another key or kind is a separate request."""

    def claim_keys(repos: Repositories) -> list[bool]:
        claim = repos.idempotency_keys.claim
        return [
            claim("submit", "view-1", MONDAY),
            claim("submit", "view-1", TUESDAY),
            claim("submit", "view-2", MONDAY),
            claim("press", "view-1", MONDAY),
        ]

    assert await store.across_workspaces.write(claim_keys) == [True, False, True, True]


async def test_concurrent_requests_are_claimed_once(store: Store) -> None:
    """Of ten concurrent claims of one key, exactly one succeeds."""
    claims = await asyncio.gather(
        *(
            store.across_workspaces.write(
                lambda repos: repos.idempotency_keys.claim("submit", "view", MONDAY)
            )
            for _ in range(10)
        )
    )

    assert sorted(claims) == [False] * 9 + [True]


async def test_rolled_back_claim_can_be_repeated(store: Store) -> None:
    """A rollback of the job's savepoint releases its claim."""

    def claim_and_fail(repos: Repositories) -> None:
        repos.idempotency_keys.claim("submit", "view", MONDAY)
        raise LookupError

    await asyncio.gather(store.across_workspaces.write(claim_and_fail), return_exceptions=True)

    assert await store.across_workspaces.write(
        lambda repos: repos.idempotency_keys.claim("submit", "view", MONDAY)
    )


async def test_stored_claim_reveals_nothing(store: Store) -> None:
    """A row is an HMAC digest and a day: neither the person nor the kind or time of the request."""
    key = "UMARIE 1788786000.123 V123"
    await store.across_workspaces.write(
        lambda repos: repos.idempotency_keys.claim("submit", key, MONDAY)
    )

    row = await store.across_workspaces.read(
        lambda repos: repos._connection.execute(select(idempotency_keys)).one()
    )

    assert len(row) == 2
    assert len(row.key) == 32
    assert b"UMARIE" not in row.key
    assert row.day == MONDAY


async def test_claims_are_deleted_by_day(store: Store) -> None:
    """Claims of days before the cutoff are deleted."""

    def claim_and_delete(repos: Repositories) -> list[int]:
        for day in (MONDAY, TUESDAY, WEDNESDAY):
            repos.idempotency_keys.claim("submit", str(day), day)
        return [
            repos.idempotency_keys.delete_before(WEDNESDAY),
            repos.idempotency_keys.delete_before(WEDNESDAY),
        ]

    assert await store.across_workspaces.write(claim_and_delete) == [2, 0]


async def test_claim_under_an_older_pepper_counts(database: str) -> None:
    """On the day of a pepper rotation, no request is processed twice."""
    old_pepper, new_pepper = (
        b"an older pepper of enough length..",
        b"a newer pepper of enough length...",
    )
    store = open_test_store(database, (old_pepper,))
    store.migrate()
    await store.across_workspaces.write(
        lambda repos: repos.idempotency_keys.claim("submit", "view", MONDAY)
    )
    await store.close()

    rotated_store = open_test_store(database, (new_pepper, old_pepper))
    assert not await rotated_store.across_workspaces.write(
        lambda repos: repos.idempotency_keys.claim("submit", "view", MONDAY)
    )
    assert await rotated_store.across_workspaces.write(
        lambda repos: repos.idempotency_keys.claim("submit", "other", MONDAY)
    )
    assert not await rotated_store.across_workspaces.write(
        lambda repos: repos.idempotency_keys.claim("submit", "other", MONDAY)
    )
    await rotated_store.close()
