from datetime import date

from bot.conversation import Person
from bot.domain.checkins.questions import Intention
from bot.store.repositories import Repositories
from bot.store.store import Store

MARIE, OMAR = Person("slack:T1", "UMARIE"), Person("slack:T1", "UOMAR")
FIRST = Intention("I1", "ring", "2026-W37", date(2026, 9, 15))
SECOND = Intention("I4", "arc", "2026-W38", date(2026, 9, 22))


async def test_the_latest_intention_is_the_one_kept(store: Store) -> None:
    """Picked again, the second takes the place of the first; nobody else's is touched."""

    def pick(repos: Repositories) -> None:
        repos.intentions.save_intention(MARIE, FIRST)
        repos.intentions.save_intention(MARIE, SECOND)
        repos.intentions.save_intention(OMAR, FIRST)

    await store.write(pick)

    assert await store.read(lambda repos: repos.intentions.get_intention(MARIE)) == SECOND
    assert await store.read(lambda repos: repos.intentions.get_intention(OMAR)) == FIRST


async def test_an_intention_can_be_dropped(store: Store) -> None:
    """Dropped, it is gone; dropped again, nothing happens."""

    def pick_and_drop(repos: Repositories) -> Intention | None:
        repos.intentions.save_intention(MARIE, FIRST)
        repos.intentions.delete_intention(MARIE)
        repos.intentions.delete_intention(MARIE)
        return repos.intentions.get_intention(MARIE)

    assert await store.write(pick_and_drop) is None


async def test_an_intention_ends_after_its_last_day(store: Store) -> None:
    """It stands through the day it was kept for, and is swept the day after."""

    def sweep_twice(repos: Repositories) -> list[int]:
        repos.intentions.save_intention(MARIE, FIRST)
        repos.intentions.save_intention(OMAR, SECOND)
        return [repos.intentions.delete_expired(date(2026, 9, day)) for day in (15, 16)]

    assert await store.write(sweep_twice) == [0, 1]
    assert await store.read(lambda repos: repos.intentions.get_intention(MARIE)) is None
    assert await store.read(lambda repos: repos.intentions.get_intention(OMAR)) == SECOND
