import asyncio
import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from bot.store.repositories import Repositories
from bot.store.schema import workspaces
from bot.store.store import Store
from tests.store.sample_jobs import insert_row_job, list_row_names


async def test_what_was_kept_is_found_by_the_next_reader(store: Store) -> None:
    """Once `write` has answered, whoever reads sees it."""
    assert await store.write(insert_row_job("slack:T1")) == "slack:T1"

    assert await store.read(list_row_names) == ["slack:T1"]


async def test_a_work_that_runs_out_of_items_still_answers(store: Store) -> None:
    """`StopIteration` cannot pass through asyncio; it arrives as an error, not as silence."""

    def runs_out(_repos: Repositories) -> None:
        next(iter(()))

    for ask in (store.write, store.read):
        with pytest.raises(RuntimeError):
            await asyncio.wait_for(ask(runs_out), 10)


async def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    """While a work holds the writer's lock, others read what was kept before it."""
    await store.write(insert_row_job("slack:T1"))
    reached, go_on = threading.Event(), threading.Event()

    def slow(repos: Repositories) -> None:
        insert_row_job("slack:T2")(repos)
        reached.set()
        assert go_on.wait(10)

    writing = asyncio.create_task(store.write(slow))
    await asyncio.to_thread(reached.wait, 10)

    assert await asyncio.wait_for(store.read(list_row_names), 2) == ["slack:T1"]
    go_on.set()
    await writing


async def test_a_reader_sees_one_moment(store: Store) -> None:
    """What is kept while somebody reads does not change what they are reading."""
    looked, go_on = threading.Event(), threading.Event()

    def twice(repos: Repositories) -> tuple[list[str], list[str]]:
        before = list_row_names(repos)
        looked.set()
        assert go_on.wait(10)
        return before, list_row_names(repos)

    reading = asyncio.create_task(store.read(twice))
    await asyncio.to_thread(looked.wait, 10)
    await store.write(insert_row_job("slack:T1"))
    go_on.set()

    assert await reading == ([], [])


async def test_a_reader_changes_nothing(store: Store) -> None:
    """A work that writes while reading is refused by the database itself."""
    with pytest.raises(DBAPIError):
        await store.read(insert_row_job("slack:T1"))

    assert await store.read(list_row_names) == []


def test_any_event_loop_may_ask(database: str) -> None:
    """A store serves one loop after another, and two at a time."""
    store = Store.open(database, ())
    store.migrate()
    asyncio.run(store.write(insert_row_job("slack:first")))
    together = [
        threading.Thread(target=lambda n=n: asyncio.run(store.write(insert_row_job(f"slack:T{n}"))))
        for n in range(4)
    ]
    for one in together:
        one.start()
    for one in together:
        one.join()

    assert len(asyncio.run(store.read(list_row_names))) == 5
    store.close_sync()


async def test_two_processes_share_a_database(store: Store, database: str) -> None:
    """An operator's verb writes beside a running bot, and neither loses anything."""
    beside = Store.open(database, ())
    counting = select(func.count()).select_from(workspaces)

    await asyncio.gather(
        *(
            one.write(insert_row_job(f"slack:{id(one)}-{n}"), timeout_seconds=60)
            for n in range(60)
            for one in (store, beside)
        )
    )

    assert await beside.read(lambda repos: repos._connection.scalar(counting)) == 120
    await beside.close()


async def test_a_checkpoint_is_nothing_to_wait_for_when_idle(store: Store) -> None:
    """Folding in what was kept answers `True`, on a database without such a file as well."""
    await store.write(insert_row_job("slack:T1"))

    assert await store.checkpoint()
    assert await store.read(list_row_names) == ["slack:T1"]
