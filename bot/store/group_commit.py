"""Group commit: one writer thread runs queued jobs, each in a savepoint, many per commit.

The sealed records that the jobs of a batch change are written once, before its commit.

An idle writer runs a WAL checkpoint, which truncates SQLite's write-ahead log.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from threading import Condition, Thread
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine

from bot.errors import StoreBusyError
from bot.state_log import StateLog
from bot.store.record_cache import RecordCache
from bot.store.repositories import Repositories
from bot.store.row_security import build_set_tenant_sql

logger = logging.getLogger("attune.store")

T = TypeVar("T")


@dataclass(frozen=True)
class WriterLimits:
    """Limits of the queue and of a commit."""

    max_queued: int = 2048
    """Capacity of the queue; a full queue rejects new jobs."""

    max_batch: int = 256
    """Maximum of jobs per commit: it bounds how long the first job waits for the last."""

    max_batch_seconds: float = 0.1
    """Seconds after which a batch takes no further job: other processes wait for its end."""

    idle_seconds: float = 1.0
    """Seconds without jobs after which the writer runs a WAL checkpoint."""


@dataclass(frozen=True, eq=False)
class QueuedJob(Generic[T]):
    """A queued job, the workspace that it serves (``None`` for all), and its result's future.

    With ``runs_outside_transaction`` the function is called without arguments and outside
    any transaction.
    """

    function: Callable[..., T]
    workspace: str | None = None
    runs_outside_transaction: bool = False
    future: Future[T] = field(default_factory=Future)


class EscapedStopIterationError(RuntimeError):
    """A job raised ``StopIteration``, which an asyncio future cannot deliver to its waiter."""


class TransactionLostError(RuntimeError):
    """The whole transaction is rolled back, not only the failing job's savepoint.

    SQLite does so on a full disk, and PostgreSQL's stays failed where no savepoint was opened: the
    earlier jobs of the batch are undone as well.
    """


class GroupCommitWriter:
    """The single writer: runs each job in a savepoint of its own and commits them in batches.

    A job's future resolves only after its commit is on disk. An exception in one job rolls
    back that job's savepoint alone and is raised to its caller; when the commit fails, the
    whole batch is rolled back and every caller gets :class:`bot.errors.StoreBusyError`.
    """

    def __init__(
        self,
        engine: Engine,
        open_records: Callable[[Connection], RecordCache],
        repos_factory: Callable[[Connection, RecordCache, str | None], Repositories],
        limits: WriterLimits,
    ) -> None:
        """Write through *engine*, with records per batch and repositories per job.

        The first job starts the thread.
        """
        self._limits = limits
        self._engine = engine
        self._open_records = open_records
        self._repos_factory = repos_factory
        self._queue: deque[QueuedJob[Any]] = deque()
        self._condition = Condition()
        self._is_closing = False
        self._needs_checkpoint = False
        self._thread: Thread | None = None
        self._state_log = StateLog(logger)

    def enqueue_job(self, job: QueuedJob[Any]) -> bool:
        """Append *job* to the queue; return ``False`` when the queue is full.

        Raises :class:`bot.errors.StoreBusyError` once the writer is closing.
        """
        with self._condition:
            if self._is_closing:
                raise StoreBusyError
            if len(self._queue) >= self._limits.max_queued:
                return False
            self._queue.append(job)
            self._condition.notify()
            if self._thread is None:
                self._thread = Thread(target=self._run_loop, name="attune-writer", daemon=True)
                self._thread.start()
            return True

    def close(self) -> None:
        """Reject new jobs, run the queued ones and join the thread."""
        with self._condition:
            self._is_closing = True
            self._condition.notify()
        if self._thread:
            self._thread.join()

    def _run_loop(self) -> None:
        while self._wait_for_jobs():
            if not self._queue:
                self._checkpoint_when_idle()
            elif self._queue[0].runs_outside_transaction:
                self._run_outside_transaction(self._queue.popleft())
            else:
                self._commit_batch()

    def _wait_for_jobs(self) -> bool:
        """Block until a job is queued or a checkpoint is due; ``False`` when closed and empty."""
        with self._condition:
            self._condition.wait_for(
                lambda: self._queue or self._is_closing,
                timeout=self._limits.idle_seconds if self._needs_checkpoint else None,
            )
            return bool(self._queue) or not self._is_closing

    def _checkpoint_when_idle(self) -> None:
        """Truncate SQLite's write-ahead log: its frame order reveals which rows were adjacent."""
        try:
            self._needs_checkpoint = not checkpoint_wal(self._engine, timeout_seconds=0)
        except Exception as error:  # noqa: BLE001 - retried when the queue is idle again
            self._state_log.report_fault("store.checkpoint_failed", error)
        else:
            self._state_log.report_recovery("store.checkpoint_failed")

    def _run_outside_transaction(self, job: QueuedJob[Any]) -> None:
        if job.future.set_running_or_notify_cancel():
            _run_job(job, nullcontext)()

    def _commit_batch(self) -> None:
        batch: list[QueuedJob[Any]] = []
        resolvers: list[Callable[[], None]] = []
        self._needs_checkpoint = True
        try:
            with self._engine.begin() as connection:
                records = self._open_records(connection)
                for job in self._next_batch():
                    batch.append(job)
                    repos = self._repos_factory(connection, records, job.workspace)
                    open_scope = partial(_open_savepoint, connection, records, job.workspace)
                    resolvers.append(_run_job(job, open_scope, repos))
                records.write_dirty()
                _require_valid_transaction(connection)
        except Exception as error:  # noqa: BLE001 - any exception here rolled the batch back
            self._state_log.report_fault("store.commit_failed", error)
            _fail_jobs(batch or self._pop_first_job(), error)
        else:
            self._state_log.report_recovery("store.commit_failed")
            for resolve in resolvers:
                resolve()

    def _next_batch(self) -> Iterator[QueuedJob[Any]]:
        """Yield the queued jobs that are not cancelled, at most one batch.

        The generator is consumed while the database lock is held, so that jobs queued
        meanwhile join the batch.
        """
        ends_at = time.monotonic() + self._limits.max_batch_seconds
        for _ in range(self._limits.max_batch):
            if not self._queue or self._queue[0].runs_outside_transaction:
                return
            yield from self._pop_first_job()
            if time.monotonic() >= ends_at:
                return

    def _pop_first_job(self) -> list[QueuedJob[Any]]:
        if not self._queue:
            return []
        job = self._queue.popleft()
        return [job] if job.future.set_running_or_notify_cancel() else []


def checkpoint_wal(engine: Engine, timeout_seconds: int) -> bool:
    """Copy SQLite's write-ahead log into the database file and truncate the log.

    Waits up to *timeout_seconds* for readers; ``False`` when a reader outlasted the
    timeout, so that frames remain in the log. Other databases have no such file: ``True``.
    """
    if engine.dialect.name != "sqlite":
        return True
    # The driver's own connection: SQLAlchemy's would begin a transaction, in which SQLite
    # rejects a checkpoint.
    with closing(engine.raw_connection()) as raw, closing(raw.cursor()) as driver_cursor:
        cursor: Any = driver_cursor
        usual_timeout = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout={timeout_seconds * 1000}")
        try:
            return not cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            cursor.execute(f"PRAGMA busy_timeout={usual_timeout}")


def _run_job(
    job: QueuedJob[Any],
    scope_factory: Callable[[], AbstractContextManager[object]],
    *arguments: Repositories,
) -> Callable[[], None]:
    """Run one job inside the scope and return a callback that resolves its future.

    Raises :class:`TransactionLostError`, which fails the whole batch.
    """
    try:
        with scope_factory():
            return partial(job.future.set_result, job.function(*arguments))
    except StopIteration as error:
        return partial(job.future.set_exception, _with_cause(error, EscapedStopIterationError()))
    except TransactionLostError:
        raise
    except BaseException as error:  # noqa: BLE001 - rolled back, and raised to the job's caller
        return partial(job.future.set_exception, error)


@contextmanager
def _open_savepoint(
    connection: Connection, records: RecordCache, workspace: str | None
) -> Iterator[None]:
    """Run the block in a savepoint, which an exception rolls back, the *records* included.

    The tenant of row-level security is set with it, in the same round trip. Raises
    :class:`TransactionLostError` when the savepoint cannot be opened or is gone, and
    :class:`ValueError` for what is no id of a workspace. The statements go to the driver directly:
    compiling a savepoint in SQLAlchemy takes longer than executing it, and each delivered message
    needs several.
    """
    driver: Any = connection.connection.driver_connection
    is_postgresql = connection.dialect.name == "postgresql"
    statements = f"SAVEPOINT work; {build_set_tenant_sql(workspace)}" if is_postgresql else ""
    try:
        if is_postgresql:
            driver.execute(statements, prepare=False)
        else:
            driver.execute("SAVEPOINT work")
    except Exception as error:
        raise TransactionLostError from error
    records.begin_job(workspace)
    snapshot = records.take_snapshot()
    try:
        yield
    except BaseException:
        records.restore_snapshot(snapshot)
        try:
            driver.execute("ROLLBACK TO SAVEPOINT work")
            driver.execute("RELEASE SAVEPOINT work")
        except Exception as error:
            raise TransactionLostError from error
        raise
    driver.execute("RELEASE SAVEPOINT work")


def _require_valid_transaction(connection: Connection) -> None:
    """Raise :class:`TransactionLostError` where the commit would be answered by a rollback.

    PostgreSQL does so after an error that no savepoint undid, and the driver raises nothing then.
    """
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql" and driver.info.transaction_status.name == "INERROR":
        raise TransactionLostError


def _fail_jobs(jobs: list[QueuedJob[Any]], error: Exception) -> None:
    for job in jobs:
        job.future.set_exception(_with_cause(error, StoreBusyError()))


def _with_cause(cause: BaseException, error: Exception) -> Exception:
    error.__cause__ = cause
    return error
