"""Profiles are fetched again once a week for each person, a few at a time."""

from collections import Counter

import pytest

from bot.context import Context
from bot.conversation import Person, Profile
from schedules import refresh_profiles
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import CLINICIANS, MARIE, SUPERVISOR, TEAM

ALL = len((*CLINICIANS, SUPERVISOR))


async def load_zone(context: Context, person: Person) -> str:
    """Return the person's stored zone."""
    return (await context.store.across_workspaces.read(lambda repos: repos.people.get(person))).zone


@pytest.fixture
async def joined_context(team_context: Context) -> Context:
    """A context with nine people who joined, in which the duty has just run."""
    await team_context.store.across_workspaces.write(
        lambda repos: [repos.people.join_team(clinician, TEAM.id) for clinician in CLINICIANS]
    )
    assert await refresh_profiles.run(team_context) == 0
    return team_context


async def test_each_profile_is_fetched_once_a_week(
    joined_context: Context, clock: FakeClock
) -> None:
    """The profiles are spread over the week by a hash of the ids, and again the week after."""
    refreshed_by_week: Counter[int] = Counter()
    for hour in range(2 * 7 * 24):
        clock.advance(hours=1)
        refreshed_by_week[hour // (7 * 24)] += await refresh_profiles.run(joined_context)
        assert await refresh_profiles.run(joined_context) == 0

    assert refreshed_by_week == {0: ALL, 1: ALL}


async def test_a_missed_zone_change_is_stored_within_a_week(
    joined_context: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """After a month without a run each profile is fetched once, not once per missed week."""
    outlet.profiles[MARIE] = Profile(zone="Pacific/Chatham")
    clock.advance(days=30)

    assert await refresh_profiles.run(joined_context) == ALL
    assert await load_zone(joined_context, MARIE) == "Pacific/Chatham"
    assert await refresh_profiles.next_due(joined_context) is None


async def test_an_unavailable_profile_changes_nothing(
    joined_context: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """An unavailable profile changes no row; the next turn fetches it."""
    await joined_context.store.across_workspaces.write(
        lambda repos: repos.people.update_profile(MARIE, zone="Asia/Tokyo")
    )
    outlet.are_profiles_unavailable = True
    clock.advance(days=7)

    assert await refresh_profiles.run(joined_context) == ALL
    assert await load_zone(joined_context, MARIE) == "Asia/Tokyo"


async def test_a_closed_account_is_noticed_and_its_return_too(
    joined_context: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """Both changes are stored within a week without any event, although nothing is sent between."""
    reasons = []
    for is_active_person in (False, True):
        outlet.profiles[MARIE] = Profile(is_active_person=is_active_person)
        clock.advance(days=7)
        assert await refresh_profiles.run(joined_context) == ALL
        reasons.append(await load_reason(joined_context, MARIE))

    assert reasons == ["deactivated", ""]


async def test_an_open_account_does_not_undo_a_block(
    joined_context: Context, clock: FakeClock
) -> None:
    """A person who blocked the bot has an open account, and stays unreachable."""
    await joined_context.store.across_workspaces.write(
        lambda repos: repos.people.mark_unreachable(MARIE, "cannot_dm_bot")
    )
    clock.advance(days=7)
    await refresh_profiles.run(joined_context)

    assert await load_reason(joined_context, MARIE) == "cannot_dm_bot"


async def load_reason(context: Context, person: Person) -> str:
    """Return why the person is unreachable, ``""`` when they are reachable."""
    return (
        await context.store.across_workspaces.read(lambda repos: repos.people.get(person))
    ).unreachable_reason
