import asyncio
from datetime import date

import pytest
from sqlalchemy import select

from bot.errors import StoreBusyError
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_id import IdempotencyKeyId
from bot.store.repositories import Repositories
from bot.store.schema import idempotency_keys
from bot.store.store import Store
from tests.key_folders import open_test_store
from tests.store.conftest import PEPPERS

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


async def claim_view(store: Store) -> bool:
    """Claim the key of one view."""
    return await store.across_workspaces.write(
        lambda repos: repos.idempotency_keys.claim("submit", "view", MONDAY)
    )


async def test_claim_outlives_a_change_of_pepper(database: str) -> None:
    """No request is processed twice, although the operator has replaced the pepper."""
    store = open_test_store(database, (b"an older pepper of enough length..",))
    store.migrate()
    assert await claim_view(store)
    await store.close()

    store_with_new_pepper = open_test_store(database, (b"a newer pepper of enough length...",))
    assert not await claim_view(store_with_new_pepper)
    await store_with_new_pepper.close()


async def test_claim_outlives_the_loss_of_its_key(store: Store) -> None:
    """The process remembers the key that was lost, and claims under the one that replaces it."""
    assert await claim_view(store)
    store.key_store.delete(IdempotencyKeyId())

    assert not await claim_view(store)
    assert await store.across_workspaces.write(
        lambda repos: repos.idempotency_keys.claim("submit", "other", MONDAY)
    )
    assert not await store.across_workspaces.write(
        lambda repos: repos.idempotency_keys.claim("submit", "other", MONDAY)
    )


async def test_processes_share_the_key(store: Store, database: str) -> None:
    """A request that two processes receive is claimed once."""
    other_store = open_test_store(database, PEPPERS)

    claims = await asyncio.gather(claim_view(store), claim_view(other_store))

    assert sorted(claims) == [False, True]
    await other_store.close()


async def test_claim_without_a_readable_key_is_refused(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is stored and the outage is logged; once the key can be read the claim succeeds."""
    assert isinstance(store.key_store, FolderKeyStore)
    key_file = store.key_store.folder / IdempotencyKeyId().file_name
    key_file.mkdir(parents=True)

    with pytest.raises(StoreBusyError):
        await claim_view(store)
    key_file.rmdir()

    assert caplog.messages == ["idempotency.key_store_unavailable"]
    assert await claim_view(store)
