"""Processes killed while they create or delete a key in a folder, and what they leave there."""

import os
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_id import PeriodKeyId, TeamKeyId
from tests.killed_processes import get_fork_context

PERIOD = PeriodKeyId("slack:T1", 1_775_000_000)
TEAM = TeamKeyId("north")
TAG_SIGNATURE = b"Signature: 8a477f597d28d172789f06886806bc55"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the keys, which does not exist yet."""
    return tmp_path / "state" / "attune-keys"


@dataclass
class KillingCounter:
    """Kills its own process at the synchronization with the index ``last``."""

    last: int
    calls: int = 0

    def synchronize(self, descriptor: int) -> None:
        """Synchronize, then kill the process if this was the last permitted call."""
        os.fsync(descriptor)
        self.calls += 1
        if self.calls > self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def create_until_killed(folder: Path, last: int) -> None:
    """Create the key in a process that is killed at a synchronization."""
    FolderKeyStore(folder, KillingCounter(last).synchronize).get_or_create(PERIOD)


def delete_until_killed(folder: Path, last: int) -> None:
    """Delete the key in a process that is killed at a synchronization."""
    FolderKeyStore(folder, KillingCounter(last).synchronize).delete(PERIOD)


def run_killed(target: object, folder: Path, last: int) -> bool:
    """Run *target* in a process of its own; return whether it was killed."""
    process = get_fork_context().Process(target=target, args=(folder, last))  # type: ignore[arg-type]  # callable
    process.start()
    process.join()
    return process.exitcode == -signal.SIGKILL


def test_killed_creation_leaves_one_key_or_none(folder: Path) -> None:
    """After a kill at each step of a creation, the next one returns a key that stays the same.

    After its deletion nothing is left, temporary files included.
    """
    last = 0
    while run_killed(create_until_killed, folder, last):
        survivor = FolderKeyStore(folder).get(PERIOD)
        key = FolderKeyStore(folder).get_or_create(PERIOD)
        assert survivor in (None, key)
        assert FolderKeyStore(folder).get(PERIOD) == key
        FolderKeyStore(folder).delete(PERIOD)
        assert {path.name for path in folder.iterdir()} == {"CACHEDIR.TAG"}
        last += 1

    assert last >= 2


def test_killed_deletion_is_finished_by_the_next_listing(folder: Path) -> None:
    """After a kill at each step of a deletion, the key is complete or unreachable.

    The next list finishes what was begun: no file with the key's content remains.
    """
    last = 0
    FolderKeyStore(folder).get_or_create(PERIOD)
    while run_killed(delete_until_killed, folder, last):
        assert FolderKeyStore(folder).get(PERIOD) is None
        assert FolderKeyStore(folder).list_ids() == ()
        assert {path.name for path in folder.iterdir()} == {"CACHEDIR.TAG"}
        FolderKeyStore(folder).get_or_create(PERIOD)
        last += 1

    assert last == 3


def test_killed_creation_leaves_a_complete_tag_or_none(folder: Path) -> None:
    """After a kill at each step the tag is complete or missing, and the next key completes it."""
    last = 0
    while run_killed(create_until_killed, folder, last):
        tag = folder / "CACHEDIR.TAG"
        assert not tag.exists() or tag.read_bytes().startswith(TAG_SIGNATURE + b"\n")
        FolderKeyStore(folder).get_or_create(TEAM)
        assert tag.read_bytes().startswith(TAG_SIGNATURE + b"\n")
        assert not list(folder.glob("CACHEDIR.TAG.*"))
        shutil.rmtree(folder.parent)
        last += 1

    assert last >= 6


def test_leftover_of_an_unnamed_creation_is_no_key(folder: Path) -> None:
    """A temporary file that was never linked is not listed, and is removed with its key."""
    folder.mkdir(parents=True)
    leftover = folder / f"{PERIOD.file_name}.0123456789abcdef.new"
    leftover.write_bytes(b"k" * 32)
    key_store = FolderKeyStore(folder)

    assert key_store.is_empty()
    assert key_store.get_or_create(PERIOD) != b"k" * 32
    key_store.delete(PERIOD)
    assert not leftover.exists()


def test_leftover_of_a_linked_creation_does_not_outlive_its_key(
    folder: Path, tmp_path: Path
) -> None:
    """The temporary file of a creation that was killed after its link is overwritten too."""
    key_store = FolderKeyStore(folder)
    key_store.get_or_create(PERIOD)
    os.link(folder / PERIOD.file_name, tmp_path / "observed")
    os.link(folder / PERIOD.file_name, folder / f"{PERIOD.file_name}.0123456789abcdef.new")

    key_store.delete(PERIOD)

    assert (tmp_path / "observed").read_bytes() == bytes(32)
    assert {path.name for path in folder.iterdir()} == {"CACHEDIR.TAG"}
