"""A key store in a local folder: one file a key, created and destroyed durably."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from stat import S_IMODE

from bot.store.keys.claim import KeyStoreClaim, decode_claim, encode_claim
from bot.store.keys.key_id import KeyId, StoredKey, parse_file_name
from bot.store.keys.key_store import (
    KEY_BYTES,
    KeyStoreHealth,
    KeyStoreUnavailableError,
    generate_key,
    validate_key,
)

_TAG_NAME = "CACHEDIR.TAG"
_TAG_CONTENT = b"""Signature: 8a477f597d28d172789f06886806bc55
# This folder holds keys that are destroyed on purpose. No backup may contain them, which is why
# it is marked as a cache: see https://bford.info/cachedir/
"""
_CLAIM_NAME = "claim"
_EARLIER_MARK_NAME = "mark"
"""The file in which releases before claims stored the mark, which is read and stays."""

_MAX_CLAIM_BYTES = 1 << 20
_NEW_SUFFIX, _OLD_SUFFIX = ".new", ".old"
"""Suffixes of the files of an interrupted creation, and of an interrupted deletion."""

_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700

Synchronize = Callable[[int], None]
"""Writes a descriptor's file or folder to the disk, as :func:`os.fsync` does."""


class FolderKeyStore:
    """Keys as files of mode 0600 in a folder of mode 0700, which its first key creates.

    A key is written to a temporary file, synchronized and then hard linked to its name, which
    fails where the name exists: an existing key is never replaced, and a name never refers to
    an incomplete key. Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError` for
    every error of the operating system.
    """

    def __init__(self, folder: Path, synchronize: Synchronize = os.fsync) -> None:
        """Use *folder*, which need not exist; *synchronize* is replaced by crash tests only."""
        self._folder = folder
        self._synchronize = synchronize

    @property
    def folder(self) -> Path:
        """The folder of the key files."""
        return self._folder

    def get(self, key_id: KeyId | StoredKey) -> bytes | None:
        """Return the content of the key's file; ``None`` if there is no such file."""
        with _translate_errors():
            content = self._read_file(key_id.file_name)
        return None if content is None else validate_key(content)

    def get_or_create(self, key_id: KeyId) -> bytes:
        """Return the key, created if missing, once its file and folder are on the disk.

        The folder is synchronized for an existing key too: the process that created it may
        not have come that far.
        """
        with _translate_errors():
            self._create_folder()
            if self._read_file(key_id.file_name) is None:
                self._create_file(key_id.file_name, generate_key())
            self._synchronize_folder(self._folder)
        key = self.get(key_id)
        if key is None:
            raise KeyStoreUnavailableError("the key was deleted while it was created")
        return key

    def put(self, key_id: KeyId | StoredKey, key: bytes) -> None:
        """Create the key's file with *key*, unless there is one."""
        with _translate_errors():
            self._create_folder()
            self._create_file(key_id.file_name, key)

    def delete(self, key_id: KeyId | StoredKey) -> None:
        """Rename, overwrite and unlink the key's file, and those of interrupted deletions.

        The name is freed first, so that a key created meanwhile is not the one overwritten. A
        file system that copies on write, and a solid-state disk, may still hold the old block.
        """
        with _translate_errors():
            self._remove_file(key_id.file_name)

    def list_ids(self) -> tuple[StoredKey, ...]:
        """Return the key files of periods and teams, sorted by name.

        Deletions that a crash interrupted are finished first, as far as they can be.
        """
        with suppress(OSError):
            self._finish_deletions()
        with _translate_errors():
            stored_keys = map(parse_file_name, self._list_names())
            return tuple(stored_key for stored_key in stored_keys if stored_key)

    def finish_deletions(self) -> None:
        """Destroy what interrupted deletions have left, and raise an error if anything is left."""
        with _translate_errors():
            self._finish_deletions()

    def is_empty(self) -> bool:
        """Whether the folder is missing or contains no key of a period and of a team."""
        return not self.list_ids()

    def read_claim(self) -> KeyStoreClaim | None:
        """Return the claim in the file ``claim``; ``None`` if there is no such file."""
        with _translate_errors():
            content = self._read_file(_CLAIM_NAME, _MAX_CLAIM_BYTES)
        return None if content is None else decode_claim(content)

    def create_claim(self, claim: KeyStoreClaim) -> KeyStoreClaim:
        """Create the file ``claim``, unless another process is faster.

        A claim without a mark gets that of a release before claims, so that a backup that was
        restored before the upgrade is noticed.
        """
        with _translate_errors():
            self._create_folder()
            mark = claim.mark or self._read_earlier_mark()
            self._create_file(_CLAIM_NAME, encode_claim(replace(claim, mark=mark)))
        stored_claim = self.read_claim()
        if stored_claim is None:
            raise KeyStoreUnavailableError("the claim was deleted while it was created")
        return stored_claim

    def replace_claim(self, claim: KeyStoreClaim) -> None:
        """Replace the file ``claim`` atomically."""
        with _translate_errors():
            self._replace_file(_CLAIM_NAME, encode_claim(claim))

    def check_health(self) -> KeyStoreHealth:
        """Create and delete a file by the steps of a key; check that only the owner has access."""
        name = f"check-{secrets.token_hex(8)}"
        is_writable = False
        with suppress(OSError):
            self._create_folder()
            self._create_file(name, generate_key())
            is_writable = self._read_file(name) is not None
            self._remove_file(name)
        return KeyStoreHealth(is_writable, self._is_private())

    def close(self) -> None:
        """Do nothing: no file stays open between two calls."""

    def _is_private(self) -> bool:
        """Whether only the owner has access to the folder; a missing one is private."""
        try:
            return not S_IMODE(self._folder.stat().st_mode) & ~_PRIVATE_FOLDER
        except OSError:
            return True

    def _read_earlier_mark(self) -> int:
        """Return the mark of a release before claims; 0 without a readable one."""
        content = self._read_file(_EARLIER_MARK_NAME) or b""
        return int(content) if content.isdigit() else 0

    def _create_folder(self) -> None:
        """Create the folder and its missing parents durably, and mark it as a cache."""
        missing = [path for path in (self._folder, *self._folder.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
            self._synchronize_folder(path.parent)
        if self._read_file(_TAG_NAME, len(_TAG_CONTENT)) != _TAG_CONTENT:
            with suppress(FileNotFoundError):  # another process replaces it at the same moment
                self._replace_file(_TAG_NAME, _TAG_CONTENT)

    def _replace_file(self, name: str, content: bytes) -> None:
        """Write the file *name* atomically, and unlink what crashed attempts have left of it."""
        self._remove_temporary_files(name)
        temporary = self._folder / f"{name}.{secrets.token_hex(8)}{_NEW_SUFFIX}"
        self._write_new_file(temporary, content)
        temporary.replace(self._folder / name)
        self._synchronize_folder(self._folder)

    def _create_file(self, name: str, key: bytes) -> None:
        """Create the file *name* with *key*, unless another process has created it before."""
        temporary = self._folder / f"{name}.{secrets.token_hex(8)}{_NEW_SUFFIX}"
        try:
            self._write_new_file(temporary, key)
            with suppress(FileExistsError):
                os.link(temporary, self._folder / name)
        finally:
            temporary.unlink(missing_ok=True)
        self._synchronize_folder(self._folder)

    def _write_new_file(self, path: Path, content: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(path, flags, _PRIVATE_FILE), "wb", buffering=0) as file:
            file.write(content)
            self._synchronize(file.fileno())

    def _read_file(self, name: str, max_bytes: int = KEY_BYTES + 1) -> bytes | None:
        """Return the first bytes of the file *name*; ``None`` if it does not exist."""
        try:
            descriptor = os.open(self._folder / name, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            return file.read(max_bytes)

    def _remove_file(self, name: str) -> None:
        """Destroy the file *name*, and unlink the temporary files of its interrupted creations.

        A temporary file is either no key or shares the overwritten content of the file *name*.
        """
        renamed = self._folder / f"{name}.{secrets.token_hex(8)}{_OLD_SUFFIX}"
        with suppress(FileNotFoundError):
            (self._folder / name).rename(renamed)
            self._synchronize_folder(self._folder)
        self._finish_deletions()
        self._remove_temporary_files(name)

    def _remove_temporary_files(self, name: str) -> None:
        for other in self._list_names():
            if other.startswith(f"{name}.") and other.endswith(_NEW_SUFFIX):
                (self._folder / other).unlink(missing_ok=True)

    def _finish_deletions(self) -> None:
        """Overwrite, synchronize and unlink every file that a deletion has renamed.

        One that cannot be overwritten is unlinked all the same. The first error is raised at the
        end.
        """
        names_to_delete = [name for name in self._list_names() if name.endswith(_OLD_SUFFIX)]
        errors: list[OSError] = []
        for path in map(self._folder.joinpath, names_to_delete):
            for destroy in (self._overwrite_file, Path.unlink):
                try:
                    destroy(path)
                except FileNotFoundError:
                    continue
                except OSError as error:
                    errors.append(error)
        if names_to_delete:
            self._synchronize_folder(self._folder)
        if errors:
            raise errors[0]

    def _overwrite_file(self, path: Path) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            file.write(bytes(KEY_BYTES))
            self._synchronize(file.fileno())

    def _list_names(self) -> list[str]:
        try:
            return sorted(path.name for path in self._folder.iterdir())
        except FileNotFoundError:
            return []

    def _synchronize_folder(self, folder: Path) -> None:
        """Write the folder's entries to the disk, so that a name survives a power cut."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self._synchronize(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise KeyStoreUnavailableError(type(error).__name__) from error
