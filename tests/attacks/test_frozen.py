import asyncio
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.store.store import Store
from schedules import close_periods
from tests.attacks.forks import World, fetch_releases, open_world
from tests.doubles import PEPPERS, FakeClock
from tests.sample_team import (
    CLINICIANS,
    MARIE,
    STRANGER,
    SUPERVISOR,
    TEAM,
    build_person,
    set_up_team,
)

OLD = b"the pepper of last year, made up for tests"
NEW = b"the pepper of this year, made up for tests"


async def filed(one: World) -> None:
    """A team all of whom have filed, one of them often."""
    await set_up_team(one.context)
    await one.give_agreement(SUPERVISOR)
    await one.file_debriefs(*CLINICIANS, *[MARIE] * 6)


async def late(one: World) -> None:
    """Somebody files when the period is over, by a clock that is right and by one that is late."""
    await one.file_debriefs(MARIE)
    one.clock.advance(minutes=-1)
    await one.file_debriefs(MARIE)
    one.clock.advance(minutes=1)


async def withdrawn(one: World) -> None:
    """Somebody takes everything back."""
    await one.submit_form("withdraw", MARIE, {})


async def closed_again(one: World) -> None:
    """The schedule runs once more, and once more a day later."""
    await close_periods.run(one.context)
    one.clock.advance(days=1)
    await close_periods.run(one.context)


async def another_roster(one: World) -> None:
    """People come and go, and the team becomes large and moves west."""
    many = tuple(build_person(f"new{number}") for number in range(30))
    await set_up_team(one.context, replace(TEAM, zone="Pacific/Honolulu"), (*CLINICIANS[3:], *many))
    await one.context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(STRANGER, TEAM.id)
    )
    await close_periods.run(one.context)


async def restarted(one: World) -> None:
    """Nothing but the restart that follows each of these anyway."""


AFTERWARDS = (late, withdrawn, closed_again, another_roster, restarted)


async def stays_as_it_is(folder: Path, act: object) -> None:
    """Claim that what *act* does after the close leaves every published table as it was."""
    async with open_world(folder) as one:
        await filed(one)
        await one.close_period()
        before, page, at = (
            await fetch_releases(one),
            await one.run_command("debriefs", SUPERVISOR),
            one.clock.current_time,
        )
        assert callable(act)
        await act(one)
        after = one.clock.current_time
    async with open_world(folder, max(at, after)) as again:
        await close_periods.run(again.context)
        assert await fetch_releases(again) == before
        assert len(before) == 2
        if act is not another_roster:
            assert repr(await again.run_command("debriefs", SUPERVISOR)) == repr(page)


@pytest.mark.parametrize("act", AFTERWARDS)
async def test_a_published_table_stays_as_it_is(tmp_path: Path, act: object) -> None:
    """A late debrief, a withdrawal, a second close, a roster change, a restart: the same bytes."""
    await stays_as_it_is(tmp_path, act)


async def test_a_restored_backup_tells_the_same_tables(tmp_path: Path) -> None:
    """Closed anew from a copy taken while the period was open, or just after it: the same bytes."""
    async with open_world(tmp_path / "kept") as one:
        await filed(one)
        at = one.clock.current_time
    shutil.copytree(tmp_path / "kept", tmp_path / "backup")
    tables = []
    for folder in ("kept", "backup"):
        async with open_world(tmp_path / folder, at) as one:
            await one.close_period()
            tables.append(await fetch_releases(one))

    assert tables[0] == tables[1]


async def test_two_workers_that_close_at_once_on_postgresql_tell_one_table(
    postgres_url: str, tmp_path: Path
) -> None:
    """Three processes close the same period at the same moment; a copy closed alone agrees."""
    store = Store.open(postgres_url, PEPPERS)
    store.migrate()
    clock = FakeClock()
    async with open_world(tmp_path) as like:
        one = World(replace(like.context, store=store, now=clock), clock, tmp_path)
        await filed(one)
    workers = [Store.open(postgres_url, PEPPERS) for _ in range(3)]
    end = clock.current_time + timedelta(weeks=2)
    desks = [replace(one.context, store=worker, now=FakeClock(end)) for worker in workers]

    closed = await asyncio.gather(*(close_periods.run(context) for context in desks))
    before = await fetch_releases(one)
    again = await asyncio.gather(*(close_periods.run(context) for context in desks))

    assert sorted(closed) == [0, 0, 2]
    assert again == [0, 0, 0]
    assert len(before) == 2
    assert await fetch_releases(one) == before
    for each in (store, *workers):
        await each.close()


async def test_the_pepper_is_changed_as_the_runbook_says(tmp_path: Path) -> None:
    """The new one goes in front, the open period closes under the old, then the old one goes.

    Every table is the same to the byte as where the pepper was never changed, and what was
    filed before the change can be taken back after it.
    """
    async with open_world(tmp_path / "kept", peppers=(OLD,)) as one:
        await filed(one)
        at = one.clock.current_time
    shutil.copytree(tmp_path / "kept", tmp_path / "never changed")
    shutil.copytree(tmp_path / "kept", tmp_path / "regretted")
    async with open_world(tmp_path / "never changed", at, (OLD,)) as one:
        await one.close_period()
        expected = await fetch_releases(one)
    async with open_world(tmp_path / "regretted", at, (NEW, OLD)) as one:
        await one.submit_form("withdraw", MARIE, {})
        assert len(await one.fetch_rows("slip")) == 2 * 8

    async with open_world(tmp_path / "kept", at, (NEW, OLD)) as one:
        await one.close_period()
        assert await fetch_releases(one) == expected
        assert (
            await one.context.store.across_workspaces.read(
                lambda repos: repos.slips.count_locked_periods()
            )
            == 0
        )
        at = one.clock.current_time
    async with open_world(tmp_path / "kept", at, (NEW,)) as one:
        assert (
            await one.context.store.across_workspaces.read(
                lambda repos: repos.slips.count_locked_periods()
            )
            == 0
        )
        await one.file_debriefs(MARIE)
        await one.close_period()
        assert [row for row in await fetch_releases(one) if row in expected] == expected
        assert len(await fetch_releases(one)) == 4


async def test_a_pepper_that_went_too_early_can_come_back(tmp_path: Path) -> None:
    """Without it nothing wrong is told; once it is back, the table is what it would have been."""
    async with open_world(tmp_path / "kept", peppers=(OLD,)) as one:
        await filed(one)
        at = one.clock.current_time
    shutil.copytree(tmp_path / "kept", tmp_path / "never changed")
    async with open_world(tmp_path / "never changed", at, (OLD,)) as one:
        await one.close_period()
        expected, at = await fetch_releases(one), one.clock.current_time

    async with open_world(tmp_path / "kept", at, (NEW,)) as one:
        assert await close_periods.run(one.context) == 0
        assert await fetch_releases(one) == []
        assert (
            await one.context.store.across_workspaces.read(
                lambda repos: repos.slips.count_locked_periods()
            )
            == 2
        )
    async with open_world(tmp_path / "kept", at, (NEW, OLD)) as one:
        assert await close_periods.run(one.context) == 2
        assert await fetch_releases(one) == expected
