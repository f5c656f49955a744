"""An erasure or key destruction that ends at any step is done as a whole, or not at all."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from bot.store.keys.key_id import TeamKeyId
from bot.store.repositories import Repositories
from bot.store.schema import metadata
from bot.store.store import Store
from tests.schedules.crash_steps import Action, open_store
from tests.schedules.crashed_copies import iter_crashed_copies
from tests.schedules.test_period_crashes import prepare
from tests.store.sample_counts import NOW, build_team
from tests.store.sample_workspaces import TeamRows, fetch_rows_by_table
from tests.workflows.erasure_steps import (
    MARIE,
    NORTH,
    OMAR,
    end_removed_team,
    erase_departed,
    erase_present,
    seed_removed_team,
    seed_two_people,
)

ERASURES = pytest.mark.parametrize(
    "erase", [erase_present, erase_departed], ids=["present", "departed"]
)
MIN_STATEMENTS = 20
"""Statements that an erasure has at least; fewer would mean that the faults missed something."""

MIN_KEY_STEPS = 15


class FaultError(Exception):
    """The database fails at a statement or commit."""


@contextmanager
def failing_at(store: Store, last_step: int) -> Iterator[list[int]]:
    """Let one statement or commit of the writer fail; yield the list of those that ran."""
    steps: list[int] = []

    def count_step(*_: object) -> None:
        steps.append(len(steps) + 1)
        if len(steps) == last_step:
            raise FaultError

    names = ("before_cursor_execute", "commit")
    for name in names:
        event.listen(store._engines.writer, name, count_step)
    try:
        yield steps
    finally:
        for name in names:
            event.remove(store._engines.writer, name, count_step)


def count_mentions(rows: TeamRows) -> dict[str, int]:
    """Count the rows that name Marie, by table."""
    return {name: sum(f"'{MARIE.id}'" in repr(row) for row in rows[name]) for name in rows}


def withdraw(repos: Repositories) -> tuple[int, ...]:
    """Withdraw what both people filed; return how many debriefs of each it were."""
    return tuple(
        repos.withdrawals.withdraw_debriefs(
            repos.ledger.get_contributor_and_open_periods(person, NOW), NOW
        ).debrief_count
        for person in (MARIE, OMAR)
    )


@ERASURES
async def test_erasure_that_fails_at_any_statement_changes_nothing(
    tmp_path: Path, erase: Action
) -> None:
    """Every row of every table is as before, to the byte, and the repeated one is complete."""
    store = open_store(tmp_path)
    await seed_two_people(store)
    before = await fetch_rows_by_table(store)
    step, is_failed = 0, True
    while is_failed:
        step += 1
        with failing_at(store, step) as steps:
            try:
                await erase(store)
            except Exception:  # noqa: BLE001 - a failed commit has another type
                assert len(steps) >= step
            is_failed = len(steps) >= step
        if is_failed:
            assert await fetch_rows_by_table(store) == before, step
    counts = await store.across_workspaces.write(withdraw)
    await store.close()

    assert step > MIN_STATEMENTS
    assert counts == (0, 1)


@pytest.mark.no_cover
@ERASURES
def test_erasure_that_is_killed_is_done_or_not_begun(tmp_path: Path, erase: Action) -> None:
    """After a kill the rows are all there or all gone, with what was filed; then it is repeated."""
    prepared = prepare(tmp_path / "prepared", seed_two_people)
    states: list[tuple[dict[str, int], tuple[int, ...]]] = []
    for is_erased in (False, True):
        uncrashed = shutil.copytree(prepared, tmp_path / f"erased {is_erased}")
        states.append(asyncio.run(read_state(uncrashed, erase if is_erased else None)))
    steps = 0
    for copy in iter_crashed_copies(tmp_path, prepared, erase):
        repeated_copy = shutil.copytree(copy.folder, tmp_path / f"repeated after {steps} steps")
        assert asyncio.run(read_state(copy.folder, None)) in states
        assert asyncio.run(read_state(repeated_copy, erase)) == states[1]
        steps += copy.step_count

    assert states[0][1] == (1, 1)
    assert states[1][1] == (0, 1)
    assert steps > MIN_STATEMENTS


async def read_state(folder: Path, action: Action | None) -> tuple[dict[str, int], tuple[int, ...]]:
    """Run *action*; return how many rows name Marie by table, and what both people had filed."""
    store = open_store(folder)
    if action is not None:
        await action(store)
    mentions = count_mentions(await fetch_rows_by_table(store))
    filed_counts = await store.across_workspaces.write(withdraw)
    await store.close()
    return mentions, filed_counts


@pytest.mark.no_cover
def test_end_of_a_removed_team_that_is_killed_is_completed_key_first(tmp_path: Path) -> None:
    """No row of the team is missing while its key is left, and the other team keeps both."""
    prepared = prepare(tmp_path / "prepared", seed_removed_team)
    keys = {name: TeamKeyId(build_team(name).id) for name in ("north", "south")}

    async def finish_and_check(folder: Path) -> None:
        store = open_store(folder)
        has_key = store.key_store.get(keys["north"]) is not None
        rows = await store.across_workspaces.read(list_team_rows)
        assert rows == all_rows or not has_key
        await end_removed_team(store)
        assert await store.across_workspaces.read(list_team_rows) == other_rows
        assert store.key_store.get(keys["north"]) is None
        assert store.key_store.get(keys["south"])
        await store.close()

    store = open_store(prepared)
    all_rows = store.read_sync(list_team_rows)
    store.close_sync()
    other_rows = [row for row in all_rows if NORTH.id not in row]
    assert other_rows != all_rows
    steps = 0
    for copy in iter_crashed_copies(tmp_path, prepared, end_removed_team):
        asyncio.run(finish_and_check(copy.folder))
        steps += copy.step_count
    assert steps > MIN_KEY_STEPS


def list_team_rows(repos: Repositories) -> list[str]:
    """Return table and team of each row that belongs to a team."""
    tables = {"team": "id", "roster": "team", "role": "team", "team_record": "team"}
    return sorted(
        f"{name} {team_id}"
        for name, column in tables.items()
        for team_id in repos._connection.scalars(
            metadata.tables[name].select().with_only_columns(metadata.tables[name].c[column])
        )
    )
