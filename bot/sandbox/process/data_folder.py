"""The sandbox's data folder, protected by an exclusive file lock."""

import os
import shutil
from pathlib import Path

_LOCK_FILE = "lock"
_PROCESS_ID_BYTES, _ADDRESS_BYTES = 20, 200
"""Sizes of the lock file's two fields: the process id of the bot, and the address of the page."""


class FolderLockedError(Exception):
    """Raised when another sandbox has locked the folder.

    ``process_id`` is that of its bot and ``address`` that of its page; each is an empty string
    if unknown.
    """

    def __init__(self, process_id: str, address: str) -> None:
        """Store the process id and the address."""
        super().__init__(process_id, address)
        self.process_id = process_id
        self.address = address


def lock_folder(folder: Path) -> int:
    """Lock *folder*, and return the lock file's descriptor, which the bot process inherits.

    Raises FolderLockedError while another sandbox, or a bot process that outlived its
    sandbox, has the lock. Closing every copy of the descriptor releases it.
    """
    import fcntl  # noqa: PLC0415 - POSIX only, and not needed outside of the sandbox

    lock_fd = os.open(folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        process_id = os.pread(lock_fd, _PROCESS_ID_BYTES, 0).decode().strip("\0 ")
        address = os.pread(lock_fd, _ADDRESS_BYTES, _PROCESS_ID_BYTES).decode().strip("\0 ")
        os.close(lock_fd)
        raise FolderLockedError(process_id, address) from None
    os.ftruncate(lock_fd, 0)
    return lock_fd


def record_process_id(lock_fd: int, process_id: int) -> None:
    """Write the bot's process id into the lock file, for the next sandbox over the folder."""
    os.pwrite(lock_fd, str(process_id).encode(), 0)


def record_address(lock_fd: int, address: str) -> None:
    """Write the address of the page into the lock file, for the next sandbox over the folder."""
    os.pwrite(lock_fd, address.encode(), _PROCESS_ID_BYTES)


def clear_folder(folder: Path) -> None:
    """Delete all content of *folder* but the lock file, which stays locked."""
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name != _LOCK_FILE:
            entry.unlink()
