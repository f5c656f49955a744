"""What a process that is killed at each step leaves in its folder, copied during a single run.

A killed process loses nothing that it has written to its files, so a copy taken at a step has what
a kill at that step leaves; ``test_crashed_copies.py`` compares them. A run per step would execute
half the square of the steps.
"""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from tests.schedules.crash_steps import Action, OpenStore, StepCounter, open_store

_LOG_INDEX_SUFFIX = "-shm"
"""SQLite's index of the write-ahead log, which the next process to open the database rebuilds."""

Contents = dict[Path, bytes]
"""The bytes of the files in a folder, by path within it."""


@dataclass
class CrashedCopy:
    """A copy of the folder, and how many steps in succession leave exactly its files."""

    folder: Path
    contents: Contents
    step_count: int = 1


class FolderRecorder(StepCounter):
    """Copies a folder at each step that finds other files in it than the step before."""

    def __init__(self, folder: Path, copies_folder: Path) -> None:
        """Copy *folder* into folders in *copies_folder*."""
        super().__init__(last_step=0)
        self._folder, self._copies_folder = folder, copies_folder
        self._lock = Lock()
        self.copies: list[CrashedCopy] = []

    def count_step(self, *_: object) -> None:
        """Copy what a process that ended here would leave, unless the last copy has the same."""
        with self._lock:
            contents = read_contents(self._folder)
            if self.copies and self.copies[-1].contents == contents:
                self.copies[-1].step_count += 1
                return
            copy = self._copies_folder / f"copy {len(self.copies)}"
            shutil.copytree(
                self._folder, copy, ignore=shutil.ignore_patterns(f"*{_LOG_INDEX_SUFFIX}")
            )
            assert read_contents(copy) == contents  # no other thread has written meanwhile
            self.copies.append(CrashedCopy(copy, contents))


def read_contents(folder: Path) -> Contents:
    """Return the bytes of all files in *folder*, without SQLite's index of its log."""
    return {
        path.relative_to(folder): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(_LOG_INDEX_SUFFIX)
    }


def record_crashes(
    folder: Path, prepared: Path, action: Action, opener: OpenStore = open_store
) -> list[CrashedCopy]:
    """Run *action* once on a copy of the prepared database; return a copy after each step."""
    running = shutil.copytree(prepared, folder / "running")
    recorder = FolderRecorder(running, folder)
    store = opener(running, recorder)

    async def run_and_end() -> None:
        await action(store)
        recorder.count_step()  # the process that ends after its last step, without closing

    try:
        asyncio.run(run_and_end())
    finally:
        store.close_sync()
    shutil.rmtree(running)
    return recorder.copies


def iter_crashed_copies(
    folder: Path, prepared: Path, action: Action, opener: OpenStore = open_store
) -> Iterator[CrashedCopy]:
    """Yield each state of the prepared database that a crash at a step of *action* leaves."""
    for copy in record_crashes(folder, prepared, action, opener):
        yield copy
        shutil.rmtree(copy.folder)
