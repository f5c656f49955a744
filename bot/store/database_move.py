"""Move to PostgreSQL: copy and compare every table, hand over the keys, retire the SQLite file.

Every step is committed before the next one, and a run after an interruption continues. The order
decides what an interruption leaves: until the source is marked it is the database, and the target
does not start; from then on it never starts again, and the target does once it has the keys.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, Table, select
from sqlalchemy.exc import SQLAlchemyError

from bot.store import database_identity, migrate, move_state, table_copy
from bot.store.database_faults import (
    DatabaseFault,
    UnusableDatabaseError,
    classify_database_error,
)
from bot.store.engines import Engines, open_engines
from bot.store.exclusive_database import DatabaseInUseError, hold_database
from bot.store.key_claims import ClaimStatus, KeyClaims, raise_if_unusable
from bot.store.keys import key_transfer
from bot.store.move_plan import (
    Move,
    MoveObserver,
    MovePhase,
    MoveRefusal,
    MoveRefusedError,
    MoveReport,
    UnusableTargetError,
)
from bot.store.repositories.column_codecs import to_unix_seconds
from bot.store.row_security import begin_across_workspaces
from bot.store.schema import duty_runs, metadata, watermarks
from bot.store.workspace_rows import LAST_ROWS_BY_TABLE

_DATABASE_ID = "database_id"
"""Name of the row of the move's table that has the source's id."""

_TABLES = tuple(
    sorted(metadata.sorted_tables, key=lambda table: table.name not in LAST_ROWS_BY_TABLE)
)
"""All tables in the order of the copy: row security accepts a list once its team is there."""

_TABLES_OF_EMPTY_DATABASE = frozenset({watermarks.name, duty_runs.name})
"""The tables that have rows in a database to which only migrations were applied."""


def move_database(
    move: Move, now: datetime, observer: MoveObserver | None = None, *, batch_rows: int = 1000
) -> MoveReport:
    """Move the database, or continue a move that was interrupted.

    Raises :class:`MoveRefusedError`, :class:`UnusableTargetError`, and
    :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
    """
    if not move.source.exists():
        raise MoveRefusedError(MoveRefusal.MISSING)
    with _translate_target_errors():
        target = open_engines(move.target_url)
    try:
        with _translate_target_errors(), hold_database(move.source) as source:
            mover = _Mover(move, source, target, now, observer or MoveObserver(), batch_rows)
            return mover.run()
    except DatabaseInUseError as error:
        raise MoveRefusedError(MoveRefusal.IN_USE) from error
    except key_transfer.KeysDifferError as error:
        raise MoveRefusedError(MoveRefusal.KEYS_DIFFER) from error
    finally:
        target.dispose()


@contextmanager
def _translate_target_errors() -> Iterator[None]:
    """Convert errors of the target; those of the source are raised unchanged."""
    try:
        yield
    except (SQLAlchemyError, UnusableDatabaseError) as error:
        if isinstance(getattr(error, "orig", None), sqlite3.Error):
            raise
        fault = classify_database_error(error) or DatabaseFault.UNKNOWN
        raise UnusableTargetError(fault) from error


@dataclass(frozen=True)
class _Mover:
    """One run of a move, with both databases open."""

    move: Move
    source: Engine
    target: Engines
    now: datetime
    observer: MoveObserver
    batch_rows: int

    def run(self) -> MoveReport:
        """Run every phase that an earlier run has not completed."""
        self.observer.on_phase(MovePhase.PREPARING)
        with self.source.begin() as connection:
            is_retired = self._check_source(connection)
            database_id = database_identity.read_database_id(connection) or 0
        if self._prepare_target(database_id, is_retired=is_retired):
            return MoveReport(was_complete=True)
        with self.source.begin() as connection:
            self.observer.on_phase(MovePhase.COPYING)
            row_count = self._copy_tables(connection)
            self.observer.on_phase(MovePhase.COMPARING)
            self._require_equal_tables(connection)
        key_count = self._transfer_keys_and_retire_source(is_retired=is_retired)
        return MoveReport(row_count, key_count)

    def _begin_write(self) -> AbstractContextManager[Connection]:
        """Begin a transaction of the target that may write the rows of all workspaces."""
        return begin_across_workspaces(self.target.writer)

    def _begin_read(self) -> AbstractContextManager[Connection]:
        """Begin a transaction of the target that reads the rows of all workspaces."""
        return begin_across_workspaces(self.target.reader)

    def _check_source(self, connection: Connection) -> bool:
        """Require a database that may be moved; return whether it is marked as moved already."""
        fault = migrate.find_schema_fault(connection)
        if fault is DatabaseFault.MOVED:
            return True
        if fault is not None or not migrate.has_latest_revision(connection):
            is_older = fault is DatabaseFault.OLDER_SCHEMA
            refusal = MoveRefusal.OLDER_SCHEMA if is_older else MoveRefusal.UNKNOWN_SCHEMA
            raise MoveRefusedError(refusal)
        status = KeyClaims(self.move.source_key_store).assess(connection, to_unix_seconds(self.now))
        raise_if_unusable(status)
        if status is ClaimStatus.IN_USE:
            raise MoveRefusedError(MoveRefusal.KEYS_IN_USE)
        return False

    def _prepare_target(self, database_id: int, *, is_retired: bool) -> bool:
        """Create the tables of an empty target; return whether an earlier run has completed it."""
        with self._begin_write() as connection:
            if move_state.has_move(connection):
                self._require_own_move(connection, database_id)
                return False
            self._create_schema(connection)
            if is_retired and database_identity.read_database_id(connection) == database_id:
                return True
            if is_retired:
                raise MoveRefusedError(MoveRefusal.MOVED_ELSEWHERE)
            if not _is_empty(connection):
                raise MoveRefusedError(MoveRefusal.NOT_EMPTY)
            move_state.begin_move(connection)
            move_state.write_value(connection, _DATABASE_ID, database_id)
            moves_keys = self.move.new_key_store is not None
            move_state.write_value(connection, move_state.KEYS_MOVED, int(moves_keys))
        return False

    def _require_own_move(self, connection: Connection, database_id: int) -> None:
        """Refuse the incomplete copy of another database, and another option for the keys."""
        if move_state.read_value(connection, _DATABASE_ID) != database_id:
            raise MoveRefusedError(MoveRefusal.NOT_EMPTY)
        moves_keys = bool(move_state.read_value(connection, move_state.KEYS_MOVED))
        if moves_keys != (self.move.new_key_store is not None):
            raise MoveRefusedError(MoveRefusal.OTHER_KEYS_OPTION)

    def _create_schema(self, connection: Connection) -> None:
        """Apply the migrations to a database without tables of this bot."""
        fault = migrate.find_schema_fault(connection)
        if migrate.has_latest_revision(connection) and fault is None:
            return
        if fault in {None, DatabaseFault.OLDER_SCHEMA} and migrate.has_revision(connection):
            raise MoveRefusedError(MoveRefusal.NOT_EMPTY)
        migrate.upgrade_schema(connection, (), self.move.target_key_store)

    def _copy_tables(self, source: Connection, tables: tuple[Table, ...] = ()) -> int:
        """Copy *tables*, by default all; return the number of rows."""
        copied_tables = tables or _TABLES
        total_count = sum(table_copy.count_rows(source, table) for table in copied_tables)
        copied_count = 0

        def report_rows(count: int) -> None:
            nonlocal copied_count
            copied_count += count
            self.observer.on_rows(copied_count, total_count)

        for table in copied_tables:
            table_copy.copy_table(
                source, self._begin_write, table, report_rows, batch_rows=self.batch_rows
            )
        return total_count

    def _require_equal_tables(self, source: Connection) -> None:
        """Compare every table, copy those again that differ, and compare these again.

        A table differs if the bot ran on the source after an interruption.
        """
        if different_tables := self._list_different_tables(source, _TABLES):
            with self._begin_write() as connection:
                for table in different_tables:
                    move_state.delete_value(connection, table.name)
            self._copy_tables(source, different_tables)
        if different_tables and self._list_different_tables(source, different_tables):
            raise MoveRefusedError(MoveRefusal.DIFFERENT)

    def _list_different_tables(
        self, source: Connection, tables: tuple[Table, ...]
    ) -> tuple[Table, ...]:
        with self._begin_read() as target:
            return tuple(
                table
                for table in tables
                if table_copy.digest_table(source, table) != table_copy.digest_table(target, table)
            )

    def _transfer_keys_and_retire_source(self, *, is_retired: bool) -> int:
        """Copy the keys, mark the source as moved, complete the target; return how many keys."""
        key_count, new_key_store = 0, self.move.new_key_store
        self.observer.on_phase(MovePhase.COPYING_KEYS)
        if new_key_store is not None:
            if not is_retired:
                # so that a later run finds the same claim, whichever instance used the keys before
                with self.source.begin() as connection:
                    KeyClaims(self.move.source_key_store).take_over(connection)
            key_count = key_transfer.copy_keys(
                self.move.source_key_store, new_key_store, is_retired=is_retired
            )
        self.observer.on_phase(MovePhase.RETIRING_SOURCE)
        with self.source.begin() as connection:
            move_state.begin_move(connection)
            if move_state.read_value(connection, move_state.MOVED_AT) is None:
                moved_at = to_unix_seconds(self.now)
                move_state.write_value(connection, move_state.MOVED_AT, moved_at)
        self.observer.on_phase(MovePhase.HANDING_OVER_KEYS)
        with self._begin_write() as connection:
            KeyClaims(self.move.target_key_store).take_over(connection)
        if new_key_store is not None:
            key_transfer.destroy_keys(self.move.source_key_store)
        self.observer.on_phase(MovePhase.COMPLETING)
        with self._begin_write() as connection:
            # the source's row, which was copied, is about SQLite's migrations
            migrate.record_oldest_supported(connection)
            move_state.end_move(connection)
        return key_count


def _is_empty(connection: Connection) -> bool:
    """Whether a database of this schema has nothing but what migrations insert."""
    has_rows = any(
        connection.execute(select(table).limit(1)).first() is not None
        for table in _TABLES
        if table.name not in _TABLES_OF_EMPTY_DATABASE
    )
    return not has_rows and not database_identity.has_recorded_claim(connection)
