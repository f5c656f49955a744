"""A copy taken during a run has what a process that is killed at the same step leaves."""

import asyncio
import shutil
from itertools import accumulate
from pathlib import Path

from tests.schedules.crash_steps import open_store, run_in_process
from tests.schedules.crashed_copies import Contents, read_contents, record_crashes
from tests.schedules.test_period_crashes import prepare
from tests.schedules.test_purge_crashes import purge, seed_two_workspaces
from tests.store.sample_workspaces import TeamRows, fetch_rows_by_table

COPIES_BETWEEN_KILLS = 9
RANDOM_TABLES = {"duty", "operator_entry"}
"""Tables of whose rows a purge draws a value at random."""


def list_files(contents: Contents) -> list[tuple[list[str], int]]:
    """Return name and size of each file, without the random part of a deleted key's name."""
    return sorted((path.name.split(".")[:3], len(content)) for path, content in contents.items())


def read_rows(folder: Path) -> TeamRows:
    """Return the rows of all tables, those of the tables with random values without them."""

    async def open_and_fetch() -> TeamRows:
        store = open_store(folder)
        rows_by_table = await fetch_rows_by_table(store)
        await store.close()
        return rows_by_table

    return {
        name: [()] * len(rows) if name in RANDOM_TABLES else rows
        for name, rows in asyncio.run(open_and_fetch()).items()
    }


def test_a_copy_has_what_a_kill_at_its_step_leaves(tmp_path: Path) -> None:
    """Several steps of a purge, which deletes keys and rows in turns, yield files and rows alike.

    The keys and the salts of the log that each run draws differ, so that of the other files the
    bytes are compared, and of the log its size and what the database contains with it.
    """
    prepared = prepare(tmp_path / "prepared", seed_two_workspaces)
    copies = record_crashes(tmp_path, prepared, purge)
    last_steps = list(accumulate(copy.step_count for copy in copies[:-1]))
    states = []
    for step, copy in list(zip(last_steps, copies, strict=False))[::COPIES_BETWEEN_KILLS]:
        killed = shutil.copytree(prepared, tmp_path / f"killed at step {step}")
        assert run_in_process(killed, purge, step)
        contents, database = read_contents(killed), Path("attune.sqlite")
        assert list_files(contents) == list_files(copy.contents), step
        assert contents[database] == copy.contents[database], step
        states.append(read_rows(copy.folder))
        assert read_rows(killed) == states[-1], step

    assert len(states) > 3
    assert all(state != states[0] for state in states[2:])
