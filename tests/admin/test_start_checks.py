"""What a process checks of the key store before it starts."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.admin.key_location import Machine
from bot.admin.start_checks import check_key_store
from bot.content.catalogue import load_catalogue
from bot.errors import FaultyInputError
from bot.settings import Settings

SAFE_MACHINE = Machine("", Path("/tmp"))


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
        check_key_store(settings, SAFE_MACHINE, accepts_lost_keys=False)
    (fault,) = error.value.faults
    assert fault.location == "KEYS"
    return fault.key


def test_lost_keys_stop_the_start(settings: Settings) -> None:
    """Open periods beside an empty key store stop the start."""
    assert rejected_key(settings) == "operator.missing.keys_lost"


def test_lost_keys_can_be_accepted(settings: Settings) -> None:
    """With `--without-keys` the process starts, and names the folder."""
    (finding,) = check_key_store(settings, SAFE_MACHINE, accepts_lost_keys=True)

    sentence = load_catalogue().get_pack("en").translate(finding.key, **finding.facts)
    assert str(settings.keys_folder) in sentence


def test_unwritable_folder_stops_the_start(settings: Settings, tmp_path: Path) -> None:
    """A file in the place of the folder stops the start."""
    (tmp_path / "keys").write_text("")

    assert rejected_key(settings) == "operator.missing.keys_unavailable"


def test_risky_location_is_a_warning(settings: Settings) -> None:
    """A folder in memory is reported at the start, which goes on."""
    machine = Machine("tmpfs / tmpfs rw 0 0", None)

    location, risk = check_key_store(settings, machine, accepts_lost_keys=True)

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

    assert check_key_store(settings, SAFE_MACHINE, accepts_lost_keys=False)
