import asyncio
import threading

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from bot.errors import StoreBusyError
from bot.store.group_commit import MAX_BATCH
from bot.store.repositories import Repositories
from bot.store.store import Store
from tests.store.sample_jobs import insert_row_job, list_row_names


def commits(store: Store) -> list[int]:
    """A list that grows by one with each commit."""
    seen: list[int] = []
    event.listen(store._engines.writer, "commit", lambda _connection: seen.append(1))
    return seen


async def test_those_who_come_together_share_a_commit(store: Store) -> None:
    """Two thousand works cost a handful of commits, and each hears its own answer."""
    seen = commits(store)
    wanted = [f"slack:T{number:04}" for number in range(8 * MAX_BATCH - 100)]

    answers = await asyncio.gather(
        *(store.write(insert_row_job(name), timeout_seconds=60) for name in wanted)
    )

    assert answers == wanted
    assert await store.read(list_row_names) == wanted
    assert 8 <= len(seen) <= 12


async def test_an_error_undoes_its_own_work_alone(store: Store) -> None:
    """A work that fails in the middle keeps nothing; its neighbours in the commit stay."""

    def fails(repos: Repositories) -> None:
        insert_row_job("slack:half")(repos)
        raise LookupError

    answers = await asyncio.gather(
        store.write(insert_row_job("slack:T1")),
        store.write(fails),
        store.write(insert_row_job("slack:T2")),
        return_exceptions=True,
    )

    assert [type(one) for one in answers] == [str, LookupError, str]
    assert await store.read(list_row_names) == ["slack:T1", "slack:T2"]


async def test_a_work_refused_by_the_database_leaves_its_neighbours(store: Store) -> None:
    """A key that is taken fails one work; the rest of the commit is kept, also on PostgreSQL."""
    await store.write(insert_row_job("slack:T1"))

    answers = await asyncio.gather(
        store.write(insert_row_job("slack:T1")),
        store.write(insert_row_job("slack:T2")),
        return_exceptions=True,
    )

    assert isinstance(answers[0], IntegrityError)
    assert await store.read(list_row_names) == ["slack:T1", "slack:T2"]


async def test_when_the_commit_fails_nobody_is_told_that_it_was_kept(store: Store) -> None:
    """Every caller of a failed commit hears that nothing was kept, which is so."""

    def refuse(_connection: object) -> None:
        raise OSError

    event.listen(store._engines.writer, "commit", refuse)
    answers = await asyncio.gather(
        *(store.write(insert_row_job(f"slack:T{number}")) for number in range(3)),
        return_exceptions=True,
    )
    event.remove(store._engines.writer, "commit", refuse)

    assert [type(one) for one in answers] == [StoreBusyError] * 3
    assert await store.read(list_row_names) == []
    assert await store.write(insert_row_job("slack:T9")) == "slack:T9"


async def test_nobody_is_answered_before_the_commit(store: Store) -> None:
    """While a commit is under way, its callers wait."""
    reached, go_on = threading.Event(), threading.Event()

    def hold(_connection: object) -> None:
        reached.set()
        assert go_on.wait(10)

    event.listen(store._engines.writer, "commit", hold)
    waiting = asyncio.create_task(store.write(insert_row_job("slack:T1")))
    await asyncio.to_thread(reached.wait, 10)
    await asyncio.sleep(0.05)

    assert not waiting.done()
    assert await store.read(list_row_names) == []
    go_on.set()
    assert await waiting == "slack:T1"


async def test_whoever_waits_too_long_hears_that_nothing_was_kept(store: Store) -> None:
    """A work whose turn does not come in time is never done afterwards."""
    go_on = threading.Event()
    holding = asyncio.create_task(store.write(lambda _repos: go_on.wait(10)))
    await asyncio.sleep(0.05)

    with pytest.raises(StoreBusyError):
        await store.write(insert_row_job("slack:late"), timeout_seconds=0.1)

    go_on.set()
    await holding
    await store.write(insert_row_job("slack:T1"))
    assert await store.read(list_row_names) == ["slack:T1"]


async def test_a_work_under_way_is_answered_however_long_it_takes(store: Store) -> None:
    """Patience is for the turn: once begun, the caller hears what became of it."""
    started, go_on = threading.Event(), threading.Event()

    def slow(repos: Repositories) -> str:
        started.set()
        assert go_on.wait(10)
        return insert_row_job("slack:T1")(repos)

    waiting = asyncio.create_task(store.write(slow, timeout_seconds=0.1))
    await asyncio.to_thread(started.wait, 10)
    await asyncio.sleep(0.2)
    go_on.set()

    assert await waiting == "slack:T1"


async def test_a_full_line_asks_people_to_come_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When nobody else fits in the line, a newcomer waits briefly and then is told so."""
    monkeypatch.setattr("bot.store.group_commit.MAX_QUEUED", 2)
    go_on = threading.Event()
    holding = asyncio.create_task(store.write(lambda _repos: go_on.wait(10)))
    await asyncio.sleep(0.05)
    in_line = [asyncio.create_task(store.write(insert_row_job(f"slack:T{n}"))) for n in range(2)]
    await asyncio.sleep(0.05)

    with pytest.raises(StoreBusyError):
        await store.write(insert_row_job("slack:too-many"), timeout_seconds=0.1)
    patient = asyncio.create_task(store.write(insert_row_job("slack:patient")))
    await asyncio.sleep(0.05)
    go_on.set()

    await asyncio.gather(holding, *in_line, patient)
    assert await store.read(list_row_names) == ["slack:T0", "slack:T1", "slack:patient"]


async def test_whoever_goes_away_before_their_turn_leaves_nothing(store: Store) -> None:
    """A request that is given up while it waits is not kept later."""
    go_on = threading.Event()
    holding = asyncio.create_task(store.write(lambda _repos: go_on.wait(10)))
    await asyncio.sleep(0.05)
    waiting = asyncio.create_task(store.write(insert_row_job("slack:T1")))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    go_on.set()
    await holding
    assert await store.read(list_row_names) == []


async def test_closing_keeps_what_was_asked_for_and_takes_nothing_more(database: str) -> None:
    """Whoever asked before the end is answered; whoever comes after is told to come back."""
    store = Store.open(database, ())
    store.migrate()
    asked = [asyncio.create_task(store.write(insert_row_job(f"slack:T{n}"))) for n in range(50)]
    await asyncio.sleep(0)

    await store.close()

    assert len(await asyncio.gather(*asked)) == 50
    with pytest.raises(StoreBusyError):
        await store.write(insert_row_job("slack:late"))
    again = Store.open(database, ())
    assert len(await again.read(list_row_names)) == 50
    again.close_sync()
    await store.close()
