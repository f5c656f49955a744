"""A move that ends anywhere leaves one database at most that starts, and is continued."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.store import key_rotation
from bot.store.database_move import move_database
from bot.store.key_removal import MIN_CLOSE_ATTEMPTS
from bot.store.keys.database_key_store import DatabaseKeyStore
from bot.store.keys.key_id import IdempotencyKeyId, PepperKeyId
from bot.store.keys.key_store import KeyStore
from bot.store.move_plan import Move, MoveObserver, MovePhase, MoveRefusal
from bot.store.store import Store
from tests.store.sample_moves import (
    LATER,
    count_startable,
    insert_workspace,
    key_database,
    move,
    open_source,
    open_target,
    read_common_rows,
    read_rows,
    refuse,
    seeded_folder,
)

__all__ = ["key_database", "move", "seeded_folder"]


_PREPARING, *PHASES = MovePhase
"""The phases before which an earlier one has committed something."""


class InterruptedMoveError(Exception):
    """Ends a move in the place of a kill: what was committed stays, and nothing else."""


def interrupt_in(phase: MovePhase) -> MoveObserver:
    """Return an observer that ends the move before *phase*."""

    def on_phase(current: MovePhase) -> None:
        if current is phase:
            raise InterruptedMoveError

    return MoveObserver(on_phase)


def interrupt_after(transaction_count: int) -> MoveObserver:
    """Return an observer that ends the move after so many transactions of the copy."""
    calls = iter(range(1, transaction_count + 1))

    def on_rows(_done: int, _total: int) -> None:
        if next(calls) == transaction_count:
            raise InterruptedMoveError

    return MoveObserver(on_rows=on_rows)


def interrupt_in_every_phase(move: Move) -> None:
    """Begin or continue the move and end it in each phase, then let it complete.

    Wherever it ends one database may start at most, and in the end the new one alone, with every
    row.
    """
    rows = read_common_rows(open_source(move))
    for phase in PHASES:
        with pytest.raises(InterruptedMoveError):
            move_database(move, LATER, interrupt_in(phase))
        assert count_startable(move) <= 1

    move_database(move, LATER)

    assert count_startable(move) == 1
    assert read_common_rows(open_target(move)) == rows


def test_move_is_continued_after_each_phase(move: Move) -> None:
    """With the keys in their folder an interrupted run is continued from every point."""
    interrupt_in_every_phase(move)


def test_move_of_keys_is_continued_after_each_phase(
    move: Move, key_database: DatabaseKeyStore
) -> None:
    """With the keys on their way to a database, too; all of them arrive."""
    names = [stored_key.file_name for stored_key in move.source_key_store.list_ids()]

    interrupt_in_every_phase(replace(move, new_key_store=key_database))

    assert [stored_key.file_name for stored_key in key_database.list_ids()] == names
    assert move.source_key_store.is_empty()


@pytest.mark.parametrize("transaction_count", [5, 20])
def test_copy_continues_after_the_last_transaction(move: Move, transaction_count: int) -> None:
    """A copy that ended within a table has neither doubled nor lost rows."""
    rows = read_common_rows(open_source(move))
    with pytest.raises(InterruptedMoveError):
        move_database(move, LATER, interrupt_after(transaction_count), batch_rows=5)

    move_database(move, LATER, batch_rows=5)

    assert read_common_rows(open_target(move)) == rows


def test_bot_that_ran_after_an_interruption_loses_nothing(move: Move) -> None:
    """What was written to the file before the move went on is in PostgreSQL, too."""
    with pytest.raises(InterruptedMoveError):
        move_database(move, LATER, interrupt_in(MovePhase.RETIRING_SOURCE))
    insert_workspace(open_source(move), "slack:LATER")

    move_database(move, LATER)

    assert "slack:LATER" in {row[0] for row in read_rows(open_target(move))["workspace"]}


async def destroy_and_replace_keys(store: Store) -> None:
    """Run the bot until it has given up every open period, and replace its generated secret."""
    ended = LATER + timedelta(days=400)
    for hours in range(MIN_CLOSE_ATTEMPTS):
        await store.remove_unused_keys(ended + timedelta(hours=hours))
    begin = partial(key_rotation.begin_replacement, key_id=PepperKeyId())
    finish = partial(key_rotation.finish_pepper_replacement, is_configured=False)
    await store.run_purge_step(begin, "", ended)
    await store.run_purge_step(finish, "", ended)
    await store.close()


def read_keys(key_store: KeyStore) -> dict[str, bytes | None]:
    """Return every key by its name, the generated secret among them."""
    keys = {stored_key.file_name: key_store.get(stored_key) for stored_key in key_store.list_ids()}
    for key_id in (PepperKeyId(), PepperKeyId().next_id, IdempotencyKeyId()):
        keys[key_id.file_name] = key_store.get(key_id)
    return keys


def test_keys_that_the_bot_destroyed_after_an_interruption_do_not_come_back(
    move: Move, key_database: DatabaseKeyStore
) -> None:
    """The target loses what was destroyed in the folder, and has the secret that was rotated."""
    moving = replace(move, new_key_store=key_database)
    move.source_key_store.get_or_create(PepperKeyId())
    with pytest.raises(InterruptedMoveError):
        move_database(moving, LATER, interrupt_in(MovePhase.RETIRING_SOURCE))
    copied_keys = read_keys(key_database)
    asyncio.run(destroy_and_replace_keys(open_source(move)))
    keys = read_keys(move.source_key_store)
    assert len(keys) < len(copied_keys)

    move_database(moving, LATER)

    assert read_keys(key_database) == keys
    assert keys["pepper"] != copied_keys["pepper"]


def test_move_is_continued_as_it_was_begun(move: Move, key_database: DatabaseKeyStore) -> None:
    """A run without `--keys` does not complete one with it."""
    with pytest.raises(InterruptedMoveError):
        move_database(
            replace(move, new_key_store=key_database), LATER, interrupt_in(MovePhase.COMPLETING)
        )

    assert refuse(move) is MoveRefusal.OTHER_KEYS_OPTION
