"""Where people live is asked about anew, a few at a time, once a week each."""

from collections import Counter

import pytest

from bot.context import Context
from bot.conversation import Person, Profile
from schedules import refresh_profiles
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import CLINICIANS, MARIE, TEAM

ALL = len(CLINICIANS)


async def zone(context: Context, person: Person) -> str:
    """Where somebody lives, as far as is known."""
    return (await context.store.read(lambda repos: repos.people.get(person))).zone


@pytest.fixture
async def nine(practice: Context) -> Context:
    """A practice of nine who joined, and at which the clock has just looked."""
    await practice.store.write(
        lambda repos: [repos.people.join_team(one, TEAM.id) for one in CLINICIANS]
    )
    assert await refresh_profiles.run(practice) == 0
    return practice


async def test_everybody_is_asked_about_once_a_week(nine: Context, clock: FakeClock) -> None:
    """Spread over the week by chance of their ids, and again the week after."""
    asked: Counter[int] = Counter()
    for hour in range(2 * 7 * 24):
        clock.advance(hours=1)
        asked[hour // (7 * 24)] += await refresh_profiles.run(nine)
        assert await refresh_profiles.run(nine) == 0

    assert asked == {0: ALL, 1: ALL}


async def test_a_move_that_nobody_told_is_noticed_within_a_week(
    nine: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """Even after a long silence everybody is asked about once, not once for each week of it."""
    outlet.profiles[MARIE] = Profile(zone="Pacific/Chatham")
    clock.advance(days=30)

    assert await refresh_profiles.run(nine) == ALL
    assert await zone(nine, MARIE) == "Pacific/Chatham"
    assert await refresh_profiles.next_due(nine) is None


async def test_a_product_that_cannot_be_asked_changes_nothing(
    nine: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """What is known stays; their turn comes again."""
    await nine.store.write(lambda repos: repos.people.update_profile(MARIE, zone="Asia/Tokyo"))
    outlet.are_profiles_unavailable = True
    clock.advance(days=7)

    assert await refresh_profiles.run(nine) == ALL
    assert await zone(nine, MARIE) == "Asia/Tokyo"
