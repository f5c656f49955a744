"""Faults of the database: locked, full, moved, replaced, away and read-only."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from threading import Event, Thread

from tests.faults.deployment import Deployment
from tests.faults.fault import Fault
from tests.journeys.crashes import hold_write_lock

SQLITE_SUFFIXES = ("", "-wal", "-shm")
_BLOCK = bytes(64 * 1024)
_REFILL_SECONDS = 0.02


@contextmanager
def lock_database(deployment: Deployment) -> Iterator[None]:
    """Hold the write lock of an embedded database, as another program may."""
    with hold_write_lock(deployment.database_file):
        yield


@contextmanager
def fill_disk(deployment: Deployment) -> Iterator[None]:
    """Leave not one byte of room beside the database, also where the bot frees some."""
    filler = deployment.database_file.parent / "filler"
    is_over = Event()

    def fill_until_over() -> None:
        with filler.open("ab", buffering=0) as file:
            while not is_over.wait(_REFILL_SECONDS):
                _fill(file)

    with filler.open("wb", buffering=0) as file:
        _fill(file)
    thread = Thread(target=fill_until_over)
    thread.start()
    yield
    is_over.set()
    thread.join()
    filler.unlink()


def _fill(file: FileIO) -> None:
    """Write until the disk has no room for one byte more."""
    size = len(_BLOCK)
    while size:
        try:
            file.write(_BLOCK[:size])
        except OSError:
            size //= 2


@contextmanager
def move_file_away(deployment: Deployment) -> Iterator[None]:
    """Move the database's files to another folder, and back."""
    with _set_aside(deployment.database_file):
        yield


@contextmanager
def replace_file(deployment: Deployment) -> Iterator[None]:
    """Put an older copy in the place of the database's files, and put them back."""
    file = deployment.database_file
    with _set_aside(file) as original:
        shutil.copyfile(original, file)
        yield
        for suffix in SQLITE_SUFFIXES:
            Path(f"{file}{suffix}").unlink(missing_ok=True)


@contextmanager
def _set_aside(file: Path) -> Iterator[Path]:
    folder = file.parent / "aside"
    folder.mkdir()
    for suffix in SQLITE_SUFFIXES:
        Path(f"{file}{suffix}").rename(folder / f"{file.name}{suffix}")
    yield folder / file.name
    for suffix in SQLITE_SUFFIXES:
        (folder / f"{file.name}{suffix}").replace(f"{file}{suffix}")
    folder.rmdir()


@contextmanager
def stop_server(deployment: Deployment) -> Iterator[None]:
    """Stop PostgreSQL as a crash would, and start it again."""
    assert deployment.server is not None
    deployment.server.stop()
    yield
    deployment.server.start()


@contextmanager
def restart_server(deployment: Deployment) -> Iterator[None]:
    """Restart PostgreSQL, which drops every connection."""
    assert deployment.server is not None
    deployment.server.stop()
    deployment.server.start()
    yield


@contextmanager
def make_server_read_only(deployment: Deployment) -> Iterator[None]:
    """Let PostgreSQL refuse writes in every session, as a standby does."""
    assert deployment.server is not None
    deployment.server.set_read_only(is_read_only=True)
    yield
    deployment.server.set_read_only(is_read_only=False)


@contextmanager
def move_keys_away(deployment: Deployment) -> Iterator[None]:
    """Move the folder of the period keys away, as an unmounted volume does, and back."""
    folder = deployment.bot.keys_folder
    aside = folder.with_name("aside")
    folder.rename(aside)
    yield
    if folder.exists():
        shutil.rmtree(folder)
    aside.rename(folder)


FAULTS = (
    Fault("database locked by another program for 5 s", "sqlite", lock_database, 5, 5),
    Fault("database locked by another program for 20 s", "sqlite", lock_database, 20, None),
    Fault("database locked by another program for 60 s", "sqlite", lock_database, 60, None),
    Fault("disk of the database full", "small_disk", fill_disk, 90, 3),
    Fault("database file moved away", "sqlite", move_file_away, 20, 7),
    Fault("database file replaced by an older copy", "sqlite", replace_file, 20, 7),
    Fault("folder of the keys away", "sqlite", move_keys_away, 40, 7),
    Fault("PostgreSQL stopped", "postgresql", stop_server, 20, 7),
    Fault("PostgreSQL restarted", "postgresql", restart_server, 5, 0),
    Fault("PostgreSQL read-only", "postgresql", make_server_read_only, 90, 5),
)
