"""Marks of a wrong clock and of an earlier release, and what is created with the claim."""

from datetime import timedelta

from bot.store.key_claims import ClaimStatus
from bot.store.keys.claim import KeyStoreClaim
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.store import Store
from tests.key_folders import open_test_store
from tests.store.conftest import PEPPERS
from tests.store.sample_counts import NOW, open_periods
from tests.store.test_key_claims import HOUR, NORTH, copy, folder_of, live, sqlite_url

__all__ = ["copy", "live", "sqlite_url"]


async def test_mark_of_a_wrong_clock_does_not_exclude_a_restored_backup(
    live: Store, copy: Store
) -> None:
    """A clock that was a year ahead for a moment keeps no key for a year."""
    await live.handle_rollback_and_advance_marks(NOW + timedelta(days=365))

    assert copy.claimed_key_store.assess_claim(NOW) is ClaimStatus.ABANDONED
    await copy.handle_rollback_and_advance_marks(NOW)
    assert copy.claimed_key_store.assess_claim(NOW) is ClaimStatus.OWN


async def test_clock_set_back_by_hours_still_excludes_a_copy(live: Store, copy: Store) -> None:
    """The live bot moves no mark until its clock has caught up, and runs all the same."""
    await live.handle_rollback_and_advance_marks(NOW + timedelta(hours=5))

    assert live.claimed_key_store.assess_claim(NOW) is ClaimStatus.OWN
    assert copy.claimed_key_store.assess_claim(NOW) is ClaimStatus.IN_USE


class OvertakenKeyStore(FolderKeyStore):
    """A key store that another process claims after it was first read here."""

    other: Store | None = None

    def read_claim(self) -> KeyStoreClaim | None:
        """Return the claim as it was, and let the other process claim the store."""
        claim = super().read_claim()
        if claim is None and self.other is not None:
            self.other.claimed_key_store.acquire_claim(NOW)
        return claim


async def test_process_that_another_one_overtakes_finds_its_claim(sqlite_url: str) -> None:
    """Of two processes that start at once, one claims the keys while the other looks for it."""
    other = open_test_store(sqlite_url, PEPPERS)
    other.migrate()
    key_store = OvertakenKeyStore(folder_of(other))
    store = Store.open(sqlite_url, PEPPERS, key_store)
    key_store.other = other

    assert store.claimed_key_store.assess_claim(NOW) is ClaimStatus.OWN
    await store.close()
    await other.close()


async def test_key_of_requests_is_created_before_the_first_form(
    sqlite_url: str,
) -> None:
    """The time of its file tells nothing of the first form, which changes no file."""
    store = open_test_store(sqlite_url, PEPPERS)
    store.migrate()
    await open_periods(store, (NORTH, 9))
    store.claimed_key_store.acquire_claim(NOW)
    created = (folder_of(store) / "idempotency").read_bytes()

    await store.across_workspaces.write(
        lambda repos: repos.idempotency_keys.claim("form", "act 1", NOW.date())
    )

    assert (folder_of(store) / "idempotency").read_bytes() == created
    await store.close()


async def test_backup_restored_before_the_upgrade_is_noticed(live: Store, copy: Store) -> None:
    """The first claim takes the mark over that an earlier release stored in a file of its own."""
    later = NOW + timedelta(days=3)
    (folder_of(live) / "claim").unlink()
    (folder_of(live) / "mark").write_text(str(int(later.timestamp())))
    copy.claimed_key_store.recreate_lost_claim()

    rollback = await copy.handle_rollback_and_advance_marks(later + HOUR)

    assert rollback is not None
    assert rollback.restored_to == NOW
