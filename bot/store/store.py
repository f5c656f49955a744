"""The way to the books: a work is a plain function that is handed them in one transaction."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from bot.errors import StoreBusyError
from bot.store import migrate as migrations
from bot.store import worker_locks
from bot.store.engines import MAX_READERS, Engines, create_lease_engine, open_engines
from bot.store.group_commit import (
    EscapedStopIterationError,
    GroupCommitWriter,
    QueuedJob,
    checkpoint_wal,
)
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import DeliveryCount
from bot.store.worker_locks import LiveWorker, WorkerLease

WRITE_TIMEOUT_SECONDS = 2.0
"""Seconds for which a person waits to have something kept; Slack allows three for an answer."""

_QUEUE_POLL_SECONDS = 0.01
"""Seconds between two looks at a full line."""

_CHECKPOINT_TIMEOUT_SECONDS = 5
"""Seconds for which a checkpoint waits for readers."""

T = TypeVar("T")


class Store:
    """Keeps what people entrust to the bot, and finds it again.

    A work is a plain function of the :class:`bot.store.repositories.Books`: it awaits nothing
    and hands out plain values. Works on any event loop, and
    beside other processes on the same database.
    """

    def __init__(self, engines: Engines, peppers: tuple[bytes, ...]) -> None:
        """Keep books in what *engines* reach; *peppers*, newest first, keep tokens apart."""
        self._engines = engines
        self._repos_factory: Callable[[Connection], Repositories] = partial(
            Repositories, peppers=peppers
        )
        self._writer = GroupCommitWriter(engines.writer, self._repos_factory)
        self._readers = ThreadPoolExecutor(MAX_READERS, thread_name_prefix="attune-reader")

    @classmethod
    def open(cls, url: str, peppers: tuple[bytes, ...]) -> "Store":
        """Open the database at *url*: ``sqlite:///…`` or ``postgresql+psycopg://…``.

        An SQLite file that is missing is created for its owner alone; one that cannot be
        used raises at once. PostgreSQL is first asked when something is read or written.
        """
        return cls(open_engines(url), peppers)

    async def write(
        self, job: Callable[[Repositories], T], *, timeout_seconds: float = WRITE_TIMEOUT_SECONDS
    ) -> T:
        """Do *work* and keep what it did; what it returned comes back once it is on disk.

        An error that it raises undoes all of it, and nobody else's. Raises
        :class:`bot.errors.BusyError`, with nothing kept, when its turn did not come within
        *patience* seconds or the database did not take it.
        """
        return await self._enqueue_and_wait(QueuedJob(job), timeout_seconds)

    async def read(self, job: Callable[[Repositories], T]) -> T:
        """Ask *work* of the books as they stand at one moment; it never waits for a writer.

        What it tries to change is refused by the database.
        """
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._run_read, job)

    async def checkpoint(self) -> bool:
        """Let the last bytes of what was destroyed go, out of SQLite's write-ahead log.

        ``False`` when a reader outlasted the wait; the writer then does it in its next
        quiet second. Other databases have no such file: ``True`` at once.
        """
        fold = partial(checkpoint_wal, self._engines.writer, _CHECKPOINT_TIMEOUT_SECONDS)
        return await self._enqueue_and_wait(
            QueuedJob(fold, runs_outside_transaction=True), timeout_seconds=60.0
        )

    async def close(self) -> None:
        """Keep what was asked for so far, take nothing more, and let the database go."""
        await asyncio.to_thread(self.close_sync)

    def close_sync(self) -> None:
        """Close without an event loop, as the operator's verbs do."""
        self._writer.close()
        self._readers.shutdown()
        self._engines.dispose()

    def migrate(self, on_step: migrations.StepCallback = lambda _done, _of: None) -> None:
        """Bring the tables up to date, all or nothing; done twice, it changes nothing.

        *told* hears after each step how many of how many are done.
        """
        with self._engines.writer.begin() as connection:
            migrations.upgrade_schema(connection, on_step)

    def is_schema_current(self) -> bool:
        """Whether the tables are those of this release.

        Blocks for a moment. Raises the driver's error when the database is away.
        """
        with self._engines.reader.begin() as connection:
            return migrations.is_schema_current(connection)

    def count_locked_periods(self) -> int:
        """How many periods wait for a pepper that is not configured; blocks for a moment."""
        return self._run_read(lambda repos: repos.slips.count_locked_periods())

    def count_deliveries(self) -> tuple[DeliveryCount, ...]:
        """How deliveries stand, for the operator, no names; blocks for a moment."""
        return self._run_read(lambda repos: repos.deliveries.count_by_state())

    def count_joined_people(self) -> dict[str, int]:
        """Count the people who joined, by workspace, without names; blocks briefly."""
        return self._run_read(lambda repos: repos.people.count_joined())

    def create_worker_lease(self, *, shares_deliveries: bool) -> WorkerLease:
        """A seat for this process among the workers over this PostgreSQL, not yet taken."""
        return WorkerLease(create_lease_engine(self._engines), shares_deliveries=shares_deliveries)

    def list_live_workers(self) -> tuple[LiveWorker, ...]:
        """Every worker that lives over this PostgreSQL; none on SQLite. Blocks for a moment."""
        if self._engines.is_sqlite:
            return ()
        with self._engines.reader.begin() as connection:
            return worker_locks.list_live_workers(connection)

    def _run_read(self, job: Callable[[Repositories], T]) -> T:
        try:
            with self._engines.reader.begin() as connection:
                return job(self._repos_factory(connection))
        except StopIteration as error:
            raise EscapedStopIterationError from error

    async def _enqueue_and_wait(self, job: QueuedJob[T], timeout_seconds: float) -> T:
        deadline = time.monotonic() + timeout_seconds
        while not self._writer.enqueue_job(job):
            if time.monotonic() > deadline:
                raise StoreBusyError
            await asyncio.sleep(_QUEUE_POLL_SECONDS)
        outcome = asyncio.wrap_future(job.future)
        try:
            await asyncio.wait({outcome}, timeout=deadline - time.monotonic())
        except asyncio.CancelledError:
            outcome.cancel()
            raise
        if not outcome.done() and job.future.cancel():
            raise StoreBusyError
        return await outcome
