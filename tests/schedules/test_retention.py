"""What is no longer needed is let go of, each on its own day."""

from datetime import date

from bot.context import Desk
from bot.domain.checkins.questions import Intention
from bot.store.repositories.deliveries import Promise
from schedules import close_periods, retention
from tests.doubles import Moment
from tests.sample_team import MARIE, TEAM


async def test_an_act_is_forgotten_after_two_days(practice: Desk, clock: Moment) -> None:
    """A retry days later would find nothing, and nothing tells that there was an act."""
    await practice.store.write(lambda books: books.inbox.first("debrief", "a", clock().date()))
    clock.move(days=2)
    assert await retention.run(practice) == 0
    clock.move(days=1)

    assert await retention.run(practice) == 1


async def test_an_intention_is_forgotten_on_its_day(practice: Desk, clock: Moment) -> None:
    """After eight days nobody is reminded any more, and nothing says so."""
    await practice.store.write(
        lambda books: books.intentions.keep(
            MARIE, Intention("ask", "circle", "2026-W27", date(2026, 7, 7))
        )
    )
    clock.move(days=9)
    await retention.run(practice)

    assert await practice.store.read(lambda books: books.intentions.of(MARIE)) is None


async def test_published_tables_stay_two_years(practice: Desk, clock: Moment) -> None:
    """A table of 24 months ago can be read, one of 25 is gone."""
    clock.move(days=7)
    await close_periods.run(practice)
    clock.move(days=730)
    await retention.run(practice)
    assert await practice.store.read(lambda books: books.releases.of_team(TEAM.id))
    clock.move(days=31)
    await retention.run(practice)

    assert not await practice.store.read(lambda books: books.releases.of_team(TEAM.id))


async def test_nobody_waits_for_it(practice: Desk) -> None:
    """It never makes a walked clock stop."""
    assert await retention.next_due(practice) is None


async def test_a_team_is_never_introduced_twice(practice: Desk, clock: Moment) -> None:
    """Months later the card is still known to have been posted; a tip's row is gone."""

    def promised(kind: str) -> Promise:
        now = clock.at.replace(year=2026, month=6, day=29)
        return Promise(TEAM.workspace, kind, "", TEAM.channel, TEAM.id, now, now, "")

    both = [promised("intro"), promised("tip")]
    await practice.store.write(lambda books: books.deliveries.promise(both))
    clock.move(days=90)
    await retention.run(practice)

    assert await practice.store.write(lambda books: books.deliveries.promise(both)) == 1
