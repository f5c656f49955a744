"""Several workers, and a process that is killed at any step, plan and send a notice once."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import cast

from bot.content.catalogue import Catalogue
from bot.context import Context
from bot.store.repositories.deliveries import DeliveryState
from bot.store.store import Store
from schedules import COMPOSERS, close_notice, close_periods
from schedules.delivery.sender import DeliverySender
from tests.doubles import START, FakeClock, RecordingOutlet
from tests.sample_team import (
    set_up_team,
)
from tests.schedules.crashed_copies import iter_crashed_copies
from tests.schedules.notices import (
    SUPERVISORS,
    TEAM_HOUR,
    count_notices,
    run_tick,
)
from tests.schedules.test_period_crashes import prepare, run_on_store


def build_context(store: Store) -> Context:
    """Return a context on *store*, at the team's hour."""
    outlets = {"slack": RecordingOutlet()}
    return Context(store, cast("Catalogue", None), lambda: TEAM_HOUR, outlets)


async def close_for_supervisors(store: Store) -> None:
    """Close the period of a team with three supervisors."""
    store.migrate()
    context = build_context(store)
    await set_up_team(replace(context, now=lambda: START), supervisors=SUPERVISORS)
    await close_periods.run(context)


async def plan_notices(store: Store) -> None:
    """Plan the notices at the team's hour, one a transaction."""
    await close_notice.run(build_context(store), batch_size=1)


async def test_two_workers_plan_one_notice(supervised_context: Context, clock: FakeClock) -> None:
    """Concurrent runs of two workers insert one row, and a third run none."""
    clock.current_time = TEAM_HOUR
    await close_periods.run(supervised_context)

    counts = await asyncio.gather(*(close_notice.run(supervised_context) for _ in range(2)))

    assert sum(counts) == 1
    assert await close_notice.run(supervised_context) == 0
    assert await count_notices(supervised_context) == {("planned", ""): 1}


async def test_two_senders_send_one_notice(
    supervised_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """Two concurrent senders claim the notice once."""
    clock.current_time = TEAM_HOUR
    await run_tick(supervised_context)

    senders = [DeliverySender(supervised_context, COMPOSERS) for _ in range(2)]
    await asyncio.gather(*(sender.send_all_due() for sender in senders))

    assert len(outlet.sent_messages) == 1


def test_a_crash_at_any_step_loses_and_repeats_no_notice(tmp_path: Path) -> None:
    """A process that is killed at any step of planning leaves the rest to the next run."""
    prepared = prepare(tmp_path / "prepared", close_for_supervisors)

    async def run_again_and_check(store: Store) -> None:
        await plan_notices(store)
        rows = await store.across_workspaces.read(lambda repos: repos.deliveries.count_by_state())
        assert [(row.state, row.count) for row in rows] == [(DeliveryState.PLANNED, 3)]

    steps = 0
    for copy in iter_crashed_copies(tmp_path, prepared, plan_notices):
        run_on_store(copy.folder, run_again_and_check)
        steps += copy.step_count
    assert steps > len(SUPERVISORS)
