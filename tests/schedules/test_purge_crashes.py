"""A purge that is killed at any step is completed by the next run, with the keys gone first."""

import asyncio
from datetime import timedelta
from itertools import takewhile
from pathlib import Path
from typing import cast

from bot.content.catalogue import Catalogue
from bot.context import Context
from bot.domain.uninstallation import PURGE_GRACE
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_id import TeamKeyId, period_key_prefix
from bot.store.store import Store
from bot.workflows.reachability import suspend_workspace
from schedules import purge_workspaces
from tests.doubles import RecordingOutlet
from tests.schedules.crash_steps import open_store, run_in_process
from tests.schedules.crashed_copies import iter_crashed_copies
from tests.schedules.test_period_crashes import prepare
from tests.store.sample_workspaces import (
    CLOSED_AT,
    GONE,
    STAYING,
    build_own_team,
    fetch_other_rows,
    fetch_rows_by_table,
    seed_team,
    workspace_key,
)

PURGED_AT = CLOSED_AT + PURGE_GRACE
MIN_STEPS = 70
"""Steps that a purge has at least; fewer would mean that the crashes missed something."""


async def seed_two_workspaces(store: Store) -> None:
    """Seed a workspace that stays, and one that uninstalled the app a day before the purge."""
    store.migrate()
    for word in (STAYING, GONE):
        await seed_team(store, word, build_own_team(word))
    await store.across_workspaces.write(
        lambda repos: suspend_workspace(repos, workspace_key(GONE), "app_uninstalled", CLOSED_AT)
    )


async def run_purge(store: Store, hours_later: int = 0) -> int:
    """Run the duty, which needs no catalogue."""
    now = PURGED_AT + timedelta(hours=hours_later)
    outlets = {"slack": RecordingOutlet()}
    return await purge_workspaces.run(Context(store, cast("Catalogue", None), lambda: now, outlets))


async def purge(store: Store) -> None:
    """Run the duty as an action that is killed."""
    await run_purge(store)


def list_gone_keys(folder: Path) -> list[str]:
    """Return the files with keys of the purged workspace, with those of interrupted deletions."""
    key_store = FolderKeyStore(folder / "keys")
    prefixes = (
        period_key_prefix(workspace_key(GONE)),
        TeamKeyId(build_own_team(GONE).id).file_name,
    )
    return [path.name for path in key_store.folder.iterdir() if path.name.startswith(prefixes)]


def test_crash_while_purging_is_completed_with_the_keys_gone_first(tmp_path: Path) -> None:
    """At every step: no row is missing while a key is left, and the next run ends the purge.

    The rows of the other workspace stay to the byte. The workspaces that the purged one served as
    an organisation are purged an hour later at the latest, and then no run finds anything to do.
    """
    prepared = prepare(tmp_path / "prepared", seed_two_workspaces)
    steps = 0
    with asyncio.Runner() as runner:
        seeded = open_store(prepared)
        rows_before = runner.run(count_gone_rows(seeded))
        others_before = runner.run(fetch_other_rows(seeded, GONE))
        runner.run(seeded.close())
        assert list_gone_keys(prepared)
        for copy in iter_crashed_copies(tmp_path, prepared, purge):
            keys = list_gone_keys(copy.folder)
            store = open_store(copy.folder)
            rows = runner.run(count_gone_rows(store))
            marked = rows_before | {"workspace": rows_before["workspace"] + 2}
            assert not keys or rows in (rows_before, marked)  # the two that it served, marked
            runner.run(run_purge(store))
            runner.run(run_purge(store, hours_later=1))
            assert runner.run(run_purge(store, hours_later=2)) == 0
            assert not any(runner.run(fetch_rows_by_table(store, mentioning=GONE)).values())
            assert runner.run(fetch_other_rows(store, GONE)) == others_before
            runner.run(store.close())
            assert not list_gone_keys(copy.folder)
            steps += copy.step_count
    assert steps > MIN_STEPS


async def count_gone_rows(store: Store) -> dict[str, int]:
    """Count the rows that mention the purged workspace, by table."""
    rows = await fetch_rows_by_table(store, mentioning=GONE)
    return {name: len(table_rows) for name, table_rows in rows.items()}


def test_purge_that_is_killed_in_every_run_ends(tmp_path: Path) -> None:
    """Each run comes further than the one before it: what is deleted is not started again."""
    prepared = prepare(tmp_path / "prepared", seed_two_workspaces)

    runs = list(takewhile(bool, (run_in_process(prepared, purge, 60) for _ in range(20))))

    assert 1 < len(runs) < 20
    assert not list_gone_keys(prepared)
