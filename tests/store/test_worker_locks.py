"""Workers over one PostgreSQL know of each other, and of those who are gone."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from bot.store import worker_locks
from bot.store.store import Store
from bot.store.worker_locks import LiveWorker, WorkerLease


@pytest.fixture
async def house(postgres_url: str) -> AsyncIterator[Store]:
    """A store over a PostgreSQL where nobody sits yet."""
    opened = Store.open(postgres_url, ())
    yield opened
    await opened.close()


@contextmanager
def seated(house: Store, *, shares: bool = True) -> Iterator[WorkerLease]:
    """A worker that has taken a seat."""
    seat = house.create_worker_lease(shares_deliveries=shares)
    seat.renew_or_acquire()
    yield seat
    seat.release_lease()


def cut_off(url: str) -> None:
    """End every other session, as a lost network or a restarted server does."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def test_no_two_workers_have_the_same_seat(house: Store) -> None:
    """Whoever comes takes the lowest number that is free, and everybody can see who lives."""
    with seated(house), seated(house) as second, seated(house):
        second.release_lease()
        with seated(house) as fourth:
            assert fourth.lease_number == 2
            assert house.list_live_workers() == (
                LiveWorker(1, shares_deliveries=True),
                LiveWorker(2, shares_deliveries=True),
                LiveWorker(3, shares_deliveries=True),
            )

    assert house.list_live_workers() == ()


async def test_whoever_works_alone_is_told_apart(house: Store) -> None:
    """The operator can see that two workers run of which one does not share."""
    with seated(house), seated(house, shares=False) as alone:
        assert alone.lease_number == 1
        assert set(house.list_live_workers()) == {
            LiveWorker(1, shares_deliveries=True),
            LiveWorker(1, shares_deliveries=False),
        }


async def test_a_lost_session_is_taken_up_again_in_the_same_seat(
    house: Store, postgres_url: str
) -> None:
    """A worker that outlives an outage goes on under its own name."""
    with seated(house), seated(house) as second:
        assert not second.renew_or_acquire()
        cut_off(postgres_url)

        assert second.renew_or_acquire()
        assert second.lease_number == 2


async def test_a_session_lost_while_another_is_looked_after_is_taken_up_again(
    house: Store, postgres_url: str
) -> None:
    """A worker whose database went away just then does not go without a seat from then on."""
    with seated(house) as first:
        cut_off(postgres_url)
        with pytest.raises(OperationalError), first.lock_vacant_lease(2):
            pass

        assert first.renew_or_acquire()
        assert [one.lease_number for one in house.list_live_workers()] == [1]


async def test_whose_seat_was_taken_meanwhile_takes_another(
    house: Store, postgres_url: str
) -> None:
    """Two workers never go by one name, though the first was only away for a moment."""
    with seated(house) as first:
        cut_off(postgres_url)
        with seated(house) as newcomer:
            assert newcomer.lease_number == 1
            assert first.renew_or_acquire()
            assert first.lease_number == 2


async def test_nobody_takes_the_place_of_one_who_lives(house: Store) -> None:
    """What a living worker does is left to it; of one who is gone, one other takes care."""
    with seated(house) as heir, seated(house) as other, seated(house) as leaving:
        with heir.lock_vacant_lease(leaving.lease_number) as vacant:
            assert not vacant
        leaving.release_lease()
        with heir.lock_vacant_lease(3) as vacant, other.lock_vacant_lease(3) as vacant_as_well:
            assert vacant
            assert not vacant_as_well
        with other.lock_vacant_lease(3) as vacant:
            assert vacant


async def test_whoever_falls_silent_loses_the_seat(
    house: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that hangs, or a machine off the network, keeps nobody waiting for hours."""
    monkeypatch.setattr(
        worker_locks,
        "IDLE_TIMEOUT_BY_LOCK_CLASS",
        dict.fromkeys(worker_locks.IDLE_TIMEOUT_BY_LOCK_CLASS, "200ms"),
    )
    with seated(house):
        end = time.monotonic() + 10
        while house.list_live_workers():
            assert time.monotonic() < end
            await asyncio.sleep(0.05)


async def test_on_sqlite_there_is_nobody_else(tmp_path: Path) -> None:
    """One process does everything there, and is not asked about others."""
    opened = Store.open(f"sqlite:///{tmp_path}/attune.sqlite", ())

    assert opened.list_live_workers() == ()
    await opened.close()
