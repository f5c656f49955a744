from datetime import datetime, timedelta
from functools import partial

from bot.store.repositories import Repositories
from bot.store.store import Store
from tests.store.sample_jobs import NOW

MINUTE = timedelta(minutes=1)


async def test_a_look_is_remembered_give_or_take_ten_minutes(store: Store) -> None:
    """What fell due while nobody looked is known; a clock set back changes nothing."""

    def look(repos: Repositories, at: datetime) -> datetime:
        repos.watermarks.advance("checkin", at)
        return repos.watermarks.last_run("checkin", NOW)

    seen = []
    for minutes in (0, 5, 10, -60):
        at = NOW + minutes * MINUTE
        seen.append(await store.write(partial(look, at=at)))

    assert seen == [NOW, NOW, NOW + 10 * MINUTE, NOW + 10 * MINUTE]


async def test_a_duty_that_never_looked_is_told_so(store: Store) -> None:
    """Whoever asks says what counts then."""
    assert await store.read(lambda repos: repos.watermarks.last_run("tip", NOW)) == NOW
