"""Files of the folder key store: modes, order of writes, crashes and unreadable files."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_IMODE, S_ISDIR

import pytest

from bot.store.keys.claim import KeyStoreClaim
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_id import PeriodKeyId, TeamKeyId
from bot.store.keys.key_store import KeyStoreHealth, KeyStoreUnavailableError

PERIOD = PeriodKeyId("slack:T1", 1_775_000_000)
TEAM = TeamKeyId("north")
TAG_SIGNATURE = b"Signature: 8a477f597d28d172789f06886806bc55"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the keys, which does not exist yet."""
    return tmp_path / "state" / "attune-keys"


def test_opening_creates_nothing(folder: Path) -> None:
    """Reading, listing and deleting in a missing folder create nothing."""
    key_store = FolderKeyStore(folder)

    key_store.get(PERIOD)
    key_store.list_ids()
    key_store.delete(PERIOD)

    assert not folder.parent.exists()


def test_only_the_owner_has_access(folder: Path) -> None:
    """The folder has mode 0700 and the key's file 0600."""
    FolderKeyStore(folder).get_or_create(PERIOD)

    assert S_IMODE(folder.stat().st_mode) == 0o700
    assert S_IMODE((folder / PERIOD.file_name).stat().st_mode) == 0o600


def test_folder_is_marked_as_a_cache(folder: Path) -> None:
    """The folder has a `CACHEDIR.TAG` with the signature that backup programs look for."""
    FolderKeyStore(folder).get_or_create(PERIOD)

    assert (folder / "CACHEDIR.TAG").read_bytes().startswith(TAG_SIGNATURE)


@pytest.mark.parametrize("content", [b"", b"Signature: 8a47"])
def test_incomplete_tag_is_replaced(folder: Path, content: bytes) -> None:
    """What a crash of an earlier release left of the tag is completed with the next key."""
    folder.mkdir(parents=True)
    (folder / "CACHEDIR.TAG").write_bytes(content)

    FolderKeyStore(folder).get_or_create(PERIOD)

    assert (folder / "CACHEDIR.TAG").read_bytes().startswith(TAG_SIGNATURE + b"\n")


def test_deletion_that_cannot_overwrite_unlinks_and_raises(folder: Path) -> None:
    """A file that cannot be written, as on a damaged disk, loses its name all the same."""
    key_store = FolderKeyStore(folder, fail_for_files)
    with pytest.raises(KeyStoreUnavailableError):
        key_store.get_or_create(PERIOD)
    FolderKeyStore(folder).get_or_create(PERIOD)

    with pytest.raises(KeyStoreUnavailableError):
        key_store.delete(PERIOD)
    assert key_store.list_ids() == ()
    assert not list(folder.glob(f"{PERIOD.file_name}*"))


def fail_for_files(descriptor: int) -> None:
    """Synchronize folders; fail for files."""
    if not S_ISDIR(os.fstat(descriptor).st_mode):
        raise OSError
    os.fsync(descriptor)


def test_nothing_but_the_key_and_the_tag_remains(folder: Path) -> None:
    """Creations, deletions and check-ups leave no temporary file."""
    key_store = FolderKeyStore(folder)

    key_store.get_or_create(PERIOD)
    key_store.get_or_create(TEAM)
    key_store.check_health()
    key_store.delete(TEAM)

    assert {path.name for path in folder.iterdir()} == {PERIOD.file_name, "CACHEDIR.TAG"}


def test_existing_file_wins(folder: Path) -> None:
    """A key file that exists is returned and never replaced."""
    folder.mkdir(parents=True)
    (folder / PERIOD.file_name).write_bytes(b"k" * 32)

    assert FolderKeyStore(folder).get_or_create(PERIOD) == b"k" * 32
    assert (folder / PERIOD.file_name).read_bytes() == b"k" * 32


@pytest.mark.parametrize("content", [b"", b"k" * 31, b"k" * 33])
def test_damaged_file_is_an_error(folder: Path, content: bytes) -> None:
    """A file of a wrong length raises, and no new key takes its place."""
    folder.mkdir(parents=True)
    (folder / PERIOD.file_name).write_bytes(content)
    key_store = FolderKeyStore(folder)

    with pytest.raises(KeyStoreUnavailableError):
        key_store.get(PERIOD)
    with pytest.raises(KeyStoreUnavailableError):
        key_store.get_or_create(PERIOD)
    assert (folder / PERIOD.file_name).read_bytes() == content


def test_unreadable_file_is_an_error(folder: Path) -> None:
    """A name that cannot be opened raises, and no new key takes its place.

    A folder in the place of the file fails for every user, root included.
    """
    (folder / PERIOD.file_name).mkdir(parents=True)
    key_store = FolderKeyStore(folder)

    with pytest.raises(KeyStoreUnavailableError):
        key_store.get(PERIOD)
    with pytest.raises(KeyStoreUnavailableError):
        key_store.get_or_create(PERIOD)
    assert (folder / PERIOD.file_name).is_dir()


def test_symbolic_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    """A link in the place of a key raises, whatever it leads to."""
    folder.mkdir(parents=True)
    (tmp_path / "elsewhere").write_bytes(b"k" * 32)
    (folder / PERIOD.file_name).symlink_to(tmp_path / "elsewhere")

    with pytest.raises(KeyStoreUnavailableError):
        FolderKeyStore(folder).get(PERIOD)


def test_folder_that_others_can_read_is_not_private(folder: Path) -> None:
    """The check-up reports a folder to which the group has access."""
    folder.mkdir(parents=True)
    folder.chmod(0o750)

    assert FolderKeyStore(folder).check_health() == KeyStoreHealth(
        is_writable=True, is_private=False
    )


@dataclass
class SynchronizationLog:
    """Synchronizes for real, and records what the folder contained at that moment."""

    folder: Path
    entries: list[tuple[str, bool, bytes]] = field(default_factory=list)

    def synchronize(self, descriptor: int) -> None:
        """Record kind of the descriptor, whether the key has its name, and the file's content."""
        os.fsync(descriptor)
        is_folder = S_ISDIR(os.fstat(descriptor).st_mode)
        content = b"" if is_folder else Path(f"/proc/self/fd/{descriptor}").read_bytes()
        has_name = (self.folder / PERIOD.file_name).exists()
        self.entries.append(("folder" if is_folder else "file", has_name, content))


def test_key_is_on_the_disk_before_it_has_its_name(folder: Path) -> None:
    """The file is synchronized with its content, then named, then the folder is synchronized."""
    FolderKeyStore(folder).get_or_create(TEAM)
    log = SynchronizationLog(folder)

    key = FolderKeyStore(folder, log.synchronize).get_or_create(PERIOD)

    assert log.entries[0] == ("file", False, key)
    assert log.entries[1] == ("folder", True, b"")


def test_new_folders_are_synchronized_in_their_parents(folder: Path) -> None:
    """Before the first key both new folders are entered in their parents on the disk."""
    log = SynchronizationLog(folder)

    FolderKeyStore(folder, log.synchronize).get_or_create(PERIOD)

    assert [kind for kind, _, _ in log.entries[:2]] == ["folder", "folder"]


def test_existing_key_is_synchronized_before_it_is_used(folder: Path) -> None:
    """A key that another process has just named is not returned before its name is durable."""
    FolderKeyStore(folder).get_or_create(PERIOD)
    log = SynchronizationLog(folder)

    FolderKeyStore(folder, log.synchronize).get_or_create(PERIOD)

    assert log.entries == [("folder", True, b"")]


def test_key_is_overwritten_on_the_disk_before_it_is_unlinked(folder: Path) -> None:
    """A deletion frees the name, overwrites the content, and synchronizes each step."""
    FolderKeyStore(folder).get_or_create(PERIOD)
    log = SynchronizationLog(folder)

    FolderKeyStore(folder, log.synchronize).delete(PERIOD)

    assert log.entries == [
        ("folder", False, b""),
        ("file", False, bytes(32)),
        ("folder", False, b""),
    ]


def test_claim_of_an_earlier_release_is_read(folder: Path) -> None:
    """Before the mark of restored copies was added to it; going back loses that mark alone."""
    key_store = FolderKeyStore(folder)
    key_store.create_claim(KeyStoreClaim(7, "file", 5, restored_mark=6))
    assert key_store.read_claim() == KeyStoreClaim(7, "file", 5, restored_mark=6)

    (folder / "claim").write_text('{"database": 7, "instance": "file", "mark": 5, "attempts": {}}')

    assert key_store.read_claim() == KeyStoreClaim(7, "file", 5)
