"""The store of the settings is opened only where that creates no second, empty database."""

from pathlib import Path

import pytest

from bot.settings import Settings
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_id import PeriodKeyId
from bot.store.open_store import (
    MissingDatabaseError,
    find_missing_database,
    open_store,
    open_store_without_pepper,
)
from tests.database_files import copy_empty_database


def build_settings(tmp_path: Path) -> Settings:
    """Settings whose database may be missing, with a folder of keys."""
    return Settings.model_validate(
        {"database_url": f"sqlite:///{tmp_path}/data/attune.sqlite", "keys": f"{tmp_path}/keys"}
    )


def test_missing_database_beside_keys_is_found(tmp_path: Path) -> None:
    """A key, or a claim, belongs to a database; neither the file nor its folder is created."""
    FolderKeyStore(tmp_path / "keys").get_or_create(PeriodKeyId("slack:T1", 100))

    settings = build_settings(tmp_path)
    assert find_missing_database(settings) == tmp_path / "data/attune.sqlite"
    for open_either in (open_store, open_store_without_pepper):
        with pytest.raises(MissingDatabaseError):
            open_either(settings)
    assert not (tmp_path / "data").exists()


def test_new_installation_lacks_no_database(tmp_path: Path) -> None:
    """Without keys there was none before."""
    assert find_missing_database(build_settings(tmp_path)) is None
    assert not (tmp_path / "keys").exists()


def test_database_that_is_there_is_not_missing(tmp_path: Path) -> None:
    """Its keys belong to it."""
    FolderKeyStore(tmp_path / "keys").get_or_create(PeriodKeyId("slack:T1", 100))
    copy_empty_database(tmp_path / "data")

    assert find_missing_database(build_settings(tmp_path)) is None


@pytest.mark.parametrize(("serves_requests", "seconds"), [(True, 2), (False, 30)])
def test_writes_of_a_worker_wait_longer(
    tmp_path: Path, *, serves_requests: bool, seconds: float
) -> None:
    """Slack allows three seconds for an answer, which nobody awaits of a worker."""
    copy_empty_database(tmp_path / "data")
    store = open_store(build_settings(tmp_path), serves_requests=serves_requests)

    assert store.for_workspace("slack:T1")._write_timeout_seconds == seconds
    store.close_sync()
