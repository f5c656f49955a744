"""The check-up of the database before the first start, and of what others may read."""

import threading
from collections.abc import Callable
from pathlib import Path

from bot.admin import doctor
from bot.admin.database_checkup import can_write_below
from bot.admin.key_location import Machine
from bot.admin.microsoft_checkup import MicrosoftCheck
from bot.admin.slack_checkup import SlackCheck
from bot.settings import Settings
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_id import PeriodKeyId
from tests.admin.safe_machine import SAFE_MACHINE
from tests.key_folders import open_test_store
from tests.slack_queries import build_queries


def read_safe_machine() -> Machine:
    """Return a machine on which the test's folders outlive a restart."""
    return SAFE_MACHINE


async def check_folder(
    folder: Path, read_machine: Callable[[], Machine] = read_safe_machine
) -> dict[str, bool]:
    """Return whether each check passed, by the last part of its key."""
    settings = Settings.model_validate(
        {"database_url": f"sqlite:///{folder}/data/attune.sqlite", "keys": f"{folder}/keys"}
    )

    async def check_slack() -> SlackCheck:
        return SlackCheck(scopes=frozenset({"commands", "chat:write", "users:read"}))

    async def check_microsoft() -> MicrosoftCheck:
        raise AssertionError

    findings = await doctor.run_checkup(
        settings,
        build_queries(check_slack),
        check_microsoft,
        read_machine=read_machine,
    )
    return {finding.key.rpartition(".")[2]: finding.is_healthy for finding in findings}


async def test_everything_is_well_before_the_first_start(tmp_path: Path) -> None:
    """On a fresh machine no check fails, and no database is created."""
    results = await check_folder(tmp_path)

    assert results["database_new"]
    assert all(results.values())
    assert not (tmp_path / "data").exists()


async def test_mount_table_is_read_in_a_worker_thread(tmp_path: Path) -> None:
    """The read of ``/proc/mounts``, which may block, does not block the event loop."""
    threads: list[threading.Thread] = []

    def read_machine() -> Machine:
        threads.append(threading.current_thread())
        return SAFE_MACHINE

    await check_folder(tmp_path, read_machine)

    assert threads
    assert threading.current_thread() not in threads


async def test_keys_without_a_database_are_reported(tmp_path: Path) -> None:
    """Keys beside a missing database mean that its volume is not mounted."""
    FolderKeyStore(tmp_path / "keys").get_or_create(PeriodKeyId("slack:T1", 100))

    assert (await check_folder(tmp_path))["database_missing"] is False


async def test_file_that_others_read_is_reported(tmp_path: Path) -> None:
    """A database of mode 0644 is a finding in a folder that others may enter, else not."""
    file = tmp_path / "data/attune.sqlite"
    store = open_test_store(f"sqlite:///{file}", ())
    store.migrate()
    store.close_sync()
    file.chmod(0o644)

    assert "database_exposed" not in await check_folder(tmp_path)
    file.parent.chmod(0o755)
    assert (await check_folder(tmp_path))["database_exposed"] is False


async def test_empty_database_needs_a_migration(tmp_path: Path) -> None:
    """An empty database fails the check for pending migrations."""
    open_test_store(f"sqlite:///{tmp_path}/data/attune.sqlite", ()).close_sync()

    assert (await check_folder(tmp_path))["migrate"] is False


async def test_unreachable_database_is_reported(tmp_path: Path) -> None:
    """A database file whose folder is a file cannot be opened."""
    (tmp_path / "data").write_text("")

    assert (await check_folder(tmp_path))["fault"] is False


def test_missing_folder_can_be_made_below_a_folder_alone(tmp_path: Path) -> None:
    """Below a folder that can be written a missing one can be made; below a file it cannot."""
    (tmp_path / "file").write_text("")

    assert can_write_below(tmp_path / "a/b")
    assert not can_write_below(tmp_path / "file/b")
