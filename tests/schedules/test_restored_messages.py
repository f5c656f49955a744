"""Nothing that was sent between a backup and its restore is sent a second time."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.context import Context
from bot.conversation import Address
from bot.domain.delivery_kind import DeliveryKind
from bot.store.backup import back_up_database
from bot.store.repositories.delivery_records import DeliveryState, PlannedDelivery
from bot.store.restore import restore_database
from bot.store.store import Store
from schedules import COMPOSERS, TIMETABLE
from schedules.delivery.sender import DeliverySender
from tests.doubles import PEPPERS, START, FakeClock, RecordingOutlet
from tests.key_folders import key_store_for
from tests.sample_team import CLINICIANS, SUPERVISOR, TEAM, set_up_team

SUNDAY = START - timedelta(days=1)
"""The day before the check-ins of the week."""

DAY = timedelta(days=1)


@pytest.fixture
async def joined_context(context: Context, clock: FakeClock) -> Context:
    """A context on a Sunday with one team, of which all joined; its duties have run."""
    clock.current_time = SUNDAY
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: [repos.people.join_team(person, TEAM.id) for person in CLINICIANS]
    )
    await run_tick(context)
    return context


async def run_tick(context: Context) -> None:
    """Run every duty and send what is due."""
    for duty in TIMETABLE.values():
        await duty.run(context)
    await DeliverySender(context, COMPOSERS).send_all_due()


def back_up(folder: Path) -> None:
    """Copy the context's database."""
    back_up_database(f"sqlite:///{folder}/attune.sqlite", folder / "backup")


@asynccontextmanager
async def restore(context: Context, folder: Path, *, uses_command: bool) -> AsyncIterator[Context]:
    """Restore the backup, by the command or by hand, and go on with it."""
    await context.store.close()
    database = folder / "attune.sqlite"
    key_store = key_store_for(f"sqlite:///{database}")
    if uses_command:
        restore_database(database, folder / "backup", key_store, context.now())
    else:
        database.rename(folder / "damaged")
        (folder / "backup").rename(database)
    store = Store.open(f"sqlite:///{database}", PEPPERS, key_store)
    yield Context(store, context.catalogue, context.now, context.outlets)
    await store.close()


def list_addresses(outlet: RecordingOutlet) -> list[Address]:
    """Return the address of every message sent but the supervisor's, sorted."""
    addresses = (sent.address for sent in outlet.sent_messages)
    return sorted((to for to in addresses if to.person != SUPERVISOR.id), key=repr)


@pytest.mark.parametrize("uses_command", [True, False], ids=["command", "by hand"])
async def test_checkins_and_tips_since_the_backup_are_not_sent_again(
    joined_context: Context,
    outlet: RecordingOutlet,
    clock: FakeClock,
    tmp_path: Path,
    *,
    uses_command: bool,
) -> None:
    """Nine check-ins and a tip were sent after the backup; the restored bot sends none of them."""
    back_up(tmp_path)
    clock.current_time = START + timedelta(days=1, minutes=1)
    await run_tick(joined_context)
    addresses = list_addresses(outlet)
    assert len(addresses) == len(CLINICIANS) + 1

    async with restore(joined_context, tmp_path, uses_command=uses_command) as restored:
        for _ in range(3):
            clock.advance(hours=1)
            await run_tick(restored)

        assert list_addresses(outlet) == addresses
        clock.advance(days=7)
        await run_tick(restored)
        assert list_addresses(outlet) == sorted([*addresses, *addresses], key=repr)


@pytest.mark.parametrize("uses_command", [True, False], ids=["command", "by hand"])
async def test_checkins_that_were_planned_at_the_backup_are_not_sent_again(
    joined_context: Context,
    outlet: RecordingOutlet,
    clock: FakeClock,
    tmp_path: Path,
    *,
    uses_command: bool,
) -> None:
    """A backup between the plan and the sending contains the rows as planned."""
    clock.current_time = START
    for duty in TIMETABLE.values():
        await duty.run(joined_context)
    back_up(tmp_path)
    clock.advance(minutes=20)
    await run_tick(joined_context)
    addresses = list_addresses(outlet)
    assert len(addresses) == len(CLINICIANS)

    async with restore(joined_context, tmp_path, uses_command=uses_command) as restored:
        clock.advance(minutes=20)
        await run_tick(restored)

        assert list_addresses(outlet) == addresses
        counts = await restored.store.across_workspaces.read(
            lambda repos: repos.deliveries.count_by_state()
        )
    unconfirmed = [count for count in counts if count.state is DeliveryState.UNCONFIRMED]
    assert [(count.count, count.reason) for count in unconfirmed] == [(9, "restored")]


async def test_what_nobody_can_have_sent_is_sent_late(
    joined_context: Context, outlet: RecordingOutlet, clock: FakeClock, tmp_path: Path
) -> None:
    """After a machine was lost on Sunday, a backup put in place on Monday asks the week's question.

    The keys show that the replaced database had stopped before the check-ins were due.
    """
    back_up(tmp_path)
    clock.advance(hours=1)
    await run_tick(joined_context)
    clock.current_time = START + timedelta(hours=3)

    async with restore(joined_context, tmp_path, uses_command=False) as restored:
        await run_tick(restored)

    assert len(outlet.sent_messages) == len(CLINICIANS)


async def test_what_is_due_after_a_restore_by_the_command_is_sent(
    joined_context: Context, outlet: RecordingOutlet, clock: FakeClock, tmp_path: Path
) -> None:
    """The command has excluded the replaced database, however short ago that wrote its mark."""
    back_up(tmp_path)
    clock.current_time = START - timedelta(minutes=10)
    await run_tick(joined_context)
    clock.advance(minutes=5)

    async with restore(joined_context, tmp_path, uses_command=True) as restored:
        await run_tick(restored)
        clock.current_time = START + timedelta(minutes=1)
        await run_tick(restored)

    assert len(list_addresses(outlet)) == len(CLINICIANS)


async def test_unconfirmed_checkin_is_not_counted_as_unanswered(
    joined_context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    """Whoever was asked since the backup, and answered, is not taken for silent after it."""
    back_up(tmp_path)
    clock.current_time = START + timedelta(minutes=1)
    await run_tick(joined_context)

    async with restore(joined_context, tmp_path, uses_command=True) as restored:
        await run_tick(restored)
        people = await restored.store.across_workspaces.read(
            lambda repos: [repos.people.get(person) for person in CLINICIANS]
        )

    assert {person.unanswered_count for person in people} == {0}


@pytest.mark.parametrize("has_run", [False, True], ids=["restored", "restored and started"])
async def test_restore_with_a_clock_ahead_silences_nobody_until_that_date(
    joined_context: Context,
    outlet: RecordingOutlet,
    clock: FakeClock,
    tmp_path: Path,
    *,
    has_run: bool,
) -> None:
    """Once the clock is right, the check-ins of Monday are sent.

    A bot that ran with the wrong clock has moved the database's own mark ahead, too.
    """
    back_up(tmp_path)
    clock.advance(days=365)
    async with restore(joined_context, tmp_path, uses_command=True) as restored:
        if has_run:
            await run_tick(restored)
        clock.current_time = SUNDAY + timedelta(hours=1)
        await run_tick(restored)
        clock.current_time = START + timedelta(minutes=1)
        await run_tick(restored)

    assert len(list_addresses(outlet)) == len(CLINICIANS)


@pytest.mark.parametrize("is_of_copy", [False, True], ids=["same backup", "backup of the copy"])
async def test_second_restore_by_hand_within_the_hour_sends_nothing_twice(
    joined_context: Context,
    outlet: RecordingOutlet,
    clock: FakeClock,
    tmp_path: Path,
    *,
    is_of_copy: bool,
) -> None:
    """The first copy sent the check-ins while the claim of the keys excluded it."""
    back_up(tmp_path)
    shutil.copyfile(tmp_path / "backup", tmp_path / "second")
    clock.current_time = START - timedelta(minutes=20)
    await run_tick(joined_context)
    clock.advance(minutes=5)
    async with restore(joined_context, tmp_path, uses_command=False) as first:
        await run_tick(first)
        if is_of_copy:
            back_up(tmp_path)
            (tmp_path / "backup").rename(tmp_path / "second")
        clock.current_time = START + timedelta(minutes=20)
        await run_tick(first)
    addresses = list_addresses(outlet)
    assert len(addresses) == len(CLINICIANS)

    (tmp_path / "second").rename(tmp_path / "backup")
    async with restore(first, tmp_path, uses_command=False) as second:
        for _ in range(3):
            clock.advance(minutes=5)
            await run_tick(second)

    assert list_addresses(outlet) == addresses


async def test_what_a_form_plans_after_a_restore_by_hand_stays_planned(
    joined_context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    """The first tick has settled; no other database has sent a post of minutes later."""
    back_up(tmp_path)
    clock.advance(hours=1)
    await run_tick(joined_context)

    async with restore(joined_context, tmp_path, uses_command=False) as restored:
        clock.advance(minutes=2)
        await run_tick(restored)
        clock.advance(minutes=2)
        posts = [
            PlannedDelivery(TEAM.workspace, kind, "", TEAM.channel, "s", due, due + DAY, "")
            for kind, due in ((DeliveryKind.SHARE, clock()), (DeliveryKind.INTRODUCTION, START))
        ]
        store = restored.store.across_workspaces
        await store.write(lambda repos: repos.deliveries.plan_deliveries(posts))
        clock.advance(minutes=2)
        for duty in TIMETABLE.values():
            await duty.run(restored)
        counts = await store.read(lambda repos: repos.deliveries.count_by_state())

    assert {count.state for count in counts} == {DeliveryState.PLANNED}


async def test_start_with_a_clock_behind_after_a_restore_sends_nothing_twice(
    joined_context: Context, outlet: RecordingOutlet, clock: FakeClock, tmp_path: Path
) -> None:
    """A machine whose clock is not set yet does not forget until when messages were sent."""
    back_up(tmp_path)
    clock.current_time = START + timedelta(minutes=20)
    await run_tick(joined_context)
    addresses = list_addresses(outlet)
    assert len(addresses) == len(CLINICIANS)

    clock.advance(minutes=20)
    async with restore(joined_context, tmp_path, uses_command=True) as restored:
        right_time = clock.current_time
        clock.current_time = SUNDAY - timedelta(days=30)
        for _ in range(2):
            await run_tick(restored)
        clock.current_time = right_time + timedelta(minutes=2)
        await run_tick(restored)

    assert list_addresses(outlet) == addresses
