"""A PostgreSQL cluster that one of several parallel test processes initialises, and all copy."""

import atexit
import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.memory_folder import find_memory_folder

_RUN_VARIABLE = "PYTEST_XDIST_TESTRUNUID"
"""The variable of pytest-xdist with the id that all processes of a parallel run share."""

_CLUSTER, _DATABASE_NAME = "cluster", "database"

Build = Callable[[Path], str]
"""Creates a stopped cluster in a new folder, and returns the name of its migrated database."""


def copy_cluster(target: Path, build: Build) -> str:
    """Copy the cluster of this run to the folder *target*; return its migrated database's name.

    To copy it takes a tenth of the time. Return ``""``, with nothing copied, in a process that is
    none of several.
    """
    run_id = os.environ.get(_RUN_VARIABLE)
    if run_id is None:
        return ""
    source = _prepare_cluster(run_id, build)
    command = ["cp", "-a", f"{source / _CLUSTER}/.", str(target)]  # with owners and modes
    subprocess.run(command, check=True)
    return (source / _DATABASE_NAME).read_text(encoding="ascii")


@cache
def _prepare_cluster(run_id: str, build: Build) -> Path:
    """Return the folder with the cluster of the run, built by the first process that needs it.

    Each process shares a lock on the name of the database until it ends, so that the last one can
    delete the folder.
    """
    root = find_memory_folder() or Path(tempfile.gettempdir())
    folder = root / f"attune-cluster-{run_id}"
    folder.mkdir(exist_ok=True)
    name_file, lock = folder / _DATABASE_NAME, os.open(folder, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    if not name_file.exists():
        name_file.write_text(build(folder / _CLUSTER), encoding="ascii")
    usage = os.open(name_file, os.O_RDONLY)
    fcntl.flock(usage, fcntl.LOCK_SH)
    os.close(lock)
    atexit.register(_delete_if_unused, folder, usage)
    return folder


def _delete_if_unused(folder: Path, usage: int) -> None:
    try:
        fcntl.flock(usage, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    shutil.rmtree(folder, ignore_errors=True)
