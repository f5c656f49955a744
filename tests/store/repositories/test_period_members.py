"""Frozen lists: written once per period and person, found by person, deleted after 53 weeks."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from bot.conversation import Person
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL, CountingTerms
from bot.store.period import Period
from bot.store.repositories import Repositories
from bot.store.repositories.period_members import ListedPerson
from bot.store.schema import period_members
from bot.store.store import Store
from tests.store.sample_counts import (
    WORKSPACE,
    build_clinicians,
    build_team,
    close_due_periods,
    declare_team_job,
    fetch_rows,
    open_periods,
)

NINE = build_clinicians("alone", 9)
CLOSES = date(2027, 1, 4)


def build_period(unit: str = "team:other", ledger: str = TOTAL, closes: date = CLOSES) -> Period:
    """Build a period that is in no table."""
    midnight = datetime(closes.year, closes.month, closes.day, 5, tzinfo=UTC)
    terms = CountingTerms(13, 4, Fraction(8, 5))
    return Period(
        WORKSPACE, ledger, unit, date(2026, 11, 23), closes, int(midnight.timestamp()), 9, terms, ""
    )


def insert_job(period: Period, *persons: Person) -> Callable[[Repositories], int]:
    """Return a job that adds *persons* to a frozen list."""
    return lambda repos: repos.period_members.insert_members(period, persons)


async def test_list_is_written_once(store: Store) -> None:
    """A second insertion of the same people changes nothing, and adds the others."""
    period, write = build_period(), store.across_workspaces.write
    assert await write(insert_job(period, NINE[1], NINE[0])) == 2
    assert await write(insert_job(period, NINE[0], NINE[2])) == 1
    assert await write(insert_job(period)) == 0
    members = await store.across_workspaces.read(
        lambda repos: repos.period_members.list_members(period)
    )
    assert members == NINE[:3]
    assert {row.epsilon for row in await fetch_rows(store, period_members)} == {"8/5"}


async def test_person_of_an_overlapping_period_is_not_countable(store: Store) -> None:
    """A period that has closed when the next one opens takes nobody's place on its list."""
    await store.across_workspaces.write(declare_team_job(build_team("alone"), 2))
    closed = build_period(closes=date(2026, 12, 7))
    for period, person in ((closed, NINE[0]), (build_period(), NINE[1])):
        await store.across_workspaces.write(insert_job(period, person))

    async def list_countable(ledger: str, opens: date, unit: str) -> list[Person]:
        listed = await store.across_workspaces.read(
            lambda repos: repos.period_members.list_countable("alone", ledger, opens, [unit])
        )
        return [person.person for person in listed]

    assert await list_countable(TOTAL, date(2026, 11, 30), "team:alone") == []
    assert await list_countable(TOTAL, date(2026, 12, 7), "team:alone") == [NINE[0]]
    assert await list_countable(TOTAL, date(2026, 12, 7), "team:other") == [*NINE[:2]]
    assert await list_countable(BREAKDOWN, date(2026, 11, 30), "team:alone") == [*NINE[:2]]


async def test_person_is_countable_in_their_home_team_alone(store: Store) -> None:
    """Declared in two teams, they count in the one that they joined; a linked account in none."""

    def declare_twice(repos: Repositories) -> None:
        for team in ("alone", "else"):
            repos.teams.save(build_team(team))
            repos.teams.declare_clinicians(team, NINE[:3])
        repos.people.join_team(NINE[1], "else")
        repos.linked_accounts.set_links([(NINE[0], NINE[2])])

    await store.across_workspaces.write(declare_twice)

    countable = await store.across_workspaces.read(
        lambda repos: [
            repos.period_members.list_countable(team, TOTAL, date(2026, 11, 23), [f"team:{team}"])
            for team in ("alone", "else")
        ]
    )
    assert countable == [
        (ListedPerson(NINE[0], is_declared=True),),
        (ListedPerson(NINE[1], is_declared=True),),
    ]


async def test_rows_are_deleted_with_the_first_day_after_the_close(store: Store) -> None:
    """The rows of a period that closed on the day itself stay."""
    await store.across_workspaces.write(insert_job(build_period(), *NINE))

    def delete_job(day: date) -> Callable[[Repositories], int]:
        return lambda repos: repos.period_members.delete_closed_before(day)

    assert await store.across_workspaces.write(delete_job(CLOSES)) == 0
    assert await store.across_workspaces.write(delete_job(CLOSES + timedelta(days=1))) == 9


async def test_opening_freezes_the_list(store: Store) -> None:
    """Each ledger's period gets everyone on the list, whose rows stay after the close."""
    await open_periods(store, (build_team("alone"), 9))
    rows = await fetch_rows(store, period_members)
    assert len(rows) == 18

    await close_due_periods(store)

    assert await fetch_rows(store, period_members) == rows
