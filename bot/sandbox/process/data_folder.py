"""The folder that keeps somebody's practice: one practice at a time lives in it."""

import os
import shutil
from pathlib import Path

_LOCK_FILE = "lock"


class FolderLockedError(Exception):
    """A practice already runs over this folder; ``process`` is its bot's number, if known."""

    def __init__(self, process_id: str) -> None:
        """Keep the number."""
        super().__init__(process_id)
        self.process_id = process_id


def lock_folder(folder: Path) -> int:
    """Hold *folder* for oneself, and for the bot that will inherit the open file.

    Raises HeldError while another practice, or a bot that outlived one, still holds it.
    """
    import fcntl  # noqa: PLC0415 - only where `make` runs, and only when somebody tries the bot

    opened = os.open(folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        process = os.pread(opened, 20, 0).decode().strip()
        os.close(opened)
        raise FolderLockedError(process) from None
    os.ftruncate(opened, 0)
    return opened


def clear_folder(folder: Path) -> None:
    """Forget everything that was practised in *folder*, but for the lock, which is held."""
    for one in folder.iterdir():
        if one.is_dir():
            shutil.rmtree(one)
        elif one.name != _LOCK_FILE:
            one.unlink()
