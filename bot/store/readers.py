"""Read transactions: short ones of a local database on the loop's thread, others in a pool."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Engine

from bot.store.engines import MAX_READERS
from bot.store.group_commit import EscapedStopIterationError
from bot.store.repositories import Repositories
from bot.store.row_security import set_tenant

T = TypeVar("T")


class ReadersClosedError(RuntimeError):
    """A job came after the store was closed: it would open the database again."""


class Readers:
    """Runs jobs in read-only snapshots, each in a transaction of its own.

    Most jobs of one workspace read a few rows by primary key. With *reads_on_event_loop* they run
    on the event loop's thread: in SQLite's WAL mode no reader waits for a writer, and switching
    to another thread and back takes longer than the statements. A job across workspaces, or with
    ``reads_many_rows``, may read any number of rows, and a server may take any time to answer:
    these run in a thread pool.
    """

    def __init__(
        self,
        engine: Engine,
        open_repositories: Callable[[Connection, str | None], Repositories],
        *,
        reads_on_event_loop: bool,
    ) -> None:
        """Read through *engine*; the database and the keys are local with *reads_on_event_loop*."""
        self._engine = engine
        self._open_repositories = open_repositories
        self._reads_on_event_loop = reads_on_event_loop
        self._is_closed = False
        self._pool = ThreadPoolExecutor(MAX_READERS, thread_name_prefix="attune-reader")

    async def run_job(
        self,
        job: Callable[[Repositories], T],
        workspace: str | None,
        *,
        reads_many_rows: bool = False,
    ) -> T:
        """Run *job*, which serves *workspace* or (``None``) all, and return its result.

        With *reads_many_rows* it never runs on the thread of the event loop. Raises
        :class:`ReadersClosedError` after :meth:`close`.
        """
        if self._is_closed:
            raise ReadersClosedError
        if self._reads_on_event_loop and workspace is not None and not reads_many_rows:
            return self.run_job_sync(job, workspace)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self.run_job_sync, job, workspace)

    def run_job_sync(self, job: Callable[[Repositories], T], workspace: str | None = None) -> T:
        """Run *job* in a read transaction on the calling thread and return its result; blocks.

        Raises EscapedStopIterationError in the place of a ``StopIteration`` of *job*, which no
        future can carry.
        """
        try:
            with self._engine.begin() as connection:
                set_tenant(connection, workspace)
                return job(self._open_repositories(connection, workspace))
        except StopIteration as error:
            raise EscapedStopIterationError from error

    def close(self) -> None:
        """Wait for the jobs that run in the pool; no further one is accepted by :meth:`run_job`."""
        self._is_closed = True
        self._pool.shutdown()
