"""Where people live is asked about anew, a few at a time, once a week each."""

from collections import Counter

import pytest

from bot.context import Desk
from bot.conversation import Person, Profile
from schedules import refresh_profiles
from tests.doubles import Moment, Pigeonholes
from tests.sample_team import CLINICIANS, MARIE, TEAM

ALL = len(CLINICIANS)


async def zone(desk: Desk, person: Person) -> str:
    """Where somebody lives, as far as is known."""
    return (await desk.store.read(lambda books: books.people.get(person))).zone


@pytest.fixture
async def nine(practice: Desk) -> Desk:
    """A practice of nine who joined, and at which the clock has just looked."""
    await practice.store.write(
        lambda books: [books.people.join(one, TEAM.id) for one in CLINICIANS]
    )
    assert await refresh_profiles.run(practice) == 0
    return practice


async def test_everybody_is_asked_about_once_a_week(nine: Desk, clock: Moment) -> None:
    """Spread over the week by chance of their ids, and again the week after."""
    asked: Counter[int] = Counter()
    for hour in range(2 * 7 * 24):
        clock.move(hours=1)
        asked[hour // (7 * 24)] += await refresh_profiles.run(nine)
        assert await refresh_profiles.run(nine) == 0

    assert asked == {0: ALL, 1: ALL}


async def test_a_move_that_nobody_told_is_noticed_within_a_week(
    nine: Desk, clock: Moment, outlet: Pigeonholes
) -> None:
    """Even after a long silence everybody is asked about once, not once for each week of it."""
    outlet.profiles[MARIE] = Profile(zone="Pacific/Chatham")
    clock.move(days=30)

    assert await refresh_profiles.run(nine) == ALL
    assert await zone(nine, MARIE) == "Pacific/Chatham"
    assert await refresh_profiles.next_due(nine) is None


async def test_a_product_that_cannot_be_asked_changes_nothing(
    nine: Desk, clock: Moment, outlet: Pigeonholes
) -> None:
    """What is known stays; their turn comes again."""
    await nine.store.write(lambda books: books.people.learn(MARIE, zone="Asia/Tokyo"))
    outlet.is_silent = True
    clock.move(days=7)

    assert await refresh_profiles.run(nine) == ALL
    assert await zone(nine, MARIE) == "Asia/Tokyo"
