"""A key store serves one database, and of its copies only the one that runs."""

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from bot.store import key_claims
from bot.store.backup import back_up_database, check_backup
from bot.store.database_identity import identify_instance
from bot.store.key_claims import ClaimStatus, ForeignClaimError, MissingClaimError
from bot.store.key_removal import KeyStoreInUseError
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_id import PeriodKeyId, TeamKeyId
from bot.store.keys.open_key_store import open_key_store
from bot.store.repositories import Repositories
from bot.store.store import Store
from tests.key_folders import list_period_keys, open_test_store
from tests.postgres import PostgresServer
from tests.store.conftest import DATABASE_PARAMS, PEPPERS
from tests.store.sample_counts import (
    AFTER_QUARTER,
    NOW,
    build_clinicians,
    build_team,
    close_due_periods,
    count_debriefs_by_unit,
    fetch_release_rows,
    file_debriefs,
    open_periods,
)

NORTH = build_team("north")
NINE = build_clinicians("north", 9)
HOUR = timedelta(seconds=key_claims.CLAIM_EXPIRY_SECONDS)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a database file that can be copied."""
    return f"sqlite:///{tmp_path}/live/attune.sqlite"


@pytest.fixture
async def live(sqlite_url: str) -> AsyncIterator[Store]:
    """A store with open periods, in which nine people have filed, and whose mark is set."""
    live_store = open_test_store(sqlite_url, PEPPERS)
    live_store.migrate()
    await open_periods(live_store, (NORTH, 9))
    await file_debriefs(live_store, *NINE)
    await live_store.handle_rollback_and_advance_marks(NOW)
    yield live_store
    await live_store.close()


@pytest.fixture
async def copy(live: Store, sqlite_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    """A backup of the live database, opened with the live key folder."""
    back_up_database(sqlite_url, tmp_path / "copy.sqlite")
    copied_store = open_copy(live, tmp_path / "copy.sqlite")
    yield copied_store
    await copied_store.close()


def open_copy(live: Store, path: Path) -> Store:
    """Open the database file at *path* with the key folder of *live*."""
    return Store.open(f"sqlite:///{path}", PEPPERS, FolderKeyStore(folder_of(live)))


def folder_of(store: Store) -> Path:
    """Return the folder of a store's keys."""
    assert isinstance(store.key_store, FolderKeyStore)
    return store.key_store.folder


def unmount(store: Store) -> Path:
    """Replace the key folder by an empty mount point, and return where the keys are now."""
    folder = folder_of(store)
    away = folder.rename(folder.with_suffix(".away"))
    folder.mkdir(mode=0o700)
    return away


def mount(store: Store, away: Path) -> None:
    """Put the keys back in the place of the mount point."""
    folder_of(store).rmdir()
    away.rename(folder_of(store))


async def test_copy_beside_the_live_bot_removes_no_key(live: Store, copy: Store) -> None:
    """The copy closes its own periods, and the live bot's table is published all the same."""
    await live.handle_rollback_and_advance_marks(AFTER_QUARTER - timedelta(minutes=10))
    assert await close_due_periods(copy) == 2
    with pytest.raises(KeyStoreInUseError):
        await copy.remove_unused_keys(AFTER_QUARTER)

    assert await close_due_periods(live) == 2
    assert not any("lost" in str(row[-1]) for row in await fetch_release_rows(live))
    assert await live.remove_unused_keys(AFTER_QUARTER) == 1


async def test_copy_made_a_second_ago_is_a_copy(live: Store, copy: Store) -> None:
    """Before the live bot has advanced its mark once, its file alone tells it from the copy."""
    assert copy.claimed_key_store.assess_claim(NOW) is ClaimStatus.IN_USE
    assert live.claimed_key_store.assess_claim(NOW) is ClaimStatus.OWN


async def test_copy_that_runs_beside_it_does_not_disturb_the_live_bot(
    live: Store, copy: Store
) -> None:
    """However often both run, the live bot stays the owner and detects no restore."""
    for minute in range(0, 240, 5):
        now = NOW + timedelta(minutes=minute)
        with pytest.raises(KeyStoreInUseError):
            await copy.handle_rollback_and_advance_marks(now)
        assert await live.handle_rollback_and_advance_marks(now) is None
    assert live.claimed_key_store.assess_claim(NOW + HOUR * 4) is ClaimStatus.OWN


async def test_restored_backup_goes_on_an_hour_after_the_live_bot(live: Store, copy: Store) -> None:
    """Then it may remove keys, and what it replaced may not any more."""
    with pytest.raises(KeyStoreInUseError):
        await copy.handle_rollback_and_advance_marks(NOW + HOUR - timedelta(seconds=1))
    await copy.handle_rollback_and_advance_marks(NOW + HOUR)

    assert copy.claimed_key_store.assess_claim(NOW + HOUR) is ClaimStatus.OWN
    assert live.claimed_key_store.assess_claim(NOW + HOUR) is ClaimStatus.IN_USE


async def test_backup_restored_into_the_same_file_waits_for_an_hour_too(
    live: Store, sqlite_url: str, tmp_path: Path
) -> None:
    """The lower mark tells that the content is older, although the file is the same."""
    back_up_database(sqlite_url, tmp_path / "copy.sqlite")
    later = NOW + timedelta(days=1)
    await live.handle_rollback_and_advance_marks(later)
    await live.checkpoint()
    await live.close()
    path = tmp_path / "live" / "attune.sqlite"
    path.write_bytes((tmp_path / "copy.sqlite").read_bytes())
    restored = open_copy(live, path)

    assert restored.claimed_key_store.assess_claim(later) is ClaimStatus.IN_USE
    assert restored.claimed_key_store.assess_claim(later + HOUR) is ClaimStatus.ABANDONED
    assert await restored.handle_rollback_and_advance_marks(later + HOUR) is not None
    assert restored.claimed_key_store.assess_claim(later + HOUR) is ClaimStatus.OWN
    await restored.close()


async def test_two_processes_of_one_database_share_the_claim(live: Store, sqlite_url: str) -> None:
    """Web and workers advance the mark in turn, and each may remove keys."""
    worker = open_test_store(sqlite_url, PEPPERS)
    for minute in range(0, 120, 10):
        for process in (live, worker):
            assert (
                await process.handle_rollback_and_advance_marks(NOW + timedelta(minutes=minute))
                is None
            )
    await close_due_periods(live)

    assert await worker.remove_unused_keys(AFTER_QUARTER) == 1
    await worker.close()


async def test_checking_a_backup_removes_no_key(
    live: Store, sqlite_url: str, tmp_path: Path
) -> None:
    """The check opens no key store: claim and keys stay as they are."""
    back_up_database(sqlite_url, tmp_path / "copy.sqlite")
    before = {path.name: path.read_bytes() for path in folder_of(live).iterdir()}

    assert check_backup(tmp_path / "copy.sqlite").is_intact
    assert {path.name: path.read_bytes() for path in folder_of(live).iterdir()} == before


async def test_other_database_gets_no_key_from_the_folder(live: Store, tmp_path: Path) -> None:
    """A second bot with the default folder neither reads, creates nor removes anything there."""
    other = Store.open(f"sqlite:///{tmp_path}/other.sqlite", PEPPERS, live.key_store)
    other.migrate()
    before = {path.name: path.read_bytes() for path in folder_of(live).iterdir()}

    assert await open_periods(other, (NORTH, 9)) == 0
    with pytest.raises(ForeignClaimError):
        await other.remove_unused_keys(AFTER_QUARTER + timedelta(days=30))
    with pytest.raises(ForeignClaimError):
        await other.handle_rollback_and_advance_marks(NOW + HOUR * 2)
    assert other.claimed_key_store.assess_claim(NOW + HOUR * 2) is ClaimStatus.FOREIGN
    assert {path.name: path.read_bytes() for path in folder_of(live).iterdir()} == before
    await other.close()


async def test_unmounted_folder_creates_nothing_and_loses_nothing(live: Store) -> None:
    """Records are sealed again with the old key once the folder is mounted again."""
    away = unmount(live)

    def reseal(repos: Repositories) -> None:
        repos.team_slots.reseal_and_delete_expired(["north"], NOW.date())

    await live.across_workspaces.write(reseal)
    with pytest.raises(MissingClaimError):
        await live.handle_rollback_and_advance_marks(NOW + HOUR)
    assert await close_due_periods(live) == 0
    assert live.claimed_key_store.assess_claim(NOW) is ClaimStatus.MISSING
    assert not live.claimed_key_store.read_health(NOW).is_available
    assert list(folder_of(live).iterdir()) == []

    mount(live, away)
    assert live.claimed_key_store.read_health(NOW).is_available
    assert live.count_lost_team_records() == 0
    assert sum((await count_debriefs_by_unit(live)).values()) == 18


async def test_unmounted_folder_is_known_to_a_new_process(live: Store, sqlite_url: str) -> None:
    """The database has recorded its claim: a start without the volume creates no key either."""
    unmount(live)
    started = open_test_store(sqlite_url, PEPPERS)

    assert await open_periods(started, (build_team("south"), 9)) == 0
    assert started.claimed_key_store.assess_claim(NOW) is ClaimStatus.MISSING
    assert list(folder_of(live).iterdir()) == []
    await started.close()


async def test_rolled_back_first_key_leaves_a_claim_that_fits(sqlite_url: str) -> None:
    """The claim precedes the commit of the first key; the next attempt finds its own claim."""
    new = open_test_store(sqlite_url, PEPPERS)
    new.migrate()

    def create_and_fail(repos: Repositories) -> None:
        repos._records.team_records._key_store.get_or_create(TeamKeyId("north"))
        raise LookupError

    with pytest.raises(LookupError):
        await new.across_workspaces.write(create_and_fail)
    await new.close()

    reopened = open_test_store(sqlite_url, PEPPERS)
    assert await open_periods(reopened, (NORTH, 9)) == 2
    await reopened.close()


async def test_moved_database_and_keys_go_on_at_once(live: Store, tmp_path: Path) -> None:
    """After a planned move the claim names the old file, which is stopped for an hour or more."""
    await live.checkpoint()
    await live.close()
    shutil.copytree(tmp_path / "live", tmp_path / "moved")
    moved = open_test_store(f"sqlite:///{tmp_path}/moved/attune.sqlite", PEPPERS)

    assert moved.claimed_key_store.acquire_claim(NOW + HOUR) is ClaimStatus.ABANDONED
    assert moved.claimed_key_store.assess_claim(NOW + HOUR) is ClaimStatus.OWN
    assert len(list_period_keys(moved)) == 1
    await moved.close()


@pytest.mark.parametrize("kind", DATABASE_PARAMS)
async def test_unmounted_store_of_each_kind(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    """A key database that was replaced by an empty one is a missing volume, as a folder is."""
    location = (
        str(request.getfixturevalue("postgres_url"))
        if kind == "postgresql"
        else str(tmp_path / "keys")
    )
    url = f"sqlite:///{tmp_path}/attune.sqlite"
    first = Store.open(url, PEPPERS, open_key_store(location))
    first.migrate()
    assert await open_periods(first, (NORTH, 9)) == 2
    await first.close()

    replaced = Store.open(url, PEPPERS, FolderKeyStore(tmp_path / "empty"))
    assert await open_periods(replaced, (build_team("south"), 9)) == 0
    assert replaced.key_store.get(PeriodKeyId("slack:T1", int(AFTER_QUARTER.timestamp()))) is None
    await replaced.close()
    again = Store.open(url, PEPPERS, open_key_store(location))
    assert await open_periods(again, (build_team("south"), 9)) == 2
    await again.close()


@pytest.mark.parametrize("is_revoked", [False, True])
async def test_database_is_identified_without_privileges(
    postgres: PostgresServer, postgres_database: str, *, is_revoked: bool
) -> None:
    """Any role can tell two databases apart, on one server also without the server's number."""
    instances = []
    for name in ("postgres", postgres_database):
        engine = create_engine(postgres.superuser_url(name))
        with engine.connect() as connection:  # rolled back at the end
            if is_revoked:
                connection.exec_driver_sql(
                    "REVOKE EXECUTE ON FUNCTION pg_control_system FROM PUBLIC"
                )
            connection.exec_driver_sql("SET LOCAL ROLE pg_read_all_settings")
            instances.append(identify_instance(connection))
        engine.dispose()

    assert len(set(instances)) == 2
