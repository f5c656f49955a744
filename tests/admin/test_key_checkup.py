"""The check-up of the key store returns a finding for every fault."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.admin import key_checkup
from bot.admin.key_location import Machine
from bot.content.catalogue import load_catalogue
from bot.conversation import Person
from bot.settings import Settings
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_id import PeriodKeyId, TeamKeyId
from bot.store.open_store import open_store
from bot.store.store import Store
from tests.admin.safe_machine import SAFE_MACHINE
from tests.store.sample_counts import AFTER_QUARTER, build_team, open_periods

PERIODS = (PeriodKeyId("slack:T1", 100), PeriodKeyId("slack:T1", 200), PeriodKeyId("slack:T2", 200))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a database file and a key folder next to its folder."""
    (tmp_path / "data").mkdir()
    return Settings.model_validate(
        {"database_url": f"sqlite:///{tmp_path}/data/attune.sqlite", "keys": f"{tmp_path}/keys"}
    )


def insert_periods(tmp_path: Path, *key_ids: PeriodKeyId) -> None:
    """Create a table of periods with two rows for each key, one a ledger."""
    with closing(sqlite3.connect(tmp_path / "data" / "attune.sqlite")) as connection, connection:
        connection.execute("create table period (workspace text, closes_at int, ledger text)")
        connection.executemany(
            "insert into period values (?, ?, ?)",
            [(k.workspace, k.closes_at, ledger) for k in key_ids for ledger in ("total", "form")],
        )


@contextmanager
def closing_store(settings: Settings) -> Iterator[Store]:
    """Open the store of *settings*, and close it afterwards."""
    store = open_store(settings)
    try:
        yield store
    finally:
        store.close_sync()


def check(settings: Settings, machine: Machine = SAFE_MACHINE) -> dict[str, bool]:
    """Return whether each check passed, by the last part of its key."""
    with closing_store(settings) as store:
        findings = key_checkup.check_keys(settings, store, machine)
    words = load_catalogue().get_pack("en")
    assert all(words.translate(finding.key, **finding.facts) for finding in findings)
    return {finding.key.rpartition(".")[2]: finding.is_healthy for finding in findings}


def test_key_store_without_faults_passes(settings: Settings) -> None:
    """A private, writable folder in a safe place has one passing finding, which names it."""
    assert check(settings) == {"keys": True}


def test_folder_that_cannot_be_written_is_reported(settings: Settings) -> None:
    """A folder that cannot be created, also by root, is the only finding."""
    unwritable = {"keys": SecretStr("/proc/attune-keys"), "pepper": SecretStr("p" * 32)}

    assert check(settings.model_copy(update=unwritable)) == {"keys_unavailable": False}


def test_folder_that_others_can_read_is_reported(settings: Settings, tmp_path: Path) -> None:
    """A folder to which others have access is reported."""
    (tmp_path / "keys").mkdir(mode=0o755)
    (tmp_path / "keys").chmod(0o755)

    assert check(settings) == {"keys_not_private": False}


def test_folder_in_memory_is_reported(settings: Settings) -> None:
    """A folder that does not survive a restart is reported."""
    assert check(settings, Machine("tmpfs / tmpfs rw 0 0", None)) == {"keys_in_memory": False}


async def open_periods_of_team(settings: Settings) -> None:
    """Migrate the database and open the periods of a team."""
    with closing_store(settings) as store:
        store.migrate()
        await open_periods(store, (build_team("north"), 9))


async def test_missing_volume_is_reported(settings: Settings, tmp_path: Path) -> None:
    """A folder without the claim is not checked by writing into it."""
    with_pepper = settings.model_copy(update={"pepper": SecretStr("p" * 32)})
    await open_periods_of_team(with_pepper)
    (tmp_path / "keys").rename(tmp_path / "away")
    (tmp_path / "keys").mkdir(mode=0o700)

    assert check(with_pepper) == {"keys_unavailable": False}
    assert list((tmp_path / "keys").iterdir()) == []


async def test_folder_of_another_database_is_reported(settings: Settings, tmp_path: Path) -> None:
    """Nothing else is said about keys that are not this database's."""
    await open_periods_of_team(settings)
    other_url = f"sqlite:///{tmp_path}/data/other.sqlite"
    other = settings.model_copy(update={"database_url": SecretStr(other_url)})
    (tmp_path / "data" / "other.sqlite").touch()  # a missing file would stop the start before
    with closing_store(other) as store:
        store.migrate()

    assert check(other) == {"keys_foreign": False}


async def test_copy_in_use_is_reported(settings: Settings, tmp_path: Path) -> None:
    """Beside a bot that ran within the hour a copy is told that it removes no key."""
    await open_periods_of_team(settings)
    with closing_store(settings) as store:
        await store.handle_rollback_and_advance_marks(datetime.now(UTC))
        await store.checkpoint()
    shutil.copy(tmp_path / "data" / "attune.sqlite", tmp_path / "data" / "copy.sqlite")
    copy_url = f"sqlite:///{tmp_path}/data/copy.sqlite"

    assert check(settings.model_copy(update={"database_url": SecretStr(copy_url)})) == {
        "keys_in_use": False
    }


async def test_overdue_key_is_reported(settings: Settings) -> None:
    """A key with which the period could not be closed for an hour, and not before."""
    await open_periods_of_team(settings)
    with closing_store(settings) as store:
        await store.remove_unused_keys(AFTER_QUARTER)
        assert check(settings) == {"keys": True}
        await store.remove_unused_keys(AFTER_QUARTER + timedelta(hours=1))

    assert check(settings) == {"keys_overdue": False}


def test_missing_keys_of_open_periods_are_counted(settings: Settings, tmp_path: Path) -> None:
    """The finding counts the missing keys: one for the periods of a tenant that end together."""
    insert_periods(tmp_path, *PERIODS)
    FolderKeyStore(tmp_path / "keys").get_or_create(PERIODS[0])

    assert check(settings) == {"keys_missing": False}
    with closing_store(settings) as store:
        assert store.claimed_key_store.count_missing_keys() == 2


@pytest.mark.parametrize(
    ("open_count", "key_count", "are_lost"),
    [(0, 0, False), (3, 0, True), (3, 1, False), (3, 3, False)],
)
def test_keys_are_lost_if_none_is_there(
    settings: Settings, tmp_path: Path, open_count: int, key_count: int, *, are_lost: bool
) -> None:
    """Open periods and an empty key store mean that its volume is missing; some keys do not."""
    insert_periods(tmp_path, *PERIODS[:open_count])
    for key_id in PERIODS[:key_count]:
        FolderKeyStore(tmp_path / "keys").get_or_create(key_id)

    with closing_store(settings) as store:
        assert key_checkup.are_keys_lost(store) is are_lost


def test_empty_database_needs_no_keys(settings: Settings) -> None:
    """Before the first migration no key is missing."""
    with closing_store(settings) as store:
        assert store.claimed_key_store.count_missing_keys() == 0


async def test_lost_key_of_a_team_is_reported(settings: Settings) -> None:
    """Until the team's record is written again, which then starts empty under a new key."""
    with closing_store(settings) as store:
        store.migrate()
        write = store.across_workspaces.write
        await write(lambda repos: repos.people.join_team(Person("slack:T1", "U1"), "team1"))
        store.key_store.delete(TeamKeyId("team1"))

    assert check(settings) == {"team_keys_lost": False}
    with closing_store(settings) as store:
        await store.across_workspaces.write(
            lambda repos: repos.team_slots.reseal_and_delete_expired(["team1"], date(2026, 9, 15))
        )
    assert check(settings) == {"keys": True}
