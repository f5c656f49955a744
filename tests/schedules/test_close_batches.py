"""Many periods are closed and opened in small transactions, between which people's saves run."""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import event

from bot.content.catalogue import Catalogue
from bot.context import Context
from bot.store.repositories import Repositories
from bot.store.store import Store
from schedules import close_periods
from tests.doubles import PEPPERS
from tests.key_folders import open_test_store
from tests.schedules import crash_steps
from tests.schedules.crash_steps import run_duty, run_in_process
from tests.store.sample_counts import (
    AFTER_QUARTER,
    NOW,
    build_clinicians,
    build_team,
    declare_team_job,
    fetch_release_rows,
)

TEAMS = tuple(build_team(name) for name in ("east", "north", "south", "west"))
PERIOD_COUNT = 2 * len(TEAMS)
BATCH_SIZE = 2
DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path}/attune.sqlite"


@asynccontextmanager
async def open_declared(url: str) -> AsyncIterator[Store]:
    """Open a store whose teams are declared, without any period."""
    store = open_test_store(url, PEPPERS)
    store.migrate()
    await declare_teams(store)
    yield store
    await store.close()


async def declare_teams(store: Store) -> None:
    """Declare the teams, each with nine clinicians."""
    for team in TEAMS:
        await store.across_workspaces.write(declare_team_job(team, 9))


async def close_in_batches(store: Store) -> int:
    """Run the duty after the quarter's end, in batches; return how many periods were closed."""
    context = Context(store, cast("Catalogue", None), lambda: AFTER_QUARTER, {})
    return await close_periods.run(context, batch_size=BATCH_SIZE)


def record_writes(store: Store, prefix: str, on_write: Callable[[], None]) -> list[int]:
    """Count the statements that begin with *prefix* in each committed transaction, if any."""
    counts = [0]

    def count_statement(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(prefix):
            counts[-1] += 1
            on_write()

    event.listen(store._engines.writer, "before_cursor_execute", count_statement)
    event.listen(store._engines.writer, "commit", lambda _: counts[-1] and counts.append(0))
    return counts


async def test_each_transaction_closes_and_opens_a_few_periods(database_url: str) -> None:
    """No transaction closes more than a batch, or opens more than a batch of teams' periods."""
    async with open_declared(database_url) as store:
        opened_counts = record_writes(store, "INSERT INTO period (", lambda: None)
        await run_duty(store, NOW, BATCH_SIZE)
        closed_counts = record_writes(store, "DELETE FROM period ", lambda: None)

        assert await close_in_batches(store) == PERIOD_COUNT

    assert (sum(opened_counts), sum(closed_counts)) == (2 * PERIOD_COUNT, PERIOD_COUNT)
    assert max(opened_counts) <= 2 * BATCH_SIZE
    assert max(closed_counts) <= BATCH_SIZE


async def test_save_that_arrives_during_a_close_runs_before_its_end(database_url: str) -> None:
    """What is queued while the first batch is closed runs before the second one."""
    async with open_declared(database_url) as store:
        await run_duty(store, NOW)
        steps: list[str] = []
        saves: list[asyncio.Future[None]] = []
        loop = asyncio.get_running_loop()

        def save() -> None:
            job = store.across_workspaces.write(lambda _: steps.append("save"))
            saves.append(asyncio.ensure_future(job))

        def record_close() -> None:
            if not steps:
                loop.call_soon_threadsafe(save)
            steps.append("close")

        record_writes(store, "DELETE FROM period ", record_close)
        assert await close_in_batches(store) == PERIOD_COUNT
        await asyncio.gather(*saves)

    assert steps.count("close") == PERIOD_COUNT
    assert steps.index("save") <= BATCH_SIZE


async def test_stores_that_close_side_by_side_publish_each_table_once(database_url: str) -> None:
    """Two processes' batches divide the periods among them, and no table is published twice."""
    async with open_declared(database_url) as store:
        await run_duty(store, NOW)
        other_store = open_test_store(database_url, PEPPERS)

        closed_counts = await asyncio.gather(*map(close_in_batches, (store, other_store)))
        rows = await fetch_release_rows(store)
        assert await close_in_batches(other_store) == 0

        assert sum(closed_counts) == len(rows) == PERIOD_COUNT
        assert await fetch_release_rows(other_store) == rows
        await other_store.close()


async def test_log_has_the_sums_of_all_batches(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A run logs once how many it closed, and once how many of their people are on no list."""
    async with open_declared(f"sqlite:///{tmp_path}/attune.sqlite") as store:
        await run_duty(store, NOW)
        for team in TEAMS:
            await store.across_workspaces.write(partial(take_first_off_list, team_id=team.id))
        caplog.set_level(logging.INFO, "attune.periods")
        await close_in_batches(store)

    records = [record for record in caplog.records if record.name == "attune.periods"]
    assert [(record.getMessage(), vars(record)["count"]) for record in records] == [
        ("periods.members_without_team", len(TEAMS)),
        ("periods.closed", PERIOD_COUNT),
    ]


def take_first_off_list(repos: Repositories, team_id: str) -> None:
    """Declare all clinicians of a team but the first."""
    repos.teams.declare_clinicians(team_id, build_clinicians(team_id, 9)[1:])


def test_close_that_was_killed_between_batches_goes_on(tmp_path: Path) -> None:
    """The next run publishes the other tables, and all are those of a close without a crash."""
    prepared = tmp_path / "prepared"
    prepared.mkdir()
    run_on_copy(prepared, prepare_periods)
    uncrashed = Path(shutil.copytree(prepared, tmp_path / "uncrashed"))
    expected = run_on_copy(uncrashed, close_and_fetch)
    close = partial(run_duty, now=AFTER_QUARTER, batch_size=BATCH_SIZE)

    partly_closed = 0
    for step in range(30, 150, 20):
        crashed = Path(shutil.copytree(prepared, tmp_path / f"step {step}"))
        assert run_in_process(crashed, close, step)
        partly_closed += 0 < len(run_on_copy(crashed, fetch_release_rows)) < PERIOD_COUNT
        assert run_on_copy(crashed, close_and_fetch) == expected

    assert partly_closed
    assert len(expected) == PERIOD_COUNT


def run_on_copy(folder: Path, action: Callable[[Store], object]) -> list[tuple[object, ...]]:
    """Run *action* on the database in *folder* and return its result."""

    async def run_and_close() -> list[tuple[object, ...]]:
        store = crash_steps.open_store(folder)
        result = await action(store)  # type: ignore[misc]  # an action is a coroutine function
        await store.close()
        return cast("list[tuple[object, ...]]", result)

    return asyncio.run(run_and_close())


async def prepare_periods(store: Store) -> None:
    """Declare the teams and open their periods."""
    store.migrate()
    await declare_teams(store)
    await run_duty(store, NOW)


async def close_and_fetch(store: Store) -> list[tuple[object, ...]]:
    """Close what is left, and return the published tables."""
    await close_in_batches(store)
    return await fetch_release_rows(store)
