"""The store's public interface: run jobs, plain functions of the repositories, in transactions."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, Engine

from bot.errors import StoreBusyError
from bot.store import (
    erasure,
    key_claims,
    key_removal,
    migrate,
)
from bot.store.claimed_key_store import ClaimedKeyStore
from bot.store.database_check import DatabaseCheck
from bot.store.database_probe import DatabaseProbe
from bot.store.engines import Engines, open_engines
from bot.store.group_commit import (
    GroupCommitWriter,
    QueuedJob,
    WriterLimits,
    checkpoint_wal,
)
from bot.store.key_claims import ClaimStatus, KeyClaims, TransactionKeys
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_store import KeyStore
from bot.store.pepper_source import PepperSource
from bot.store.readers import Readers
from bot.store.record_cache import RecordCache
from bot.store.repositories import Repositories
from bot.store.request_keys import RequestKeys
from bot.store.rollback import Rollback
from bot.store.row_security import begin_across_workspaces
from bot.store.server_roles import ServerRoles
from bot.store.store_scope import WRITE_TIMEOUT_SECONDS, StoreScope
from bot.store.worker_locks import WorkerLocks

_QUEUE_POLL_SECONDS = 0.01
"""Interval in seconds between two attempts to enqueue while the queue is full."""

_CHECKPOINT_TIMEOUT_SECONDS = 5
"""Seconds for which a checkpoint waits for readers."""

_DEFAULT_LIMITS = WriterLimits()

T = TypeVar("T")

PurgeStep = Callable[[Engine, KeyStore, str, KeyClaims, int], T]


class Store:
    """Transactional access to the database from any event loop, within a scope.

    What serves one workspace opens :meth:`for_workspace`; what reads or writes across
    workspaces says so with :attr:`across_workspaces`. Writes share one writer thread and its
    commits; reads run as :class:`bot.store.readers.Readers` says. Other processes may use the
    same database at once.
    """

    def __init__(
        self,
        engines: Engines,
        peppers: PepperSource | tuple[bytes, ...],
        key_store: KeyStore,
        *,
        limits: WriterLimits = _DEFAULT_LIMITS,
        write_timeout_seconds: float = WRITE_TIMEOUT_SECONDS,
    ) -> None:
        """Use *engines*; *peppers*, newest first, key the encryption.

        *key_store* holds the keys of periods and teams, outside this database; the store closes it.

        *limits* are those of the write queue. A write waits *write_timeout_seconds* for its start.
        """
        self._engines = engines
        self._write_timeout_seconds = write_timeout_seconds
        self.key_store = key_store
        self._claims = KeyClaims(key_store)
        self.claimed_key_store = ClaimedKeyStore(engines, key_store, self._claims)
        self.database_check = DatabaseCheck(engines)
        self.database_probe = DatabaseProbe(engines)
        self.server_roles = ServerRoles(engines)
        self.worker_locks = WorkerLocks(engines)
        self._peppers = PepperSource(peppers) if isinstance(peppers, tuple) else peppers
        self._request_keys = RequestKeys()
        self._writer = GroupCommitWriter(
            engines.writer,
            self._open_records,
            self._build_repositories,
            limits,
        )
        self._readers = Readers(
            engines.reader,
            self._open_read_repositories,
            reads_on_event_loop=engines.is_sqlite and isinstance(key_store, FolderKeyStore),
        )

    @classmethod
    def open(
        cls,
        url: str,
        peppers: PepperSource | tuple[bytes, ...],
        key_store: KeyStore,
        *,
        limits: WriterLimits = _DEFAULT_LIMITS,
        write_timeout_seconds: float = WRITE_TIMEOUT_SECONDS,
    ) -> "Store":
        """Open the database at *url*: ``sqlite:///…`` or ``postgresql+psycopg://…``.

        A missing SQLite file is created, readable by its owner alone; an unusable one raises at
        once. PostgreSQL is connected by the first transaction.
        """
        engines = open_engines(url)
        return cls(
            engines,
            peppers,
            key_store,
            limits=limits,
            write_timeout_seconds=write_timeout_seconds,
        )

    def for_workspace(self, workspace: str) -> "StoreScope":
        """Return access to the rows of *workspace*, for what serves one workspace."""
        return StoreScope(
            workspace, self._write_timeout_seconds, self._readers.run_job, self._enqueue_and_wait
        )

    @property
    def across_workspaces(self) -> "StoreScope":
        """Access to the rows of all workspaces, for scheduled duties and the operator."""
        return StoreScope(
            None, self._write_timeout_seconds, self._readers.run_job, self._enqueue_and_wait
        )

    async def checkpoint(self) -> bool:
        """Run a WAL checkpoint, so that no deleted content remains in SQLite's write-ahead log.

        ``False`` when a reader outlasted the timeout; the writer thread then retries when it is
        idle. Other databases have no such file: ``True`` at once.
        """
        run_checkpoint = partial(checkpoint_wal, self._engines.writer, _CHECKPOINT_TIMEOUT_SECONDS)
        return await self._enqueue_and_wait(
            QueuedJob(run_checkpoint, runs_outside_transaction=True), timeout_seconds=60.0
        )

    async def checkpoint_and_vacuum(self) -> None:
        """Run the WAL checkpoint on SQLite or the vacuum on PostgreSQL that a mark shows pending.

        It removes the deleted rows of closed periods from the files; see :mod:`bot.store.erasure`.
        What fails is repeated by the next call, also after a crash.
        """
        mark = await self._readers.run_job(lambda repos: repos.read_vacuum_mark(), None)
        if mark is None or not await self.checkpoint():
            return
        if await asyncio.to_thread(erasure.vacuum_destroyed_rows, self._engines, mark):
            await self.across_workspaces.write(lambda repos: repos.clear_vacuum_mark(mark))

    async def remove_unused_keys(self, now: datetime) -> int:
        """Remove the keys of the periods that ended and closed; see :mod:`bot.store.key_removal`.

        Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError` and
        :class:`bot.store.key_removal.KeyStoreInUseError`.
        """
        return await self._run_with_claims(
            partial(key_removal.remove_unused_keys, self._engines.writer, self.key_store), now
        )

    async def run_purge_step(self, step: PurgeStep[T], workspace: str, now: datetime) -> T:
        """Run a *step* of :mod:`bot.store.workspace_keys` in the writer thread, with the claims."""
        run_step = partial(step, self._engines.writer, self.key_store, workspace)
        return await self._run_with_claims(run_step, now)

    async def close(self) -> None:
        """Reject new jobs, run the queued ones, and close all connections."""
        await asyncio.to_thread(self.close_sync)

    def close_sync(self) -> None:
        """Close from synchronous code, such as an operator's command."""
        self._writer.close()
        self._readers.close()
        self._engines.dispose()
        self.key_store.close()

    def migrate(self, on_step: migrate.StepCallback = lambda _done, _total: None) -> None:
        """Apply pending migrations, all or none; a second call changes nothing.

        *on_step* is called after each migration with the number applied and the total. What rows
        removed by a migration left in the files is erased after the commit.
        """
        with begin_across_workspaces(self._engines.writer) as connection:
            migrate.upgrade_schema(connection, self._peppers.known_peppers, self.key_store, on_step)
        erasure.erase_removed_rows(self._engines.writer)

    def is_schema_current(self) -> bool:
        """Whether the database's schema revision is this release's.

        Blocks briefly. Raises the driver's error when the database is unavailable.
        """
        with self._engines.reader.begin() as connection:
            return migrate.is_schema_current(connection)

    def read_sync(self, job: Callable[[Repositories], T]) -> T:
        """Run *job* in a read-only snapshot of all workspaces from synchronous code; blocks."""
        return self._readers.run_job_sync(job)

    def count_lost_team_records(self) -> int:
        """Count the team records that no key opens; blocks briefly."""
        return self._readers.run_job_sync(lambda repos: repos.team_slots.count_lost_records())

    def detect_rollback(self) -> Rollback | None:
        """Return what a restore of the database has undone; ``None`` without one.

        Only until the next :meth:`handle_rollback_and_advance_marks`. Blocks briefly. Raises
        :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
        """
        return self._readers.run_job_sync(lambda repos: repos.detect_rollback())

    async def handle_rollback_and_advance_marks(self, now: datetime) -> Rollback | None:
        """Advance the mark in the database to *now*, and after its commit that of the key store.

        A rollback since the last call is marked in the open periods, in the transaction that
        advances the database's mark, and returned. Where a copy or the original uses the key
        store neither mark is advanced, and :class:`bot.store.key_removal.KeyStoreInUseError` is
        raised. Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
        """
        detected, status = await self.across_workspaces.write(
            lambda repos: repos.handle_rollback_and_advance_database_mark(self._claims, now)
        )
        if status is ClaimStatus.IN_USE:
            raise key_removal.KeyStoreInUseError
        await self._run_with_claims(partial(key_claims.copy_mark, self._engines.writer), now)
        return detected

    async def _run_with_claims(self, function: Callable[[KeyClaims, int], T], now: datetime) -> T:
        """Run a function that opens its own transaction in the writer thread, with the claims."""
        job = partial(function, self._claims, int(now.timestamp()))
        return await self._enqueue_and_wait(
            QueuedJob(job, runs_outside_transaction=True), timeout_seconds=60.0
        )

    def _build_repositories(
        self, connection: Connection, records: RecordCache, workspace: str | None
    ) -> Repositories:
        return Repositories(connection, self._peppers, self.key_store, records, workspace)

    def _open_records(self, connection: Connection) -> RecordCache:
        keys = TransactionKeys(self._claims, connection)
        return RecordCache(connection, keys, self._request_keys)

    def _open_read_repositories(
        self, connection: Connection, workspace: str | None
    ) -> Repositories:
        keys = TransactionKeys(self._claims, connection)
        records = RecordCache(connection, keys, is_read_only=True)
        return self._build_repositories(connection, records, workspace)

    async def _enqueue_and_wait(self, job: QueuedJob[T], timeout_seconds: float) -> T:
        deadline = time.monotonic() + timeout_seconds
        while not self._writer.enqueue_job(job):
            if time.monotonic() > deadline:
                raise StoreBusyError
            await asyncio.sleep(_QUEUE_POLL_SECONDS)
        result = asyncio.wrap_future(job.future)
        try:
            await asyncio.wait({result}, timeout=deadline - time.monotonic())
        except asyncio.CancelledError:
            result.cancel()
            raise
        if not result.done() and job.future.cancel():
            raise StoreBusyError
        return await result
