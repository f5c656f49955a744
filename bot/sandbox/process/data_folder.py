"""The sandbox's data folder, protected by an exclusive file lock."""

import os
import shutil
from pathlib import Path

_LOCK_FILE = "lock"


class FolderLockedError(Exception):
    """Raised when another sandbox has locked the folder; ``process_id`` is its bot's, if known."""

    def __init__(self, process_id: str) -> None:
        """Store the process id, an empty string if unknown."""
        super().__init__(process_id)
        self.process_id = process_id


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
        process_id = os.pread(lock_fd, 20, 0).decode().strip()
        os.close(lock_fd)
        raise FolderLockedError(process_id) from None
    os.ftruncate(lock_fd, 0)
    return lock_fd


def clear_folder(folder: Path) -> None:
    """Delete all content of *folder* but the lock file, which stays locked."""
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name != _LOCK_FILE:
            entry.unlink()
