"""Raw bytes of a SQLite database's files, to test what was stored and what was erased."""

from pathlib import Path


def read_all_bytes(folder: Path) -> bytes:
    """Return the bytes of the database file, its write-ahead log and its journal.

    The database file is read last: a log that is checkpointed meanwhile is then read twice
    instead of missed in both files.
    """
    files = sorted(folder.glob("attune.sqlite*"), reverse=True)
    return b"".join(file.read_bytes() for file in files)
