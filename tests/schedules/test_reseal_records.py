"""Records are sealed again at random moments and every day, by any number of processes."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import event, select

from bot import app
from bot.clock import Clock
from bot.context import Context
from bot.domain.counts import cover
from bot.settings import Settings
from bot.store.repositories import Repositories
from bot.store.schema import idempotency_keys, ledger_records
from handlers import FORMS
from schedules import reseal_records
from tests.doubles import PEPPERS, FakeClock
from tests.key_folders import open_test_store
from tests.ledger_records import fetch_token_codes
from tests.sample_team import CLINICIANS, TEAM, build_person, build_request, set_up_team

CODES = {"form": "away", "status": "touched"}
NO_DELAY, LONGEST_DELAY = 2**53 - 1, 0
"""The draws of the shortest and the longest delay."""


def deal_draws(*draws: int) -> Callable[[int], int]:
    """Return a source of these draws, in order."""
    remaining = iter(draws)
    return lambda _limit: next(remaining)


async def fetch_bodies(context: Context) -> dict[tuple[str, str], bytes]:
    """Return the sealed body of each record by ledger and unit."""

    def read_bodies(repos: Repositories) -> dict[tuple[str, str], bytes]:
        rows = repos._connection.execute(select(ledger_records))
        return {(row.ledger, row.unit): bytes(row.body) for row in rows}

    return await context.store.across_workspaces.read(read_bodies)


async def count_idempotency_keys(context: Context) -> int:
    """Count the rows that forms and covers inserted."""
    query = select(idempotency_keys)
    return await context.store.across_workspaces.read(
        lambda repos: len(list(repos._connection.execute(query)))
    )


async def set_up_teams(context: Context, team_count: int) -> None:
    """Set up teams of five clinicians each."""
    for number in range(team_count):
        team = replace(TEAM, id=f"team{number}", channel=f"C0{number}", name=f"Team {number}")
        people = tuple(build_person(f"t{number}c{index}") for index in range(5))
        await set_up_team(context, team, people, ())


async def file_debrief(context: Context, number: int) -> None:
    """File a debrief as one of the nine clinicians."""
    person = CLINICIANS[number % len(CLINICIANS)]
    await FORMS["debrief"](
        build_request(person, answers=CODES, idempotency_key=f"act {number}"), context
    )


@contextmanager
def record_changes(context: Context) -> Iterator[list[tuple[str, int]]]:
    """Record each changing statement and each end of a transaction."""
    changes: list[tuple[str, int]] = []

    def record(_conn: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            changes.append((statement, max(0, getattr(cursor, "rowcount", 0))))

    writer = context.store._engines.writer
    event.listen(writer, "after_cursor_execute", record)
    yield changes
    event.remove(writer, "after_cursor_execute", record)


async def test_complete_pass_changes_every_record_once_a_day(
    team_context: Context, clock: FakeClock
) -> None:
    """Each pass changes all bodies and no content; the next one is due before a day is over."""
    await file_debrief(team_context, 1)
    contents = await fetch_token_codes(team_context.store)
    before = await fetch_bodies(team_context)

    assert await reseal_records.run(team_context) == 1
    after = await fetch_bodies(team_context)
    assert all(after[key] != body for key, body in before.items())
    assert await fetch_token_codes(team_context.store) == contents

    assert await reseal_records.run(team_context) == 0
    assert await fetch_bodies(team_context) == after
    clock.current_time += cover.DAILY_PASS_INTERVAL
    assert await reseal_records.run(team_context) == 1


async def test_cover_writes_what_a_form_writes(team_context: Context) -> None:
    """The changing statements of a cover and of a debrief are equal, with their order and rows."""
    await reseal_records.run(team_context)
    with record_changes(team_context) as form_changes:
        await file_debrief(team_context, 1)
    with record_changes(team_context) as cover_changes:
        covers = await reseal_records.write_random_covers(
            team_context,
            span_seconds=0.01,
            draw_below=deal_draws(NO_DELAY, 0, NO_DELAY, 0, LONGEST_DELAY),
        )

    assert covers == 2

    assert len(form_changes) == 3
    assert cover_changes == form_changes * 2


async def test_pass_writes_each_batch_in_a_transaction_of_its_own(context: Context) -> None:
    """Forms that arrive during a pass over many teams are committed between its batches."""
    await set_up_teams(context, 12)
    await set_up_team(context)
    commits: list[int] = []
    event.listen(context.store._engines.writer, "commit", lambda _: commits.append(1))

    await reseal_records.run(context, batch_size=2)

    assert len(commits) == 7 + 1
    assert await count_idempotency_keys(context) == 13


DATABASES = (
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgresql),
)


@pytest.mark.parametrize("database", DATABASES)
async def test_debriefs_filed_during_passes_of_two_processes_are_counted(
    request: pytest.FixtureRequest, context: Context, database: str
) -> None:
    """Nothing is lost when forms and covers of two processes write the same records at once."""
    url = str(context.store._engines.writer.url)
    if database == "postgresql":
        url = str(request.getfixturevalue("postgres_url"))
    stores = [open_test_store(url, PEPPERS) for _ in range(2)]
    stores[0].migrate()
    first, second = (replace(context, store=store) for store in stores)
    await set_up_team(first)
    await set_up_teams(first, 6)

    async def cover_all(process: Context) -> None:
        for _ in range(4):
            await reseal_records._write_covers(process, await reseal_records._load_teams(process))

    await asyncio.gather(
        *(file_debrief(first, number) for number in range(9)),
        *(file_debrief(second, number) for number in range(9, 18)),
        cover_all(first),
        cover_all(second),
    )
    contents = await fetch_token_codes(first.store)
    for store in stores:
        await store.close()

    assert sum(len(pairs) for pairs in contents.values()) == 18 * 2


async def test_record_without_its_key_stays_as_it_is(team_context: Context) -> None:
    """A cover of a team whose key is missing changes nothing and stops no other team's."""
    await set_up_teams(team_context, 2)
    before = await fetch_bodies(team_context)
    for stored in team_context.store.key_store.list_ids():
        team_context.store.key_store.delete(stored)

    assert await reseal_records.run(team_context) == 3
    assert await fetch_bodies(team_context) == before


async def test_span_without_a_cover_changes_nothing(team_context: Context) -> None:
    """A delay that is longer than the span ends it, and no row is written."""
    before = await fetch_bodies(team_context)

    covers = await reseal_records.write_random_covers(
        team_context, span_seconds=0.01, draw_below=deal_draws(LONGEST_DELAY)
    )

    assert covers == 0
    assert await fetch_bodies(team_context) == before


async def test_task_goes_on_after_an_unavailable_database(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    """An error is logged by its type, and the task is still running."""
    await context.store.close()
    task = asyncio.create_task(reseal_records.write_covers_forever(context))
    await asyncio.wait({task}, timeout=0.5)

    assert not task.done()
    assert [record.getMessage() for record in caplog.records] == ["cover.failed"]
    task.cancel()


def is_covering() -> bool:
    """Whether the task of random covers is running."""
    return any(
        getattr(task.get_coro(), "__name__", "") == "write_covers_forever"
        for task in asyncio.all_tasks()
    )


@pytest.mark.parametrize(
    ("receives", "runs_ticker", "is_test", "is_expected"),
    [
        pytest.param(True, True, False, True, id="one process"),
        pytest.param(False, True, False, True, id="worker"),
        pytest.param(True, False, False, False, id="web beside a worker"),
        pytest.param(True, True, True, False, id="test mode"),
    ],
)
async def test_task_runs_where_the_scheduler_runs(
    tmp_path: Path, *, receives: bool, runs_ticker: bool, is_test: bool, is_expected: bool
) -> None:
    """A process with the scheduler writes covers until it stops, but not by a test's clock."""
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(f"sqlite:///{tmp_path}/attune.sqlite"),
        keys=SecretStr(str(tmp_path / "keys")),
        pepper=SecretStr("made-up-pepper-of-more-than-32-characters"),
        test_mode=is_test,
    )
    bot = app.Bot(settings, Clock(), receives=receives, runs_ticker=runs_ticker)
    bot.context.store.migrate()

    async with bot.lifespan():
        await asyncio.sleep(0)
        assert is_covering() is is_expected
    assert not is_covering()
