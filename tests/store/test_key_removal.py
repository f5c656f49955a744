from datetime import timedelta

import pytest

from bot.store.key_removal import MAX_KEY_AGE
from bot.store.keys.key_id import PeriodKeyId, TeamKeyId
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


async def test_key_of_a_period_that_never_closes_is_removed_after_seven_days(
    store: Store,
) -> None:
    """Whatever the database says: a backup that is restored later opens nothing."""
    await open_periods(store, (NORTH, 9))

    assert await store.remove_unused_keys(AFTER_QUARTER + MAX_KEY_AGE - timedelta(seconds=1)) == 0
    assert await store.remove_unused_keys(AFTER_QUARTER + MAX_KEY_AGE) == 1
    assert not list_period_keys(store)


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
