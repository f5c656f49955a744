from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.conversation import Person
from bot.domain.people import Role, Team
from schedules import close_periods
from tests.attacks.database_copies import BotInstance, fetch_releases, rows_of_team, run_in_copies
from tests.attacks.naive import NaiveCounter
from tests.sample_team import (
    CLINICIANS,
    DIRECTOR,
    MARIE,
    SUPERVISOR,
    TEAM,
    build_person,
    set_up_team,
)

OTHERS = CLINICIANS[1:]
COLLEAGUE = OTHERS[0]
SISTER = replace(TEAM, id="sister", channel="C0SISTER", name="Sister team", practice="River")
RIVER_TEAM = replace(TEAM, practice="River")
SISTERS = tuple(build_person(f"sister{number}") for number in range(9))


async def prepare_team(
    instance: BotInstance, team: Team = TEAM, clinicians: tuple[Person, ...] = CLINICIANS
) -> None:
    """Set up a team whose readers have agreed, with one published table."""
    await set_up_team(instance.context, team, clinicians)
    await instance.context.store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders(team.id, Role.DIRECTOR, (DIRECTOR,))
    )
    for reader in (SUPERVISOR, DIRECTOR):
        await instance.give_agreement(reader)
    await instance.close_period()


async def fetch_everything(instance: BotInstance, *readers: Person) -> str:
    """Return all that the bot shows these people, byte for byte."""
    pages = [
        await open_page(reader)
        for reader in readers
        for open_page in (
            partial(instance.run_command, "debriefs"),
            partial(instance.run_command, "supervision"),
            partial(instance.run_command, "rupture"),
            instance.open_home,
        )
    ]
    return (
        repr(pages)
        + repr(await instance.fetch_rows("release"))
        + repr(await instance.fetch_rows("delivery"))
    )


def test_live_counts_reveal_who_filed_just_now() -> None:
    """Where counts are live, comparing them before and after a session is conclusive."""
    counter = NaiveCounter()
    before = counter.count_forms()
    counter.file_debrief("marie")

    assert counter.count_forms() != before


async def test_live_differencing_is_exactly_at_chance(tmp_path: Path) -> None:
    """No page of another person differs in a byte between any two debriefs."""

    async def collect_views(instance: BotInstance) -> set[str]:
        readers = (SUPERVISOR, DIRECTOR, COLLEAGUE)
        views = {await fetch_everything(instance, *readers)}
        for _ in range(2):
            for person in (MARIE, *OTHERS[1:]):
                await instance.file_debriefs(person)
                views.add(await fetch_everything(instance, *readers))
        await instance.submit_form("withdraw", MARIE, {})
        return views | {await fetch_everything(instance, *readers)}

    (views,) = await run_in_copies(tmp_path, prepare_team, collect_views)

    assert len(views) == 1


async def test_own_pages_do_not_reveal_a_filed_debrief(tmp_path: Path) -> None:
    """A person forced to show their screen shows the same page, whether or not they filed."""

    async def collect_views(instance: BotInstance) -> set[str]:
        views = {await fetch_everything(instance, MARIE)}
        await instance.file_debriefs(MARIE, MARIE)
        return views | {await fetch_everything(instance, MARIE)}

    (views,) = await run_in_copies(tmp_path, prepare_team, collect_views)

    assert len(views) == 1


async def test_published_table_is_unchanged_after_a_withdrawal(tmp_path: Path) -> None:
    """A naive count decreases on a withdrawal; a published table never changes."""
    counter = NaiveCounter()
    counter.file_debrief("marie")
    before = counter.count_forms()
    counter.withdraw_debriefs("marie")
    assert counter.count_forms() != before

    async def withdraw_and_read(instance: BotInstance) -> list[str]:
        await instance.file_debriefs(MARIE, *OTHERS)
        await instance.close_period()
        pages = [await fetch_everything(instance, SUPERVISOR)]
        await instance.submit_form("withdraw", MARIE, {})
        await close_periods.run(instance.context)
        return [*pages, await fetch_everything(instance, SUPERVISOR)]

    ((first, again),) = await run_in_copies(tmp_path, prepare_team, withdraw_and_read)
    assert "Oct 4, 2026" in first
    assert again == first


async def test_withdrawn_debrief_leaves_the_same_table_as_none(tmp_path: Path) -> None:
    """A debrief withdrawn before the close leaves the tables of one never filed, to the byte."""

    async def file_and_withdraw(instance: BotInstance) -> object:
        await instance.file_debriefs(MARIE, MARIE)
        await instance.submit_form("withdraw", MARIE, {})
        await instance.close_period()
        return await fetch_releases(instance)

    async def file_nothing(instance: BotInstance) -> object:
        await instance.close_period()
        return await fetch_releases(instance)

    async def prepare_others(instance: BotInstance) -> None:
        await prepare_team(instance)
        await instance.file_debriefs(*OTHERS)

    withdrawn_tables, unfiled_tables = await run_in_copies(
        tmp_path, prepare_others, file_and_withdraw, file_nothing
    )
    assert withdrawn_tables == unfiled_tables


def test_subtracting_children_from_a_parent_reveals_a_child() -> None:
    """Where overlapping groups are counted, subtraction gives one person's debriefs exactly."""
    counter = NaiveCounter()
    for person in ("marie", "omar", "ana"):
        counter.file_debrief(person)
    whole, without = counter.count_forms(), counter.count_forms("omar", "ana")

    assert whole is not None
    assert without is not None
    assert whole - without == {"away": 1}


async def prepare_sister_teams(instance: BotInstance) -> None:
    """Set up two teams of one practice, published together; everyone except Marie has filed."""
    await set_up_team(instance.context, SISTER, SISTERS, (build_person("sistersuper"),))
    await prepare_team(instance, RIVER_TEAM)
    await instance.file_debriefs(*OTHERS, *SISTERS)


async def test_subtracting_overlapping_groups_is_exactly_at_chance(tmp_path: Path) -> None:
    """What is published of a group without Marie is the same to the byte if she filed.

    No two published tables of a ledger share a person, so there is nothing to subtract.
    """

    async def file_and_close(instance: BotInstance) -> list[tuple[object, ...]]:
        await instance.file_debriefs(MARIE)
        await instance.close_period()
        return await fetch_releases(instance)

    async def close_only(instance: BotInstance) -> list[tuple[object, ...]]:
        await instance.close_period()
        return await fetch_releases(instance)

    filed_tables, unfiled_tables = await run_in_copies(
        tmp_path, prepare_sister_teams, file_and_close, close_only
    )

    def select_newest(tables: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
        return [row for row in tables if str(row[2]) == "2026-10-05"]

    assert rows_of_team(SISTER, filed_tables) == rows_of_team(SISTER, unfiled_tables)
    assert {(row[0], row[1]) for row in select_newest(filed_tables)} == {
        ("total", f"team:{RIVER_TEAM.id}"),
        ("total", "team:sister"),
        ("breakdown", "practice:slack:T0PRACTICE/River"),
    }


def test_threshold_on_people_reveals_when_one_leaves() -> None:
    """Shown with five and not with four: a withheld count reveals that a person left."""
    counter = NaiveCounter(min_people=5)
    for person in ("marie", "omar", "ana", "li", "jo"):
        counter.file_debrief(person)
    assert counter.count_forms() is not None
    counter.withdraw_debriefs("marie")
    assert counter.count_forms() is None


@pytest.mark.parametrize("size", [5, 12, 20])
async def test_size_rule_does_not_reveal_that_a_person_left(tmp_path: Path, size: int) -> None:
    """Whether a clinician stays in the check-ins or leaves, every page and table is the same.

    At each size at which one person fewer would change span, unit or level.
    """
    people = tuple(build_person(f"clin{number}") for number in range(1, size + 1))

    async def prepare(instance: BotInstance) -> None:
        await set_up_team(instance.context, TEAM, people)
        await instance.give_agreement(SUPERVISOR)
        await instance.press_button("join", MARIE)
        await instance.file_debriefs(*people[1:])

    async def leave_checkins(instance: BotInstance) -> tuple[str, object]:
        await instance.press_button("checkin.leave", MARIE)
        return await stay_and_close(instance)

    async def stay_and_close(instance: BotInstance) -> tuple[str, object]:
        pages = await fetch_everything(instance, SUPERVISOR, people[1])
        await instance.close_period()
        periods = [row[:-1] for row in await instance.fetch_rows("period")]
        return pages + await fetch_everything(instance, SUPERVISOR, people[1]), (
            periods,
            await fetch_releases(instance),
        )

    left_result, stayed_result = await run_in_copies(
        tmp_path, prepare, leave_checkins, stay_and_close
    )
    assert left_result == stayed_result


async def test_setup_changes_no_open_period(tmp_path: Path) -> None:
    """A supervisor who removes one clinician from the list learns nothing of what they filed."""

    async def prepare(instance: BotInstance) -> None:
        await prepare_team(instance)
        await instance.file_debriefs(*CLINICIANS)

    async def remove_clinician(instance: BotInstance) -> object:
        await instance.context.store.across_workspaces.write(
            lambda repos: repos.teams.declare_clinicians(TEAM.id, OTHERS)
        )
        await instance.close_period()
        return await fetch_releases(instance)

    async def close_only(instance: BotInstance) -> object:
        await instance.close_period()
        return await fetch_releases(instance)

    changed_tables, unchanged_tables = await run_in_copies(
        tmp_path, prepare, remove_clinician, close_only
    )
    assert changed_tables == unchanged_tables
