from datetime import datetime, timedelta
from functools import partial

from bot.store.repositories import Repositories
from bot.store.store import Store
from tests.store.sample_jobs import NOW

MINUTE = timedelta(minutes=1)


async def test_watermark_advances_in_steps_of_ten_minutes(store: Store) -> None:
    """A watermark is stored at most ten minutes late, and a clock set back never lowers it."""

    def advance_and_read(repos: Repositories, at: datetime) -> datetime:
        repos.watermarks.advance("checkin", at)
        return repos.watermarks.read_watermark("checkin", NOW)

    watermarks = []
    for minutes in (0, 5, 10, -60):
        at = NOW + minutes * MINUTE
        watermarks.append(await store.across_workspaces.write(partial(advance_and_read, at=at)))

    assert watermarks == [NOW, NOW, NOW + 10 * MINUTE, NOW + 10 * MINUTE]


async def test_duty_that_never_ran_has_the_default_watermark(store: Store) -> None:
    """Without a stored watermark the caller's default is returned."""
    assert (
        await store.across_workspaces.read(
            lambda repos: repos.watermarks.read_watermark("tip", NOW)
        )
        == NOW
    )
