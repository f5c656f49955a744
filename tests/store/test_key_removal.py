from datetime import datetime, timedelta

import pytest

from bot.store.key_removal import MAX_KEY_TIME_AFTER_PERIOD, MIN_CLOSE_ATTEMPTS
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_id import PeriodKeyId, TeamKeyId
from bot.store.keys.key_store import KeyStoreUnavailableError
from bot.store.store import Store
from tests.key_folders import list_period_keys
from tests.store.sample_counts import (
    AFTER_MONTH,
    AFTER_QUARTER,
    NOW,
    build_team,
    close_due_periods,
    open_periods,
)

NORTH, LARGE = build_team("north"), build_team("large")


def list_ends(store: Store) -> list[int | None]:
    """Return the ends of the periods whose keys are stored."""
    return [stored_key.closes_at for stored_key in list_period_keys(store)]


async def test_key_is_removed_after_the_close_only(store: Store) -> None:
    """A period that has ended and is not closed keeps its key; an open one too."""
    await open_periods(store, (NORTH, 9), (LARGE, 20))

    assert await store.remove_unused_keys(AFTER_MONTH) == 0
    await close_due_periods(store, AFTER_MONTH)
    assert await store.remove_unused_keys(AFTER_MONTH) == 1
    assert list_ends(store) == [int(AFTER_QUARTER.timestamp())]
    assert await store.remove_unused_keys(AFTER_MONTH) == 0


async def try_hourly(store: Store, first: datetime, hours: int) -> list[int]:
    """Run the removal every hour, and return how many keys each run removed."""
    moments = [first + timedelta(hours=hour) for hour in range(hours)]
    return [await store.remove_unused_keys(moment) for moment in moments]


async def test_key_of_a_period_that_never_closes_is_removed_after_seven_days(
    store: Store,
) -> None:
    """Whatever the database says: a backup that is restored later opens nothing."""
    await open_periods(store, (NORTH, 9))

    assert not any(await try_hourly(store, AFTER_QUARTER, 7 * 24))
    assert (
        await store.remove_unused_keys(
            AFTER_QUARTER + MAX_KEY_TIME_AFTER_PERIOD - timedelta(seconds=1)
        )
        == 0
    )
    assert await store.remove_unused_keys(AFTER_QUARTER + MAX_KEY_TIME_AFTER_PERIOD) == 1
    assert not list_period_keys(store)


async def test_after_downtime_a_key_waits_for_a_day_of_attempts(store: Store) -> None:
    """A bot that was down for the seven days tries the close for a day before it gives up."""
    await open_periods(store, (NORTH, 9))
    started = AFTER_QUARTER + timedelta(days=30)

    removed_counts = await try_hourly(store, started, MIN_CLOSE_ATTEMPTS)

    assert removed_counts == [0] * (MIN_CLOSE_ATTEMPTS - 1) + [1]
    assert await store.remove_unused_keys(started + timedelta(days=2)) == 0


async def test_attempts_within_an_hour_count_once(store: Store) -> None:
    """A day of attempts takes a day, however often the bot is started meanwhile."""
    await open_periods(store, (NORTH, 9))
    started = AFTER_QUARTER + timedelta(days=30)

    for minute in range(2 * MIN_CLOSE_ATTEMPTS):
        assert await store.remove_unused_keys(started + timedelta(minutes=minute)) == 0
    assert list_period_keys(store)


async def test_clock_that_jumps_removes_no_key(store: Store) -> None:
    """A clock that is weeks ahead for some runs and right again counts as one attempt."""
    await open_periods(store, (NORTH, 9))
    for seconds in range(MIN_CLOSE_ATTEMPTS):
        ahead = AFTER_QUARTER + timedelta(days=60, seconds=seconds)
        assert await store.remove_unused_keys(ahead) == 0

    assert not any(await try_hourly(store, AFTER_QUARTER, 7 * 24))
    assert list_period_keys(store)


async def test_key_is_removed_in_time_although_its_database_is_damaged(store: Store) -> None:
    """Seven days of attempts in a bot whose table of periods cannot be read end the key."""
    await open_periods(store, (NORTH, 9))
    with store._engines.writer.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE period RENAME TO damaged")

    assert not any(await try_hourly(store, AFTER_QUARTER, 7 * 24))
    assert await store.remove_unused_keys(AFTER_QUARTER + MAX_KEY_TIME_AFTER_PERIOD) == 1


async def test_key_that_cannot_be_deleted_does_not_stop_the_others(store: Store) -> None:
    """The error is raised after every key was tried."""
    assert isinstance(store.key_store, FolderKeyStore)
    ends = [int(AFTER_MONTH.timestamp()) - number for number in range(3)]
    for end in ends:
        store.key_store.get_or_create(PeriodKeyId("slack:T1", end))
    blocked = store.key_store.folder / PeriodKeyId("slack:T1", ends[2]).file_name
    blocked.unlink()
    blocked.mkdir()

    with pytest.raises(KeyStoreUnavailableError):
        await store.remove_unused_keys(AFTER_MONTH)
    with pytest.raises(KeyStoreUnavailableError):
        await store.remove_unused_keys(AFTER_MONTH)
    (doomed,) = store.key_store.folder.glob("*.old")
    doomed.rmdir()
    await store.remove_unused_keys(AFTER_MONTH)
    assert [key.closes_at for key in list_period_keys(store)] == []


@pytest.mark.parametrize("days", [0, 1, 30])
async def test_orphan_key_is_removed_with_its_end(store: Store, days: int) -> None:
    """A key whose period was never committed is removed once it would have closed."""
    end = NOW + timedelta(days=1)
    store.key_store.get_or_create(PeriodKeyId("slack:T1", int(end.timestamp())))

    assert await store.remove_unused_keys(NOW) == 0
    assert await store.remove_unused_keys(end + timedelta(days=days)) == 1


async def test_key_of_a_team_is_never_removed_here(store: Store) -> None:
    """Only the keys of periods end."""
    store.key_store.get_or_create(TeamKeyId("north"))

    assert await store.remove_unused_keys(AFTER_QUARTER + timedelta(days=400)) == 0
    assert len(store.key_store.list_ids()) == 1
