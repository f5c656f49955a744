import asyncio
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.store.store import Store
from schedules import close_periods
from tests.attacks.forks import World, told, world
from tests.doubles import PEPPERS, Moment
from tests.sample_team import CLINICIANS, MARIE, STRANGER, SUPERVISOR, TEAM, person, set_up

OLD = b"the pepper of last year, made up for tests"
NEW = b"the pepper of this year, made up for tests"


async def filed(one: World) -> None:
    """A team all of whom have filed, one of them often."""
    await set_up(one.desk)
    await one.agrees(SUPERVISOR)
    await one.files(*CLINICIANS, *[MARIE] * 6)


async def late(one: World) -> None:
    """Somebody files when the period is over, by a clock that is right and by one that is late."""
    await one.files(MARIE)
    one.clock.move(minutes=-1)
    await one.files(MARIE)
    one.clock.move(minutes=1)


async def withdrawn(one: World) -> None:
    """Somebody takes everything back."""
    await one.sends("withdraw", MARIE, {})


async def closed_again(one: World) -> None:
    """The schedule runs once more, and once more a day later."""
    await close_periods.run(one.desk)
    one.clock.move(days=1)
    await close_periods.run(one.desk)


async def another_roster(one: World) -> None:
    """People come and go, and the team becomes large and moves west."""
    many = tuple(person(f"new{number}") for number in range(30))
    await set_up(one.desk, replace(TEAM, zone="Pacific/Honolulu"), (*CLINICIANS[3:], *many))
    await one.desk.store.write(lambda books: books.people.join(STRANGER, TEAM.id))
    await close_periods.run(one.desk)


async def restarted(one: World) -> None:
    """Nothing but the restart that follows each of these anyway."""


AFTERWARDS = (late, withdrawn, closed_again, another_roster, restarted)


async def stays_as_it_is(folder: Path, act: object) -> None:
    """Claim that what *act* does after the close leaves every published table as it was."""
    async with world(folder) as one:
        await filed(one)
        await one.close()
        before, page, at = await told(one), await one.asks("debriefs", SUPERVISOR), one.clock.at
        assert callable(act)
        await act(one)
        after = one.clock.at
    async with world(folder, max(at, after)) as again:
        await close_periods.run(again.desk)
        assert await told(again) == before
        assert len(before) == 2
        if act is not another_roster:
            assert repr(await again.asks("debriefs", SUPERVISOR)) == repr(page)


@pytest.mark.parametrize("act", AFTERWARDS)
async def test_a_published_table_stays_as_it_is(tmp_path: Path, act: object) -> None:
    """A late debrief, a withdrawal, a second close, a roster change, a restart: the same bytes."""
    await stays_as_it_is(tmp_path, act)


async def test_a_restored_backup_tells_the_same_tables(tmp_path: Path) -> None:
    """Closed anew from a copy taken while the period was open, or just after it: the same bytes."""
    async with world(tmp_path / "kept") as one:
        await filed(one)
        at = one.clock.at
    shutil.copytree(tmp_path / "kept", tmp_path / "backup")
    tables = []
    for folder in ("kept", "backup"):
        async with world(tmp_path / folder, at) as one:
            await one.close()
            tables.append(await told(one))

    assert tables[0] == tables[1]


async def test_two_workers_that_close_at_once_on_postgresql_tell_one_table(
    postgres_url: str, tmp_path: Path
) -> None:
    """Three processes close the same period at the same moment; a copy closed alone agrees."""
    store = Store.open(postgres_url, PEPPERS)
    store.migrate()
    clock = Moment()
    async with world(tmp_path) as like:
        one = World(replace(like.desk, store=store, now=clock), clock, tmp_path)
        await filed(one)
    workers = [Store.open(postgres_url, PEPPERS) for _ in range(3)]
    end = clock.at + timedelta(weeks=2)
    desks = [replace(one.desk, store=worker, now=Moment(end)) for worker in workers]

    closed = await asyncio.gather(*(close_periods.run(desk) for desk in desks))
    before = await told(one)
    again = await asyncio.gather(*(close_periods.run(desk) for desk in desks))

    assert sorted(closed) == [0, 0, 2]
    assert again == [0, 0, 0]
    assert len(before) == 2
    assert await told(one) == before
    for each in (store, *workers):
        await each.close()


async def test_the_pepper_is_changed_as_the_runbook_says(tmp_path: Path) -> None:
    """The new one goes in front, the open period closes under the old, then the old one goes.

    Every table is the same to the byte as where the pepper was never changed, and what was
    filed before the change can be taken back after it.
    """
    async with world(tmp_path / "kept", peppers=(OLD,)) as one:
        await filed(one)
        at = one.clock.at
    shutil.copytree(tmp_path / "kept", tmp_path / "never changed")
    shutil.copytree(tmp_path / "kept", tmp_path / "regretted")
    async with world(tmp_path / "never changed", at, (OLD,)) as one:
        await one.close()
        expected = await told(one)
    async with world(tmp_path / "regretted", at, (NEW, OLD)) as one:
        await one.sends("withdraw", MARIE, {})
        assert len(await one.rows("slip")) == 2 * 8

    async with world(tmp_path / "kept", at, (NEW, OLD)) as one:
        await one.close()
        assert await told(one) == expected
        assert await one.desk.store.read(lambda books: books.ledger.locked()) == 0
        at = one.clock.at
    async with world(tmp_path / "kept", at, (NEW,)) as one:
        assert await one.desk.store.read(lambda books: books.ledger.locked()) == 0
        await one.files(MARIE)
        await one.close()
        assert [row for row in await told(one) if row in expected] == expected
        assert len(await told(one)) == 4


async def test_a_pepper_that_went_too_early_can_come_back(tmp_path: Path) -> None:
    """Without it nothing wrong is told; once it is back, the table is what it would have been."""
    async with world(tmp_path / "kept", peppers=(OLD,)) as one:
        await filed(one)
        at = one.clock.at
    shutil.copytree(tmp_path / "kept", tmp_path / "never changed")
    async with world(tmp_path / "never changed", at, (OLD,)) as one:
        await one.close()
        expected, at = await told(one), one.clock.at

    async with world(tmp_path / "kept", at, (NEW,)) as one:
        assert await close_periods.run(one.desk) == 0
        assert await told(one) == []
        assert await one.desk.store.read(lambda books: books.ledger.locked()) == 2
    async with world(tmp_path / "kept", at, (NEW, OLD)) as one:
        assert await close_periods.run(one.desk) == 2
        assert await told(one) == expected
