"""A process that is killed at any step loses nothing, repeats nothing and leaves no key."""

import asyncio
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bot.domain.counts.slots import LedgerRecord
from bot.store.keys.key_id import IdempotencyKeyId
from bot.store.store import Store
from tests.key_folders import list_period_keys
from tests.ledger_records import list_filed_slots, load_records
from tests.schedules.crash_steps import (
    Action,
    cover_teams,
    open_store,
    run_duty,
    submit_debrief,
)
from tests.schedules.crashed_copies import iter_crashed_copies
from tests.store.sample_counts import (
    AFTER_QUARTER,
    NOW,
    build_clinicians,
    build_team,
    declare_team_job,
    fetch_release_rows,
)

NORTH, SOUTH = build_team("north"), build_team("south")
MARIE, OMAR, *_ = NINE = build_clinicians("north", 9)
MIN_STEPS = {"open": 20, "file": 6, "close": 25, "cover": 12}
"""Steps that each action has at least; fewer would mean that the crashes missed something."""


async def declare_team(store: Store) -> None:
    """Declare the team, without any period."""
    store.migrate()
    await store.across_workspaces.write(declare_team_job(NORTH, 9))


async def open_and_file(store: Store) -> None:
    """Declare the team, open its periods and file a debrief of each of nine people."""
    await declare_team(store)
    await run_duty(store, NOW)
    for person in NINE:
        await submit_debrief(store, person, NOW)


async def open_and_file_but_marie(store: Store) -> None:
    """The same without Marie, whose debrief is the one that crashes."""
    await declare_team(store)
    await run_duty(store, NOW)
    for person in NINE[1:]:
        await submit_debrief(store, person, NOW)


open_action = partial(run_duty, now=NOW)
file_action = partial(submit_debrief, person=MARIE, now=NOW)
cover_action = partial(cover_teams, now=NOW)
close_action = partial(run_duty, now=AFTER_QUARTER)


def prepare(folder: Path, preparation: Action) -> Path:
    """Run *preparation* on a new database in *folder*."""
    folder.mkdir()
    run_on_store(folder, preparation)
    return folder


def run_on_store(folder: Path, action: Callable[[Store], object]) -> None:
    """Run *action* on the database in *folder*, in this process."""

    async def run_and_close() -> None:
        store = open_store(folder)
        await action(store)  # type: ignore[misc]  # an action is a coroutine function
        await store.close()

    asyncio.run(run_and_close())


def list_key_files(folder: Path) -> list[str]:
    """Return the files of the key folder, without keys that stay, claim and tag."""
    keys = folder / "keys"
    names = {path.name for path in keys.iterdir()} if keys.exists() else set()
    names -= {"CACHEDIR.TAG", "claim", IdempotencyKeyId().file_name}
    return sorted(name for name in names if not name.endswith(".team"))


async def fetch_totals(store: Store) -> list[LedgerRecord]:
    """Return the records of the total's periods."""
    records = await store.across_workspaces.read(load_records)
    return [record for period, record in records.items() if not period.question]


def test_crash_while_opening_leaves_a_period_that_counts(tmp_path: Path) -> None:
    """After a crash at any step the next run completes the opening, with one key.

    Whatever the crash left of it in the folder is gone with the close.
    """
    prepared = prepare(tmp_path / "prepared", declare_team)

    async def finish_and_check(store: Store) -> None:
        await run_duty(store, NOW)
        await submit_debrief(store, MARIE, NOW)
        (record,) = await fetch_totals(store)
        assert [slot.count for slot in list_filed_slots(record)] == [1]
        assert store.read_sync(lambda repos: repos.ledger.count_unreadable_periods()) == 0
        (stored_key,) = list_period_keys(store)
        await run_duty(store, AFTER_QUARTER)
        assert len(await fetch_release_rows(store)) == 2
        left_names.extend(
            name for name in list_key_files(copy.folder) if name.startswith(stored_key.file_name)
        )

    left_names: list[str] = []
    steps = 0
    for copy in iter_crashed_copies(tmp_path, prepared, open_action):
        run_on_store(copy.folder, finish_and_check)
        steps += copy.step_count
    assert steps > MIN_STEPS["open"]
    assert left_names == []


def test_crash_while_filing_counts_the_repeated_debrief_once(tmp_path: Path) -> None:
    """After a crash at any step the client's retry files the debrief exactly once."""
    prepared = prepare(tmp_path / "prepared", open_and_file_but_marie)

    async def retry_and_check(store: Store) -> None:
        await submit_debrief(store, MARIE, NOW)
        (record,) = await fetch_totals(store)
        assert [slot.count for slot in list_filed_slots(record)] == [1] * 9

    steps = 0
    for copy in iter_crashed_copies(tmp_path, prepared, file_action):
        run_on_store(copy.folder, retry_and_check)
        steps += copy.step_count
    assert steps > MIN_STEPS["file"]


async def open_two_teams_and_file(store: Store) -> None:
    """Two teams, in the first of which each of nine people has filed."""
    await open_and_file(store)
    await store.across_workspaces.write(declare_team_job(SOUTH, 9))
    await run_duty(store, NOW)


def test_crash_while_covering_loses_nothing(tmp_path: Path) -> None:
    """After a crash at any step, between two records too, all is there and the pass runs again."""
    prepared = prepare(tmp_path / "prepared", open_two_teams_and_file)

    async def check_and_repeat(store: Store) -> None:
        for _ in range(2):
            records = await fetch_totals(store)
            counts = sorted(slot.count for record in records for slot in list_filed_slots(record))
            assert counts == [1] * 9
            await cover_teams(store, NOW)

    steps = 0
    for copy in iter_crashed_copies(tmp_path, prepared, cover_action):
        run_on_store(copy.folder, check_and_repeat)
        steps += copy.step_count
    assert steps > MIN_STEPS["cover"]


def test_crash_while_closing_publishes_once_and_leaves_no_key(tmp_path: Path) -> None:
    """After a crash at any step the tables are those of a close without a crash, to the byte.

    The key of the closed period is gone, and all files of the folder are of the next period's.
    """
    prepared = prepare(tmp_path / "prepared", open_and_file)
    expected: list[object] = []

    async def close_and_collect(store: Store) -> None:
        await run_duty(store, AFTER_QUARTER)
        expected.extend(await fetch_release_rows(store))

    shutil.copytree(prepared, tmp_path / "no crash")
    run_on_store(tmp_path / "no crash", close_and_collect)
    open_keys = {name.partition(".period")[0] for name in list_key_files(tmp_path / "no crash")}

    async def finish_and_check(store: Store) -> None:
        await run_duty(store, AFTER_QUARTER)
        assert await fetch_release_rows(store) == expected
        assert store.read_sync(lambda repos: repos.ledger.count_unreadable_periods()) == 0
        assert [list_filed_slots(record) for record in await fetch_totals(store)] == [()]

    steps = 0
    for copy in iter_crashed_copies(tmp_path, prepared, close_action):
        run_on_store(copy.folder, finish_and_check)
        assert {name.partition(".period")[0] for name in list_key_files(copy.folder)} == open_keys
        steps += copy.step_count
    assert (len(expected), len(open_keys)) == (2, 1)
    assert steps > MIN_STEPS["close"]
