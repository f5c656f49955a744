"""Runs of duties, as every worker records them and every process reads them."""

from datetime import UTC, datetime, timedelta

from bot.store.store import Store

NOW = datetime(2026, 6, 29, 13, 0, tzinfo=UTC)


async def record_tick(store: Store, now: datetime = NOW, **has_failed: bool) -> None:
    """Record one tick."""
    await store.across_workspaces.write(lambda repos: repos.duty_runs.record_tick(has_failed, now))


async def read_consecutive_failures(store: Store) -> dict[str, int]:
    """Return the failed runs in a row by duty."""
    return await store.across_workspaces.read(
        lambda repos: repos.duty_runs.read_consecutive_failures()
    )


async def read_last_tick(store: Store) -> datetime | None:
    """Return the last tick."""
    return await store.across_workspaces.read(lambda repos: repos.duty_runs.read_last_tick())


async def test_there_is_no_tick_before_the_first_worker(store: Store) -> None:
    """A new database has no tick, which a write probe does not change."""
    await store.across_workspaces.write(lambda repos: repos.duty_runs.record_write_probe(NOW))

    assert await read_last_tick(store) is None
    assert await read_consecutive_failures(store) == {}


async def test_last_tick_is_the_one_recorded_last(store: Store) -> None:
    """A clock that was set back replaces a tick in the future."""
    await record_tick(store, NOW)
    await record_tick(store, NOW - timedelta(hours=3))

    assert await read_last_tick(store) == NOW - timedelta(hours=3)


async def test_failures_in_a_row_are_counted_by_duty(store: Store) -> None:
    """Each duty has a count of its own."""
    for _ in range(3):
        await record_tick(store, retention=True, daily_tip=False)

    assert await read_consecutive_failures(store) == {"retention": 3, "daily_tip": 0}


async def test_success_of_any_worker_ends_the_failures(store: Store) -> None:
    """The next failure is the first again."""
    await record_tick(store, retention=True)
    await record_tick(store, retention=False)
    await record_tick(store, retention=True)

    assert await read_consecutive_failures(store) == {"retention": 1}


async def test_removed_duty_is_forgotten(store: Store) -> None:
    """A failure of a duty of an earlier release cannot be repaired, and is not counted."""
    await record_tick(store, old_duty=True)
    await record_tick(store, retention=False)

    assert await read_consecutive_failures(store) == {"retention": 0}
