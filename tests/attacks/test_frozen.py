import asyncio
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from schedules import close_periods
from tests.attacks.database_copies import BotInstance, fetch_releases, open_instance
from tests.doubles import PEPPERS, FakeClock
from tests.key_folders import open_test_store
from tests.ledger_records import count_stored_codes
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


async def prepare_filed_team(instance: BotInstance, debriefs_each: int = 1) -> None:
    """Set up a team in which every clinician has filed, one of them often."""
    await set_up_team(instance.context)
    await instance.give_agreement(SUPERVISOR)
    await instance.file_debriefs(*CLINICIANS * debriefs_each, *[MARIE] * 6)


async def file_late(instance: BotInstance) -> None:
    """File after the end of the period, by a correct clock and by a clock that is behind."""
    await instance.file_debriefs(MARIE)
    instance.clock.advance(minutes=-1)
    await instance.file_debriefs(MARIE)
    instance.clock.advance(minutes=1)


async def withdraw_all(instance: BotInstance) -> None:
    """Withdraw every debrief of one person."""
    await instance.submit_form("withdraw", MARIE, {})


async def close_again(instance: BotInstance) -> None:
    """Run the schedule again, and once more a day later."""
    await close_periods.run(instance.context)
    instance.clock.advance(days=1)
    await close_periods.run(instance.context)


async def change_roster(instance: BotInstance) -> None:
    """Change the roster so that the team becomes large, and move its time zone."""
    newcomers = tuple(build_person(f"new{number}") for number in range(30))
    await set_up_team(
        instance.context, replace(TEAM, zone="Pacific/Honolulu"), (*CLINICIANS[3:], *newcomers)
    )
    await instance.context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(STRANGER, TEAM.id)
    )
    await close_periods.run(instance.context)


async def restart_only(_instance: BotInstance) -> None:
    """Do nothing except the restart that follows each action anyway."""


ACTIONS = (file_late, withdraw_all, close_again, change_roster, restart_only)


async def claim_table_is_unchanged(folder: Path, action: object, debriefs_each: int = 1) -> None:
    """Claim that *action* after the close leaves every published table unchanged."""
    async with open_instance(folder) as instance:
        await prepare_filed_team(instance, debriefs_each)
        await instance.close_period()
        before, page, close_time = (
            await fetch_releases(instance),
            await instance.run_command("debriefs", SUPERVISOR),
            instance.clock.current_time,
        )
        assert callable(action)
        await action(instance)
        end_time = instance.clock.current_time
    async with open_instance(folder, max(close_time, end_time)) as reopened:
        await close_periods.run(reopened.context)
        assert await fetch_releases(reopened) == before
        assert len(before) == 2
        if action is not change_roster:
            assert repr(await reopened.run_command("debriefs", SUPERVISOR)) == repr(page)


@pytest.mark.parametrize("action", ACTIONS)
async def test_published_table_is_unchanged(tmp_path: Path, action: object) -> None:
    """Late debriefs, withdrawals, a second close, a roster change or a restart change no byte."""
    await claim_table_is_unchanged(tmp_path, action)


async def test_restored_backup_publishes_the_same_tables(tmp_path: Path) -> None:
    """A copy taken while the period was open publishes the same bytes when it is closed."""
    async with open_instance(tmp_path / "original") as instance:
        await prepare_filed_team(instance)
        copy_time = instance.clock.current_time
    shutil.copytree(tmp_path / "original", tmp_path / "backup")
    tables = []
    for folder in ("original", "backup"):
        async with open_instance(tmp_path / folder, copy_time) as instance:
            await instance.close_period()
            tables.append(await fetch_releases(instance))

    assert tables[0] == tables[1]


async def test_concurrent_closes_on_postgresql_publish_one_table(
    postgres_url: str, tmp_path: Path
) -> None:
    """Three processes that close the same period at the same moment publish it once."""
    store = open_test_store(postgres_url, PEPPERS)
    store.migrate()
    clock = FakeClock()
    async with open_instance(tmp_path) as template:
        instance = BotInstance(replace(template.context, store=store, now=clock), clock, tmp_path)
        await prepare_filed_team(instance)
    workers = [open_test_store(postgres_url, PEPPERS) for _ in range(3)]
    end = clock.current_time + timedelta(weeks=2)
    contexts = [replace(instance.context, store=worker, now=FakeClock(end)) for worker in workers]

    closed_counts = await asyncio.gather(*(close_periods.run(context) for context in contexts))
    before = await fetch_releases(instance)
    later_counts = await asyncio.gather(*(close_periods.run(context) for context in contexts))

    assert sorted(closed_counts) == [0, 0, 2]
    assert later_counts == [0, 0, 0]
    assert len(before) == 2
    assert await fetch_releases(instance) == before
    for open_store in (store, *workers):
        await open_store.close()


async def test_rotating_the_pepper_changes_no_table(tmp_path: Path) -> None:
    """Nothing of a period is derived from the pepper, so that it can be replaced at any time.

    Every table is the same to the byte as where the pepper was never changed, and a debrief filed
    before the change can be withdrawn after it.
    """
    async with open_instance(tmp_path / "original", peppers=(OLD,)) as instance:
        await prepare_filed_team(instance)
        copy_time = instance.clock.current_time
    shutil.copytree(tmp_path / "original", tmp_path / "never changed")
    shutil.copytree(tmp_path / "original", tmp_path / "withdrawn")
    async with open_instance(tmp_path / "never changed", copy_time, (OLD,)) as instance:
        await instance.close_period()
        expected = await fetch_releases(instance)
    async with open_instance(tmp_path / "withdrawn", copy_time, (NEW,)) as instance:
        await instance.submit_form("withdraw", MARIE, {})
        assert await count_stored_codes(instance.context.store) == 2 * 8

    async with open_instance(tmp_path / "original", copy_time, (NEW,)) as instance:
        await instance.close_period()
        assert await fetch_releases(instance) == expected
        await instance.file_debriefs(MARIE)
        await instance.close_period()
        assert [row for row in await fetch_releases(instance) if row in expected] == expected
        assert len(await fetch_releases(instance)) == 4


async def test_missing_key_can_be_restored(tmp_path: Path) -> None:
    """Without the key no table is published; restoring it publishes the expected table."""
    async with open_instance(tmp_path / "original") as instance:
        await prepare_filed_team(instance)
        copy_time = instance.clock.current_time
    shutil.copytree(tmp_path / "original", tmp_path / "never changed")
    async with open_instance(tmp_path / "never changed", copy_time) as instance:
        await instance.close_period()
        expected, copy_time = await fetch_releases(instance), instance.clock.current_time

    keys_folder = tmp_path / "original/attune.keys"
    keys_folder.rename(tmp_path / "unmounted")
    async with open_instance(tmp_path / "original", copy_time) as instance:
        assert await close_periods.run(instance.context) == 0
        assert await fetch_releases(instance) == []
        assert (
            instance.context.store.read_sync(lambda repos: repos.ledger.count_unreadable_periods())
            == 2
        )
    shutil.copytree(tmp_path / "unmounted", keys_folder, dirs_exist_ok=True)
    async with open_instance(tmp_path / "original", copy_time) as instance:
        assert await close_periods.run(instance.context) == 2
        assert await fetch_releases(instance) == expected
