"""Bytes of a SQLite database's files: an empty database to start from, and what was stored."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.key_folders import open_test_store


def copy_empty_database(folder: Path) -> None:
    """Create a database with every table and no row in *folder*, unless there is one."""
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "attune.sqlite"
    if not database.exists():
        database.touch(mode=0o600)
        database.write_bytes(_read_empty_database())


@cache
def _read_empty_database() -> bytes:
    """Return the bytes of a migrated database, which takes longer than a copy."""
    with TemporaryDirectory(prefix="attune-empty-") as folder:
        database = Path(folder) / "attune.sqlite"
        store = open_test_store(f"sqlite:///{database}", (b"nothing is encrypted",))
        store.migrate()
        store.close_sync()
        return database.read_bytes()


def read_all_bytes(folder: Path) -> bytes:
    """Return the bytes of the database file, its write-ahead log and its journal.

    The database file is read last: a log that is checkpointed meanwhile is then read twice
    instead of missed in both files.
    """
    files = sorted(folder.glob("attune.sqlite*"), reverse=True)
    return b"".join(file.read_bytes() for file in files)
