from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.conversation import Person
from bot.domain.people import Role, Team
from schedules import close_periods
from tests.attacks.forks import World, fetch_releases, rows_of_team, run_in_forks
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
HERE = replace(TEAM, practice="River")
SISTERS = tuple(build_person(f"sister{number}") for number in range(9))


async def ready(
    world: World, team: Team = TEAM, clinicians: tuple[Person, ...] = CLINICIANS
) -> None:
    """A team whose supervisor and director have agreed, with one published table already."""
    await set_up_team(world.context, team, clinicians)
    await world.context.store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders(team.id, Role.DIRECTOR, (DIRECTOR,))
    )
    for reader in (SUPERVISOR, DIRECTOR):
        await world.give_agreement(reader)
    await world.close_period()


async def everything(world: World, *readers: Person) -> str:
    """All that these people can make the bot show them, byte for byte."""
    pages = [
        await ask(reader)
        for reader in readers
        for ask in (
            partial(world.run_command, "debriefs"),
            partial(world.run_command, "supervision"),
            partial(world.run_command, "rupture"),
            world.open_home,
        )
    ]
    return (
        repr(pages)
        + repr(await world.fetch_rows("release"))
        + repr(await world.fetch_rows("delivery"))
    )


def test_live_counts_tell_a_supervisor_who_filed_just_now() -> None:
    """Where counts are live, a look before a session and one after it tell with certainty."""
    counter = NaiveCounter()
    before = counter.count_forms()
    counter.file_debrief("marie")

    assert counter.count_forms() != before


async def test_live_differencing_is_exactly_at_chance(tmp_path: Path) -> None:
    """No look by anybody else, between any two debriefs, differs in a byte from the one before."""

    async def watched(world: World) -> set[str]:
        readers = (SUPERVISOR, DIRECTOR, COLLEAGUE)
        looks = {await everything(world, *readers)}
        for _ in range(2):
            for who in (MARIE, *OTHERS[1:]):
                await world.file_debriefs(who)
                looks.add(await everything(world, *readers))
        await world.submit_form("withdraw", MARIE, {})
        return looks | {await everything(world, *readers)}

    (looks,) = await run_in_forks(tmp_path, ready, watched)

    assert len(looks) == 1


async def test_ones_own_pages_do_not_tell_whether_one_filed(tmp_path: Path) -> None:
    """Somebody made to show their screen shows the same page, whether or not they filed."""

    async def watched(world: World) -> set[str]:
        looks = {await everything(world, MARIE)}
        await world.file_debriefs(MARIE, MARIE)
        return looks | {await everything(world, MARIE)}

    (looks,) = await run_in_forks(tmp_path, ready, watched)

    assert len(looks) == 1


async def test_reopening_a_table_after_a_withdrawal_shows_the_same_bytes(tmp_path: Path) -> None:
    """A naive count goes down when somebody takes theirs back; a published table never moves."""
    counter = NaiveCounter()
    counter.file_debrief("marie")
    before = counter.count_forms()
    counter.withdraw_debriefs("marie")
    assert counter.count_forms() != before

    async def read(world: World) -> list[str]:
        await world.file_debriefs(MARIE, *OTHERS)
        await world.close_period()
        shown = [await everything(world, SUPERVISOR)]
        await world.submit_form("withdraw", MARIE, {})
        await close_periods.run(world.context)
        return [*shown, await everything(world, SUPERVISOR)]

    ((first, again),) = await run_in_forks(tmp_path, ready, read)
    assert "told on October 5, 2026" in first
    assert again == first


async def test_a_debrief_taken_back_leaves_the_table_of_one_never_filed(tmp_path: Path) -> None:
    """Filed and withdrawn before the close, or never filed: the same tables to the byte."""

    async def regretted(world: World) -> object:
        await world.file_debriefs(MARIE, MARIE)
        await world.submit_form("withdraw", MARIE, {})
        await world.close_period()
        return await fetch_releases(world)

    async def never(world: World) -> object:
        await world.close_period()
        return await fetch_releases(world)

    async def others(world: World) -> None:
        await ready(world)
        await world.file_debriefs(*OTHERS)

    one, other = await run_in_forks(tmp_path, others, regretted, never)
    assert one == other


def test_a_parent_minus_its_children_tells_what_a_child_held() -> None:
    """Where overlapping groups are counted, subtraction gives one person's debriefs exactly."""
    counter = NaiveCounter()
    for who in ("marie", "omar", "ana"):
        counter.file_debrief(who)
    whole, without = counter.count_forms(), counter.count_forms("omar", "ana")

    assert whole is not None
    assert without is not None
    assert whole - without == {"away": 1}


async def sisters(world: World) -> None:
    """Two teams of one practice, each told alone, their answers together; all but Marie filed."""
    await set_up_team(world.context, SISTER, SISTERS, (build_person("sistersuper"),))
    await ready(world, HERE)
    await world.file_debriefs(*OTHERS, *SISTERS)


async def test_subtracting_overlapping_groups_is_exactly_at_chance(tmp_path: Path) -> None:
    """Everything told of a group that Marie is not in is the same to the byte if she filed.

    No two published tables of a ledger share a person, so nothing is left to subtract.
    """

    async def filed(world: World) -> list[tuple[object, ...]]:
        await world.file_debriefs(MARIE)
        await world.close_period()
        return await fetch_releases(world)

    async def not_filed(world: World) -> list[tuple[object, ...]]:
        await world.close_period()
        return await fetch_releases(world)

    one, other = await run_in_forks(tmp_path, sisters, filed, not_filed)

    def newest(tables: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
        return [row for row in tables if str(row[2]) == "2026-10-05"]

    assert rows_of_team(SISTER, one) == rows_of_team(SISTER, other)
    assert {(row[0], row[1]) for row in newest(one)} == {
        ("total", f"team:{HERE.id}"),
        ("total", "team:sister"),
        ("breakdown", "practice:slack:T0PRACTICE/River"),
    }


def test_a_threshold_on_who_is_there_tells_when_one_person_leaves() -> None:
    """Shown with five and not with four: who comes or goes is told by what is held back."""
    counter = NaiveCounter(min_people=5)
    for who in ("marie", "omar", "ana", "li", "jo"):
        counter.file_debrief(who)
    assert counter.count_forms() is not None
    counter.withdraw_debriefs("marie")
    assert counter.count_forms() is None


@pytest.mark.parametrize("size", [5, 12, 20])
async def test_the_size_rule_does_not_tell_that_somebody_left(tmp_path: Path, size: int) -> None:
    """Whether a clinician stays in the check-ins or leaves, every page and table is the same.

    At each size at which one fewer would change span, unit or level.
    """
    people = tuple(build_person(f"clin{number}") for number in range(1, size + 1))

    async def before(world: World) -> None:
        await set_up_team(world.context, TEAM, people)
        await world.give_agreement(SUPERVISOR)
        await world.press_button("join", MARIE)
        await world.file_debriefs(*people[1:])

    async def left(world: World) -> tuple[str, object]:
        await world.press_button("checkin.leave", MARIE)
        return await stayed(world)

    async def stayed(world: World) -> tuple[str, object]:
        shown = await everything(world, SUPERVISOR, people[1])
        await world.close_period()
        periods = [row[:-1] for row in await world.fetch_rows("period")]
        return shown + await everything(world, SUPERVISOR, people[1]), (
            periods,
            await fetch_releases(world),
        )

    one, other = await run_in_forks(tmp_path, before, left, stayed)
    assert one == other


async def test_the_set_up_changes_no_period_that_is_open(tmp_path: Path) -> None:
    """A supervisor who takes one clinician off the list learns nothing of what they filed."""

    async def before(world: World) -> None:
        await ready(world)
        await world.file_debriefs(*CLINICIANS)

    async def taken_off(world: World) -> object:
        await world.context.store.across_workspaces.write(
            lambda repos: repos.teams.declare_clinicians(TEAM.id, OTHERS)
        )
        await world.close_period()
        return await fetch_releases(world)

    async def left_alone(world: World) -> object:
        await world.close_period()
        return await fetch_releases(world)

    one, other = await run_in_forks(tmp_path, before, taken_off, left_alone)
    assert one == other
