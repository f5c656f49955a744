"""A restored database is detected by the mark that the key store also has."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from bot.context import Context
from bot.store.backup import back_up_database
from bot.store.keys.key_id import PeriodKeyId
from bot.store.rollback import Rollback
from bot.store.store import Store
from schedules import detect_rollback
from tests.doubles import PEPPERS, START, FakeClock
from tests.key_folders import key_store_for, list_period_keys


def open_copy(tmp_path: Path) -> Store:
    """Open the backup with the key store of the original."""
    key_store = key_store_for(f"sqlite:///{tmp_path}/attune.sqlite")
    return Store.open(f"sqlite:///{tmp_path}/backup", PEPPERS, key_store)


def make_backup(tmp_path: Path) -> None:
    """Copy the context's database."""
    back_up_database(f"sqlite:///{tmp_path}/attune.sqlite", tmp_path / "backup")


async def test_database_that_goes_on_is_no_rollback(context: Context, clock: FakeClock) -> None:
    """Without a restore nothing is detected, at the first run and later."""
    assert context.store.detect_rollback() is None
    for _ in range(3):
        assert await detect_rollback.run(context) == 0
        clock.advance(hours=1)
    assert context.store.detect_rollback() is None


async def test_restored_backup_is_detected(
    context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    """An older copy with the same key store is detected, with the span that is undone."""
    await detect_rollback.run(context)
    make_backup(tmp_path)
    clock.advance(days=3)
    await detect_rollback.run(context)
    restored = open_copy(tmp_path)

    detected = restored.detect_rollback()
    await restored.close()

    sent_until = START + timedelta(days=3, minutes=15)
    assert detected == Rollback(START, sent_until)


async def test_rollback_is_logged_once_without_a_date(
    context: Context, clock: FakeClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The duty logs a detected restore and advances the mark; the next run finds nothing."""
    await detect_rollback.run(context)
    make_backup(tmp_path)
    clock.advance(days=3)
    await detect_rollback.run(context)
    restored = Context(open_copy(tmp_path), context.catalogue, clock, {})
    clock.advance(days=1)

    with caplog.at_level(logging.ERROR, "attune.rollback"):
        detected_counts = [await detect_rollback.run(restored) for _ in range(2)]
    await restored.store.close()

    assert detected_counts == [1, 0]
    assert [record.getMessage() for record in caplog.records] == ["rollback.detected"]


async def test_database_ahead_of_the_key_store_is_no_rollback(
    context: Context, clock: FakeClock
) -> None:
    """A process that was killed between the two writes leaves no false alarm."""
    await detect_rollback.run(context)
    clock.advance(days=1)
    await context.store.across_workspaces.write(lambda repos: repos.advance_database_mark(clock()))

    assert context.store.detect_rollback() is None


async def test_lost_key_store_is_no_rollback(context: Context, tmp_path: Path) -> None:
    """A key store without a claim says nothing about the database."""
    await detect_rollback.run(context)
    (tmp_path / "attune.keys" / "claim").unlink()

    assert context.store.detect_rollback() is None


async def test_mark_stays_while_the_original_uses_the_key_store(
    context: Context, clock: FakeClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A copy beside the running bot advances no mark, so the bot detects no restore of its own."""
    await detect_rollback.run(context)
    make_backup(tmp_path)
    copy = Context(open_copy(tmp_path), context.catalogue, clock, {})
    detected_counts = []
    for _ in range(4):
        clock.advance(minutes=30)
        detected_counts += [await detect_rollback.run(context), await detect_rollback.run(copy)]
    await copy.store.close()

    assert detected_counts == [0] * 8
    assert caplog.messages == ["key_store.in_use"] * 4
    assert context.store.key_store.read_claim() is not None
    assert context.store.detect_rollback() is None


async def test_restored_backup_takes_the_key_store_over_after_an_hour(
    context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    """Until then the people on the lists read it already, and nothing else has changed."""
    await detect_rollback.run(context)
    make_backup(tmp_path)
    clock.advance(hours=2)
    await detect_rollback.run(context)
    restored = Context(open_copy(tmp_path), context.catalogue, clock, {})
    clock.advance(minutes=59)
    claim = context.store.key_store.read_claim()

    assert await detect_rollback.run(restored) == 0
    assert context.store.key_store.read_claim() == claim
    clock.advance(minutes=1)
    assert await detect_rollback.run(restored) == 1
    assert await detect_rollback.run(restored) == 0
    await restored.store.close()


async def test_mark_is_no_key(context: Context) -> None:
    """The mark does not count as a key, and is not listed."""
    await detect_rollback.run(context)

    assert not list_period_keys(context.store)
    context.store.key_store.get_or_create(PeriodKeyId("slack:T1", 1))
    assert len(list_period_keys(context.store)) == 1
