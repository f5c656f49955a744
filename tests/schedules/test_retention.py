"""Each kind of row is deleted after its own retention period."""

import asyncio
from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path, PosixPath
from threading import Event

from sqlalchemy import select

from bot.context import Context
from bot.domain.checkins.questions import Intention
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.teams.audit_entry import AuditAction, AuditEntry
from bot.store.repositories.deliveries import PlannedDelivery
from bot.store.schema import period_members
from schedules import close_periods, retention
from tests.doubles import FakeClock
from tests.sample_team import MARIE, TEAM


async def test_an_idempotency_key_is_deleted_after_two_days(
    team_context: Context, clock: FakeClock
) -> None:
    """An idempotency key is deleted after two days, and reveals nothing afterwards."""
    await team_context.store.across_workspaces.write(
        lambda repos: repos.idempotency_keys.claim("debrief", "a", clock().date())
    )
    clock.advance(days=2)
    assert await retention.run(team_context) == 0
    clock.advance(days=1)

    assert await retention.run(team_context) == 1


async def test_an_intention_is_deleted_after_its_expiry(
    team_context: Context, clock: FakeClock
) -> None:
    """An intention is deleted after eight days."""
    await team_context.store.across_workspaces.write(
        lambda repos: repos.intentions.save_intention(
            MARIE, Intention("ask", "circle", "2026-W27", date(2026, 7, 7))
        )
    )
    clock.advance(days=9)
    await retention.run(team_context)

    assert (
        await team_context.store.across_workspaces.read(
            lambda repos: repos.intentions.get_intention(MARIE)
        )
        is None
    )


async def test_published_tables_are_retained_for_two_years(
    team_context: Context, clock: FakeClock
) -> None:
    """A table of 24 months ago is readable, one of 25 is deleted."""
    clock.advance(days=7)
    await close_periods.run(team_context)
    clock.advance(days=730)
    await retention.run(team_context)
    assert await team_context.store.across_workspaces.read(
        lambda repos: repos.releases.list_by_team(TEAM.id)
    )
    clock.advance(days=31)
    await retention.run(team_context)

    assert not await team_context.store.across_workspaces.read(
        lambda repos: repos.releases.list_by_team(TEAM.id)
    )


async def test_the_audit_trail_is_retained_for_two_years(
    team_context: Context, clock: FakeClock
) -> None:
    """An entry of 24 months ago is readable, an older one is deleted."""
    entry = AuditEntry(
        TEAM.workspace, TEAM.id, TEAM.name, clock(), MARIE.id, AuditAction.CHANGED, detail="day"
    )
    scope = team_context.store.across_workspaces
    await scope.write(lambda repos: repos.audit_trail.record([entry]))
    counts = []
    for days in (731, 1):
        clock.advance(days=days)
        await retention.run(team_context)
        counts.append(len(await scope.read(lambda repos: repos.audit_trail.list_entries())))

    assert counts == [1, 0]


async def test_the_duty_has_no_due_time(team_context: Context) -> None:
    """The duty never stops a simulated clock."""
    assert await retention.next_due(team_context) is None


async def test_a_team_is_never_introduced_twice(team_context: Context, clock: FakeClock) -> None:
    """Months later the introduction's row still exists; a tip's row is deleted."""

    def build_delivery(kind: str) -> PlannedDelivery:
        now = clock.current_time.replace(year=2026, month=6, day=29)
        return PlannedDelivery(TEAM.workspace, kind, "", TEAM.channel, TEAM.id, now, now, "")

    deliveries = [build_delivery(DeliveryKind.INTRODUCTION), build_delivery(DeliveryKind.TIP)]
    await team_context.store.across_workspaces.write(
        lambda repos: repos.deliveries.plan_deliveries(deliveries)
    )
    clock.advance(days=90)
    await retention.run(team_context)

    assert (
        await team_context.store.across_workspaces.write(
            lambda repos: repos.deliveries.plan_deliveries(deliveries)
        )
        == 1
    )


async def test_frozen_lists_are_retained_for_53_weeks(
    team_context: Context, clock: FakeClock
) -> None:
    """Whatever 52 weeks a person looks back on, the lists of their tables are there."""

    async def count_members() -> int:
        return await team_context.store.across_workspaces.read(
            lambda repos: len(list(repos._connection.execute(select(period_members))))
        )

    (closes,) = await team_context.store.across_workspaces.read(
        lambda repos: {period.closes for period in repos.ledger._periods.list_periods()}
    )
    last_day = datetime.combine(closes + timedelta(weeks=53), time(12), UTC)
    clock.advance(seconds=(last_day - clock()).total_seconds())
    await retention.run(team_context)
    assert await count_members() > 0
    clock.advance(days=1)
    await retention.run(team_context)

    assert await count_members() == 0


class HangingFolder(PosixPath):
    """A folder on a server that does not answer before :attr:`answers` is set."""

    is_asked: Event
    answers: Event

    def iterdir(self) -> Generator["HangingFolder", None, None]:
        """Wait, then return what is in the folder."""
        self.is_asked.set()
        assert self.answers.wait(30)
        return super().iterdir()


async def test_form_is_saved_while_the_folder_of_tables_does_not_answer(
    team_context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    """The end of a removed team looks for its files before the transaction that deletes it."""
    scope = team_context.store.across_workspaces
    await scope.write(lambda repos: repos.team_lifecycle.remove(TEAM, clock().date()))
    clock.advance(days=800)
    folder = HangingFolder(tmp_path)
    folder.is_asked, folder.answers = Event(), Event()
    run = asyncio.create_task(retention.run(replace(team_context, releases_folder=folder)))
    assert await asyncio.to_thread(folder.is_asked.wait, 30)

    try:
        await scope.write(lambda repos: repos.idempotency_keys.claim("form", "a", clock().date()))
    finally:
        folder.answers.set()

    await run
    assert await scope.read(lambda repos: repos.teams.list_teams_ever()) == ()
