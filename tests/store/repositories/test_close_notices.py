"""Closed periods by team, the people with a role, and their choices about the notices."""

from datetime import date, time, timedelta

from bot.conversation import Person
from bot.domain.calendar import WeeklyRule
from bot.domain.counts.close_schedule import NoticePreference, PeriodClose
from bot.domain.people import Role
from bot.store.repositories import Repositories
from bot.store.repositories.period_closing import LOST_KEY_WAIT
from bot.store.schema import close_notices
from bot.store.store import Store
from tests.key_folders import list_period_keys
from tests.store.sample_counts import (
    AFTER_QUARTER,
    NOW,
    WORKSPACE,
    build_clinicians,
    build_team,
    close_due_periods,
    fetch_rows,
    file_debriefs,
    open_periods,
)

ALONE = build_team("alone")
NORTH, SOUTH = build_team("north", practice="river"), build_team("south", practice="river")
CLOSES = date(2027, 1, 4)
ROSA, OMAR = (Person(WORKSPACE, name) for name in ("rosa", "omar"))
THURSDAY = NoticePreference(rule=WeeklyRule(4, time(15, 30)))


async def list_period_closes(store: Store, since: date = date(2026, 1, 1)) -> set[PeriodClose]:
    """Return the closings of all teams since a day."""
    return set(
        await store.across_workspaces.read(
            lambda repos: repos.close_notices.list_period_closes(since)
        )
    )


async def grant_role(store: Store, team_id: str, role: Role, *persons: Person) -> None:
    """Replace the holders of a role."""
    await store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders(team_id, role, persons)
    )


async def save_preference(store: Store, person: Person, preference: NoticePreference) -> None:
    """Save a choice."""
    await store.across_workspaces.write(
        lambda repos: repos.close_notices.save_preference(person, preference)
    )


async def test_an_open_period_is_a_pending_close(store: Store) -> None:
    """Before its end a team's period is listed, not published."""
    await open_periods(store, (ALONE, 9))

    assert await list_period_closes(store) == {
        PeriodClose("alone", CLOSES, CLOSES, is_published=False)
    }


async def test_a_closed_period_is_published_for_its_team(store: Store) -> None:
    """After the close the period is published, and the next one is pending."""
    await open_periods(store, (ALONE, 9))
    await close_due_periods(store)
    await store.across_workspaces.write(
        lambda repos: repos.ledger.open_missing_periods(AFTER_QUARTER)
    )
    next_close = CLOSES + timedelta(weeks=13)

    assert await list_period_closes(store) == {
        PeriodClose("alone", CLOSES, CLOSES, is_published=True),
        PeriodClose("alone", next_close, next_close, is_published=False),
    }
    assert {closing.closes for closing in await list_period_closes(store, since=next_close)} == {
        next_close
    }


async def test_a_pooled_table_is_published_for_each_team_that_feeds_the_unit(store: Store) -> None:
    """Two small teams are counted together, and each has the close of their one table."""
    await open_periods(store, (NORTH, 4), (SOUTH, 4))
    await close_due_periods(store)
    await store.across_workspaces.write(
        lambda repos: repos.ledger.open_missing_periods(AFTER_QUARTER)
    )

    published = {closing for closing in await list_period_closes(store) if closing.is_published}
    assert published == {
        PeriodClose(name, CLOSES, CLOSES, is_published=True) for name in ("north", "south")
    }


async def test_closings_do_not_depend_on_what_was_filed(store: Store) -> None:
    """A team in which everybody filed has the same closings as one in which nobody did."""
    await open_periods(store, (ALONE, 9), (build_team("quiet"), 9))
    await file_debriefs(store, *build_clinicians("alone", 9))
    await close_due_periods(store)

    closings = await list_period_closes(store)

    by_team = {
        name: {
            (closing.closes, closing.announced_on, closing.is_published)
            for closing in closings
            if closing.team_id == name
        }
        for name in ("alone", "quiet")
    }
    assert by_team["alone"] == by_team["quiet"]


async def test_a_lost_key_is_announced_a_week_later(store: Store) -> None:
    """The table that says that the key was lost may be announced once it is published."""
    await open_periods(store, (ALONE, 9))
    for stored_key in list_period_keys(store):
        store.key_store.delete(stored_key)
    await close_due_periods(store, AFTER_QUARTER + LOST_KEY_WAIT)

    assert await list_period_closes(store) == {
        PeriodClose("alone", CLOSES, CLOSES + LOST_KEY_WAIT, is_published=True)
    }


async def test_grants_have_each_role_with_its_choice(store: Store) -> None:
    """Every role is listed by person; a person who never chose has the default."""
    await open_periods(store, (NORTH, 9), (SOUTH, 9))
    await grant_role(store, "north", Role.SUPERVISOR, ROSA)
    await grant_role(store, "south", Role.SUPERVISOR, ROSA, OMAR)
    await grant_role(store, "south", Role.DIRECTOR, OMAR)
    await save_preference(store, ROSA, THURSDAY)

    grants = await store.across_workspaces.read(lambda repos: repos.close_notices.list_grants())

    assert [(grant.person, grant.team_id, grant.role, grant.preference) for grant in grants] == [
        (OMAR, "south", Role.DIRECTOR, NoticePreference()),
        (OMAR, "south", Role.SUPERVISOR, NoticePreference()),
        (ROSA, "north", Role.SUPERVISOR, THURSDAY),
        (ROSA, "south", Role.SUPERVISOR, THURSDAY),
    ]


async def test_an_unreachable_person_has_no_grant(store: Store) -> None:
    """A person whose address accepts no messages is left out until it does again."""
    await open_periods(store, (NORTH, 9))
    await grant_role(store, "north", Role.SUPERVISOR, ROSA)

    def mark_and_list(repos: Repositories) -> list[int]:
        repos.people.set_language(ROSA, "en")
        repos.people.mark_unreachable(ROSA, "user_disabled")
        counts = [len(repos.close_notices.list_grants())]
        repos.people.mark_reachable(ROSA)
        return [*counts, len(repos.close_notices.list_grants())]

    assert await store.across_workspaces.write(mark_and_list) == [0, 1]


async def test_a_choice_is_replaced_by_the_next(store: Store) -> None:
    """A person has one choice, the last one; without any there is no row."""
    assert (
        await store.across_workspaces.read(lambda repos: repos.close_notices.get_preference(ROSA))
        is None
    )
    await save_preference(store, ROSA, THURSDAY)
    stopped = NoticePreference(is_stopped=True)
    await save_preference(store, ROSA, stopped)

    assert (
        await store.across_workspaces.read(lambda repos: repos.close_notices.get_preference(ROSA))
        == stopped
    )
    assert len(await fetch_rows(store, close_notices)) == 1


async def test_no_choice_moves_with_filing_or_a_close(store: Store) -> None:
    """Neither a debrief nor a close writes a row of choices."""
    await open_periods(store, (ALONE, 9))
    await grant_role(store, "alone", Role.SUPERVISOR, ROSA)
    await save_preference(store, ROSA, THURSDAY)
    before = await fetch_rows(store, close_notices)

    await file_debriefs(store, *build_clinicians("alone", 9))
    await close_due_periods(store)

    assert await fetch_rows(store, close_notices) == before


async def test_a_choice_without_a_role_is_deleted(store: Store) -> None:
    """Choices of people with a role stay, the others are deleted."""
    await open_periods(store, (ALONE, 9), now=NOW)
    await grant_role(store, "alone", Role.SUPERVISOR, ROSA)
    for person in (ROSA, OMAR):
        await save_preference(store, person, THURSDAY)

    deleted_count = await store.across_workspaces.write(
        lambda repos: repos.close_notices.delete_without_role()
    )

    assert deleted_count == 1
    assert [row.person for row in await fetch_rows(store, close_notices)] == [ROSA.id]
