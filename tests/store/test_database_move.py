"""A moved database is the same on PostgreSQL, and goes on there alone."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text

from bot.store.database_faults import DatabaseFault, UnusableDatabaseError
from bot.store.database_move import move_database
from bot.store.key_claims import ClaimStatus
from bot.store.keys.database_key_store import DatabaseKeyStore
from bot.store.keys.key_id import IdempotencyKeyId, PepperKeyId
from bot.store.migration_declarations import find_oldest_supported, load_declarations
from bot.store.move_plan import Move, MoveRefusal, MoveReport, UnusableTargetError
from bot.store.schema import metadata
from tests.postgres import PostgresServer
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


def test_every_row_is_moved(move: Move) -> None:
    """Every table has the same rows in PostgreSQL, and no table of the sample is empty.

    One row is PostgreSQL's own: the oldest schema whose release runs on this one.
    """
    rows = read_common_rows(open_source(move))

    report = move_database(move, LATER, batch_rows=7)

    assert report == MoveReport(sum(map(len, rows.values())) + 1)
    assert read_common_rows(open_target(move)) == rows
    oldest = int(find_oldest_supported(load_declarations(), "postgresql"))
    assert ("oldest_supported_revision", oldest) in read_rows(open_target(move))["duty"]
    assert [name for name, values in rows.items() if not values] == []


def test_moved_database_goes_on_as_the_one_that_holds_the_claim(move: Move) -> None:
    """It may remove keys at once, and its schema is current."""
    move_database(move, LATER)
    store = open_target(move)

    assert store.is_schema_current()
    assert store.claimed_key_store.assess_claim(LATER) is ClaimStatus.OWN
    assert store.claimed_key_store.count_missing_keys() == 0
    assert store.detect_rollback() is None
    store.close_sync()


def test_moved_file_never_starts_again(move: Move) -> None:
    """The SQLite file is reported as moved, cannot be migrated, and has lost the claim."""
    move_database(move, LATER)
    store = open_source(move)

    assert store.database_check.find_schema_fault() is DatabaseFault.MOVED
    assert store.claimed_key_store.assess_claim(LATER) is not ClaimStatus.OWN
    with pytest.raises(UnusableDatabaseError):
        store.migrate()
    store.close_sync()


def test_second_run_of_a_complete_move_changes_nothing(move: Move) -> None:
    """It reports that all is done, even after the moved bot has written."""
    move_database(move, LATER)
    insert_workspace(open_target(move), "slack:NEW")

    assert move_database(move, LATER).was_complete
    assert "slack:NEW" in {row[0] for row in read_rows(open_target(move))["workspace"]}


def test_keys_are_moved_and_destroyed_in_the_folder(
    move: Move, key_database: DatabaseKeyStore
) -> None:
    """The key database has every key and the claim; the folder has no key any more."""
    for key_id in (PepperKeyId(), IdempotencyKeyId()):
        move.source_key_store.get_or_create(key_id)
    names = [stored_key.file_name for stored_key in move.source_key_store.list_ids()]

    report = move_database(replace(move, new_key_store=key_database), LATER)

    assert [stored_key.file_name for stored_key in key_database.list_ids()] == names
    assert report.key_count == len(names) + 2
    assert move.source_key_store.is_empty()
    assert move.source_key_store.get(PepperKeyId()) is None
    store = open_target(replace(move, new_key_store=key_database))
    assert store.claimed_key_store.assess_claim(LATER) is ClaimStatus.OWN
    assert store.claimed_key_store.count_missing_keys() == 0
    store.close_sync()


def test_key_database_of_another_installation_is_refused(
    move: Move, key_database: DatabaseKeyStore
) -> None:
    """Another key of the same name stops the move before anything is destroyed."""
    move.source_key_store.get_or_create(PepperKeyId())
    key_database.get_or_create(PepperKeyId())

    assert refuse(replace(move, new_key_store=key_database)) is MoveRefusal.KEYS_DIFFER
    assert not move.source_key_store.is_empty()
    assert count_startable(move) == 1


def test_running_bot_is_not_moved(move: Move) -> None:
    """While a process has the file open, nothing is copied."""
    store = open_source(move)
    store.is_schema_current()

    assert refuse(move) is MoveRefusal.IN_USE
    store.close_sync()


def fill_target(move: Move) -> None:
    """Let another installation use the PostgreSQL database."""
    store = open_target(move)
    store.migrate()
    insert_workspace(store, "slack:OTHER")


def age_source(move: Move) -> None:
    """Let the SQLite file have the schema of an earlier release."""
    execute_on_source(move, "UPDATE alembic_version SET version_num = '0018'")


def use_newer_source(move: Move) -> None:
    """Let the SQLite file have the schema of a later release."""
    execute_on_source(move, "UPDATE alembic_version SET version_num = '9999'")


def execute_on_source(move: Move, statement: str) -> None:
    """Execute one SQL statement on the SQLite file."""
    engine = create_engine(f"sqlite:///{move.source}")
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.mark.parametrize(
    ("prepare", "refusal"),
    [
        (fill_target, MoveRefusal.NOT_EMPTY),
        (age_source, MoveRefusal.OLDER_SCHEMA),
        (use_newer_source, MoveRefusal.UNKNOWN_SCHEMA),
        (lambda move: move.source.unlink(), MoveRefusal.MISSING),
    ],
)
def test_move_that_cannot_succeed_is_refused(
    move: Move, prepare: Callable[[Move], None], refusal: MoveRefusal
) -> None:
    """A target in use, a schema of another release and a missing file are reported."""
    prepare(move)

    assert refuse(move) is refusal


def test_file_is_moved_once(move: Move, postgres: PostgresServer) -> None:
    """A second target is refused: the file is that of a moment that has passed."""
    move_database(move, LATER)
    name = postgres.create_database()

    refusal = refuse(replace(move, target_url=postgres.database_url(name)))

    postgres.drop_database(name)
    assert refusal is MoveRefusal.MOVED_ELSEWHERE


def test_database_without_tables_gets_them(move: Move, postgres: PostgresServer) -> None:
    """A database that was just created needs no `migrate`."""
    name = postgres.create_database()
    rows = read_common_rows(open_source(move))
    empty = replace(move, target_url=postgres.database_url(name))

    move_database(empty, LATER)

    assert read_common_rows(open_target(empty)) == rows
    postgres.drop_database(name)


def test_unreachable_target_is_reported(move: Move) -> None:
    """A server that does not answer is named by its fault, and the file is not marked."""
    unreachable = replace(move, target_url="postgresql+psycopg://nobody@127.0.0.1:9/attune")

    with pytest.raises(UnusableTargetError) as error:
        move_database(unreachable, LATER)

    assert error.value.fault is DatabaseFault.UNREACHABLE
    store = open_source(move)
    assert store.database_check.find_schema_fault() is None
    store.close_sync()


def test_schema_has_no_sequence(move: Move) -> None:
    """No table numbers its rows, so that no sequence has to be set after the copy."""
    move_database(move, LATER)
    engine = create_engine(move.target_url)
    with engine.connect() as connection:
        count = connection.scalar(text("SELECT count(*) FROM pg_class WHERE relkind = 'S'"))
    engine.dispose()

    assert count == 0
    assert not [table.name for table in metadata.sorted_tables if not table.primary_key.columns]
