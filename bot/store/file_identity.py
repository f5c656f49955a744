"""The identity of the embedded database's file, which a process keeps open by its number.

A process goes on reading and writing a file that was deleted or replaced under its name. What it
writes then is lost when it ends, and no query shows that.
"""

from pathlib import Path


class MovedDatabaseError(RuntimeError):
    """The database file is no longer at its path, so that writes to it would be lost."""


class DatabaseFile:
    """The file that was at a path when this object was created."""

    def __init__(self, path: Path) -> None:
        """Remember the file at *path*, which exists."""
        self._path = path
        self._file_id = read_file_id(path)

    def raise_if_moved(self) -> None:
        """Raise :class:`MovedDatabaseError` unless the same file is at the path."""
        if read_file_id(self._path) != self._file_id:
            raise MovedDatabaseError


def read_file_id(path: Path) -> tuple[int, int] | None:
    """Return the numbers of the file and its file system; ``None`` if it is not there.

    The file is never opened: closing a descriptor drops this process's POSIX locks on it.
    """
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_dev, status.st_ino
