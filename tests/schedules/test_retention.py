"""What is no longer needed is let go of, each on its own day."""

from datetime import date

from bot.context import Context
from bot.domain.checkins.questions import Intention
from bot.store.repositories.deliveries import PlannedDelivery
from schedules import close_periods, retention
from tests.doubles import FakeClock
from tests.sample_team import MARIE, TEAM


async def test_an_act_is_forgotten_after_two_days(practice: Context, clock: FakeClock) -> None:
    """A retry days later would find nothing, and nothing tells that there was an act."""
    await practice.store.write(
        lambda repos: repos.idempotency_keys.claim("debrief", "a", clock().date())
    )
    clock.advance(days=2)
    assert await retention.run(practice) == 0
    clock.advance(days=1)

    assert await retention.run(practice) == 1


async def test_an_intention_is_forgotten_on_its_day(practice: Context, clock: FakeClock) -> None:
    """After eight days nobody is reminded any more, and nothing says so."""
    await practice.store.write(
        lambda repos: repos.intentions.save_intention(
            MARIE, Intention("ask", "circle", "2026-W27", date(2026, 7, 7))
        )
    )
    clock.advance(days=9)
    await retention.run(practice)

    assert await practice.store.read(lambda repos: repos.intentions.get_intention(MARIE)) is None


async def test_published_tables_stay_two_years(practice: Context, clock: FakeClock) -> None:
    """A table of 24 months ago can be read, one of 25 is gone."""
    clock.advance(days=7)
    await close_periods.run(practice)
    clock.advance(days=730)
    await retention.run(practice)
    assert await practice.store.read(lambda repos: repos.releases.list_by_team(TEAM.id))
    clock.advance(days=31)
    await retention.run(practice)

    assert not await practice.store.read(lambda repos: repos.releases.list_by_team(TEAM.id))


async def test_nobody_waits_for_it(practice: Context) -> None:
    """It never makes a walked clock stop."""
    assert await retention.next_due(practice) is None


async def test_a_team_is_never_introduced_twice(practice: Context, clock: FakeClock) -> None:
    """Months later the card is still known to have been posted; a tip's row is gone."""

    def promised(kind: str) -> PlannedDelivery:
        now = clock.current_time.replace(year=2026, month=6, day=29)
        return PlannedDelivery(TEAM.workspace, kind, "", TEAM.channel, TEAM.id, now, now, "")

    both = [promised("intro"), promised("tip")]
    await practice.store.write(lambda repos: repos.deliveries.plan_deliveries(both))
    clock.advance(days=90)
    await retention.run(practice)

    assert await practice.store.write(lambda repos: repos.deliveries.plan_deliveries(both)) == 1
