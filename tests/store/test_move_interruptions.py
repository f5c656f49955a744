"""A move that ends anywhere leaves one database at most that starts, and is continued."""

from dataclasses import replace

import pytest

from bot.store.database_move import move_database
from bot.store.keys.database_key_store import DatabaseKeyStore
from bot.store.move_plan import Move, MoveObserver, MovePhase, MoveRefusal
from tests.store.sample_moves import (
    LATER,
    count_startable,
    insert_workspace,
    key_database,
    move,
    open_source,
    open_target,
    read_rows,
    refuse,
    seeded_folder,
)

__all__ = ["key_database", "move", "seeded_folder"]


_PREPARING, *PHASES = MovePhase
"""The phases before which an earlier one has committed something."""

PHASES_OF_KEYS = PHASES[4:]
"""The phases in which a move with `--keys` does something else."""


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


@pytest.mark.parametrize(
    ("phase", "moves_keys"),
    [*((phase, False) for phase in PHASES), *((phase, True) for phase in PHASES_OF_KEYS)],
)
def test_interrupted_move_is_continued(
    move: Move, key_database: DatabaseKeyStore, phase: MovePhase, *, moves_keys: bool
) -> None:
    """Wherever it ends, exactly one database may start or none, and the next run completes it."""
    rows = read_rows(open_source(move))
    if moves_keys:
        move = replace(move, new_keys=key_database)
    with pytest.raises(InterruptedMoveError):
        move_database(move, LATER, interrupt_in(phase))
    assert count_startable(move) <= 1

    move_database(move, LATER)

    assert count_startable(move) == 1
    assert read_rows(open_target(move)) == rows


@pytest.mark.parametrize("transaction_count", [5, 20])
def test_copy_continues_after_the_last_transaction(move: Move, transaction_count: int) -> None:
    """A copy that ended within a table has neither doubled nor lost rows."""
    rows = read_rows(open_source(move))
    with pytest.raises(InterruptedMoveError):
        move_database(move, LATER, interrupt_after(transaction_count), batch_rows=5)

    move_database(move, LATER, batch_rows=5)

    assert read_rows(open_target(move)) == rows


def test_bot_that_ran_after_an_interruption_loses_nothing(move: Move) -> None:
    """What was written to the file before the move went on is in PostgreSQL, too."""
    with pytest.raises(InterruptedMoveError):
        move_database(move, LATER, interrupt_in(MovePhase.RETIRING_SOURCE))
    insert_workspace(open_source(move), "slack:LATER")

    move_database(move, LATER)

    assert "slack:LATER" in {row[0] for row in read_rows(open_target(move))["workspace"]}


def test_move_is_continued_as_it_was_begun(move: Move, key_database: DatabaseKeyStore) -> None:
    """A run without `--keys` does not complete one with it."""
    with pytest.raises(InterruptedMoveError):
        move_database(
            replace(move, new_keys=key_database), LATER, interrupt_in(MovePhase.COMPLETING)
        )

    assert refuse(move) is MoveRefusal.OTHER_KEYS_OPTION
