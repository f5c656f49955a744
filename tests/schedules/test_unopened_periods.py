"""A team that cannot be counted for now is tried by every run of the duty, quietly."""

import logging
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

import pytest

from bot.context import Context
from bot.domain.counts import exposure
from bot.domain.counts.release_rule import TOTAL, CountingTerms
from bot.store.period import Period
from schedules import close_periods
from tests.attacks.database_copies import BotInstance, open_instance
from tests.sample_team import CLINICIANS, WORKSPACE, set_up_team

RUN_COUNT = 3


async def declare_too_few(context: Context) -> None:
    """Declare a team of four, which is never counted by itself."""
    await set_up_team(context, clinicians=CLINICIANS[:4])


async def exhaust_exposure(context: Context) -> None:
    """Declare a team whose people may be in no further table for most of a year."""
    terms = CountingTerms(13, 1, exposure.max_yearly_exposure())
    opens, closes = date(2026, 4, 6), date(2026, 6, 22)
    former = Period(WORKSPACE, TOTAL, "team:former", opens, closes, 0, 9, terms, "")
    await context.store.across_workspaces.write(
        lambda repos: repos.period_members.insert_members(former, CLINICIANS)
    )
    await set_up_team(context)


@pytest.mark.parametrize("prepare", [declare_too_few, exhaust_exposure])
async def test_repeated_runs_write_and_log_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, prepare: Callable[[Context], Awaitable[None]]
) -> None:
    """Once its team is set up, a run without a period to open commits no change and logs none."""
    caplog.set_level(logging.INFO)
    async with open_instance(tmp_path) as instance:
        await prepare(instance.context)
        await close_periods.run(instance.context)
        caplog.clear()
        versions = [read_database(instance)]
        for _ in range(RUN_COUNT):
            instance.clock.advance(days=1)
            assert await close_periods.run(instance.context) == 0
            versions.append(read_database(instance))
        rows = await instance.fetch_rows("period")

    assert TOTAL not in {row[0] for row in rows}
    assert len(set(versions)) == 1
    assert caplog.messages == []


def read_database(instance: BotInstance) -> bytes:
    """Return the bytes of the database and of its write-ahead log."""
    return b"".join(
        path.read_bytes()
        for path in sorted(instance.folder.glob("attune.sqlite*"))
        if not path.name.endswith("-shm")
    )
