"""What a process checks of the key store before it starts."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.admin.key_location import Machine
from bot.admin.start_checks import build_key_fault, claim_key_store, verify_key_store_claim
from bot.content.catalogue import load_catalogue
from bot.domain.delivery_kind import DeliveryKind
from bot.errors import FaultyInputError
from bot.settings import Settings
from bot.store.key_claims import MissingClaimError
from bot.store.open_store import MissingDatabaseError, open_store
from bot.store.repositories.delivery_records import DeliveryState, PlannedDelivery
from tests.admin.safe_machine import SAFE_MACHINE
from tests.database_files import copy_empty_database
from tests.store.sample_counts import build_team, open_periods

HOUR = timedelta(hours=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a database that has an open period, and no key folder yet."""
    (tmp_path / "data").mkdir()
    with closing(sqlite3.connect(tmp_path / "data" / "attune.sqlite")) as connection, connection:
        connection.execute("create table period (workspace text, closes_at int)")
        connection.execute("insert into period values ('slack:T1', 100)")
    return Settings.model_validate(
        {
            "database_url": f"sqlite:///{tmp_path}/data/attune.sqlite",
            "keys": f"{tmp_path}/keys",
            "pepper": "p" * 32,
        }
    )


def rejected_key(settings: Settings) -> str:
    """Return the catalogue key of the only fault that stops the start."""
    with pytest.raises(FaultyInputError) as error:
        claim_key_store(settings, SAFE_MACHINE, accepts_lost_keys=False)
    (fault,) = error.value.faults
    assert fault.location == "KEYS"
    return fault.key


def test_lost_keys_stop_the_start(settings: Settings) -> None:
    """Open periods beside an empty key store stop the start."""
    assert rejected_key(settings) == "operator.missing.keys_lost"


def test_lost_keys_can_be_accepted(settings: Settings) -> None:
    """With `--without-keys` the process starts, and names the folder."""
    (finding,) = claim_key_store(settings, SAFE_MACHINE, accepts_lost_keys=True)

    sentence = load_catalogue().get_pack("en").translate(finding.key, **finding.facts)
    assert str(settings.keys_folder) in sentence


def test_unwritable_folder_stops_the_start(settings: Settings, tmp_path: Path) -> None:
    """A file in the place of the folder stops the start."""
    (tmp_path / "keys").write_text("")

    assert rejected_key(settings) == "operator.missing.keys_unavailable"


@pytest.fixture
async def claimed_settings(tmp_path: Path) -> Settings:
    """Settings of a bot that has opened periods, and has no generated pepper yet."""
    settings = build_settings(tmp_path, "live")
    verify_key_store_claim(settings, accepts_lost_keys=False)
    store = open_store(settings)
    store.migrate()
    await open_periods(store, (build_team("north"), 9))
    await store.close()
    return settings


def build_settings(tmp_path: Path, name: str) -> Settings:
    """Settings of the database *name*, with the one key folder of this machine."""
    (tmp_path / name).mkdir(exist_ok=True)
    return Settings.model_validate(
        {"database_url": f"sqlite:///{tmp_path}/{name}/attune.sqlite", "keys": f"{tmp_path}/keys"}
    )


def claim_fault(settings: Settings) -> str:
    """Return the catalogue key of the only fault that the check of the claim reports."""
    with pytest.raises(FaultyInputError) as error:
        verify_key_store_claim(settings, accepts_lost_keys=False)
    (fault,) = error.value.faults
    assert load_catalogue().get_pack("en").translate(fault.key, **fault.facts)
    return fault.key


def list_folder(tmp_path: Path) -> list[str]:
    """Return the names in the key folder."""
    return sorted(path.name for path in (tmp_path / "keys").iterdir())


def test_missing_volume_stops_the_start(claimed_settings: Settings, tmp_path: Path) -> None:
    """An empty mount point stops it before anything is created there, a pepper included."""
    (tmp_path / "keys").rename(tmp_path / "away")
    (tmp_path / "keys").mkdir()

    assert claim_fault(claimed_settings) == "operator.missing.keys_lost"
    with pytest.raises(MissingClaimError):
        open_store(claimed_settings)
    assert list_folder(tmp_path) == []


def test_lost_volume_can_be_accepted(claimed_settings: Settings, tmp_path: Path) -> None:
    """With `--without-keys` the new folder is claimed, and the next start needs no option."""
    shutil.rmtree(tmp_path / "keys")

    verify_key_store_claim(claimed_settings, accepts_lost_keys=True)
    verify_key_store_claim(claimed_settings, accepts_lost_keys=False)
    assert claim_key_store(claimed_settings, SAFE_MACHINE, accepts_lost_keys=True)


@pytest.mark.parametrize(
    ("has_mark", "state"), [(True, DeliveryState.UNCONFIRMED), (False, DeliveryState.PLANNED)]
)
async def test_start_without_keys_sends_nothing_that_was_due(
    claimed_settings: Settings, tmp_path: Path, *, has_mark: bool, state: DeliveryState
) -> None:
    """The lost mark told whether the database is a copy; one that never ran has sent nothing."""
    now = datetime.now(UTC)
    tip = PlannedDelivery("slack:T1", DeliveryKind.TIP, "U1", "", "tip", now, now + HOUR, "")
    store = open_store(claimed_settings)
    await store.across_workspaces.write(lambda repos: repos.deliveries.plan_deliveries([tip]))
    if has_mark:
        await store.handle_rollback_and_advance_marks(now)
    await store.close()
    shutil.rmtree(tmp_path / "keys")

    verify_key_store_claim(claimed_settings, accepts_lost_keys=True)

    store = open_store(claimed_settings)
    (count,) = store.read_sync(lambda repos: repos.deliveries.count_by_state())
    assert count.state is state
    await store.close()


def test_lost_claim_beside_all_keys_is_written_again(
    claimed_settings: Settings, tmp_path: Path
) -> None:
    """A folder that was moved without that one file serves on, and says so in the log."""
    (tmp_path / "keys" / "claim").unlink()

    verify_key_store_claim(claimed_settings, accepts_lost_keys=False)
    assert "claim" in list_folder(tmp_path)


@pytest.mark.usefixtures("claimed_settings")
def test_second_database_on_the_folder_is_refused(tmp_path: Path) -> None:
    """Two installations of one user have the same default folder: the second one must not start."""
    second = build_settings(tmp_path, "second")
    before = list_folder(tmp_path)

    with pytest.raises(MissingDatabaseError) as error:
        verify_key_store_claim(second, accepts_lost_keys=False)
    (fault,) = build_key_fault(error.value, may_start_without_keys=True).faults
    assert (fault.location, fault.key) == ("DATABASE_URL", "operator.missing.database_gone")
    assert list_folder(tmp_path) == before
    assert not (tmp_path / "second" / "attune.sqlite").exists()


@pytest.mark.usefixtures("claimed_settings")
def test_database_of_other_keys_is_refused(tmp_path: Path) -> None:
    """A database that is there and has another id reads nothing in the folder."""
    second = build_settings(tmp_path, "second")
    copy_empty_database(tmp_path / "second")

    assert claim_fault(second) == "operator.missing.keys_foreign"


async def test_copy_beside_the_running_bot_is_reported(
    claimed_settings: Settings, tmp_path: Path
) -> None:
    """The start goes on, as after a restore, and says that no key is removed for an hour."""
    store = open_store(claimed_settings)
    await store.handle_rollback_and_advance_marks(datetime.now(UTC))
    await store.checkpoint()
    await store.close()
    shutil.copytree(tmp_path / "live", tmp_path / "copy")

    copy = build_settings(tmp_path, "copy")
    verify_key_store_claim(copy, accepts_lost_keys=False)
    findings = claim_key_store(copy, SAFE_MACHINE, accepts_lost_keys=False)
    unhealthy = [finding.key for finding in findings if not finding.is_healthy]
    assert unhealthy == ["operator.doctor.keys_in_use"]


def test_risky_location_is_a_warning(settings: Settings) -> None:
    """A folder in memory is reported at the start, which goes on."""
    machine = Machine("tmpfs / tmpfs rw 0 0", None)

    location, risk = claim_key_store(settings, machine, accepts_lost_keys=True)

    assert (location.is_healthy, risk.is_healthy) == (True, False)
    assert risk.key == "operator.doctor.keys_in_memory"


def test_unreachable_database_does_not_stop_the_start(tmp_path: Path) -> None:
    """While the PostgreSQL server is down the process starts, and is not ready until it is up."""
    settings = Settings.model_validate(
        {
            "database_url": f"postgresql+psycopg:///attune?host={tmp_path}",
            "keys": f"{tmp_path}/keys",
            "pepper": "p" * 32,
        }
    )

    assert claim_key_store(settings, SAFE_MACHINE, accepts_lost_keys=False)
