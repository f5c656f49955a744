"""The one thread that writes: whoever asks at the same moment shares one commit."""

import logging
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
from bot.logs import log_error
from bot.store.repositories import Repositories

logger = logging.getLogger("attune.store")

T = TypeVar("T")

MAX_QUEUED = 2048
"""How many works may wait; past that, whoever comes is asked to come back."""

MAX_BATCH = 256
"""How many works share a commit at most, so that the first never waits long for the last."""

IDLE_SECONDS = 1.0
"""Seconds without work after which the writer tidies up."""


@dataclass(frozen=True, eq=False)
class QueuedJob(Generic[T]):
    """A work somebody waits for. ``alone`` runs outside any transaction and is handed nothing."""

    function: Callable[..., T]
    runs_outside_transaction: bool = False
    future: Future[T] = field(default_factory=Future)


class EscapedStopIterationError(RuntimeError):
    """A work let ``StopIteration`` out; asyncio would hand that on to nobody, ever."""


class GroupCommitWriter:
    """Keeps what people ask to have kept, each in a savepoint of its own, many to a commit.

    A job's future resolves only after its commit is on disk. An error in one work undoes
    that work alone and is its caller's; when the commit fails, nothing of the group is kept
    and every caller is told :class:`bot.errors.BusyError`.
    """

    def __init__(self, engine: Engine, repos: Callable[[Connection], Repositories]) -> None:
        """Write through *engine*, handing each work *books*; the thread starts with the first."""
        self._engine = engine
        self._repos_factory = repos
        self._queue: deque[QueuedJob[Any]] = deque()
        self._condition = Condition()
        self._is_closing = False
        self._needs_checkpoint = False
        self._thread: Thread | None = None

    def enqueue_job(self, job: QueuedJob[Any]) -> bool:
        """Let *job* wait its turn; ``False`` when there is no room for it.

        Raises :class:`bot.errors.BusyError` once the writer is closing.
        """
        with self._condition:
            if self._is_closing:
                raise StoreBusyError
            if len(self._queue) >= MAX_QUEUED:
                return False
            self._queue.append(job)
            self._condition.notify()
            if self._thread is None:
                self._thread = Thread(target=self._run_loop, name="attune-writer", daemon=True)
                self._thread.start()
            return True

    def close(self) -> None:
        """Take nothing more, finish what waits, and end the thread."""
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
        """Wait for work, or for a quiet moment after some; ``False`` when all is done."""
        with self._condition:
            self._condition.wait_for(
                lambda: self._queue or self._is_closing,
                timeout=IDLE_SECONDS if self._needs_checkpoint else None,
            )
            return bool(self._queue) or not self._is_closing

    def _checkpoint_when_idle(self) -> None:
        """Empty SQLite's write-ahead log, whose order tells what was kept next to what."""
        try:
            self._needs_checkpoint = not checkpoint_wal(self._engine, timeout_seconds=0)
        except Exception as error:  # noqa: BLE001 - it may wait for the next quiet moment
            log_error(logger, "store.not_tidied", error)

    def _run_outside_transaction(self, job: QueuedJob[Any]) -> None:
        if job.future.set_running_or_notify_cancel():
            _run_job(job, nullcontext)()

    def _commit_batch(self) -> None:
        begun: list[QueuedJob[Any]] = []
        settle: list[Callable[[], None]] = []
        self._needs_checkpoint = True
        try:
            with self._engine.begin() as connection:
                repos = self._repos_factory(connection)
                for job in self._next_batch():
                    begun.append(job)
                    settle.append(_run_job(job, partial(_open_savepoint, connection), repos))
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing was kept
            log_error(logger, "store.not_kept", error, count=len(begun))
            _fail_jobs(begun or self._pop_first_job(), error)
        else:
            for tell in settle:
                tell()

    def _next_batch(self) -> Iterator[QueuedJob[Any]]:
        """Those in front who still wait. Taken once the lock is held, so latecomers join."""
        for _ in range(MAX_BATCH):
            if self._queue and self._queue[0].runs_outside_transaction:
                return
            yield from self._pop_first_job()

    def _pop_first_job(self) -> list[QueuedJob[Any]]:
        if not self._queue:
            return []
        job = self._queue.popleft()
        return [job] if job.future.set_running_or_notify_cancel() else []


def checkpoint_wal(engine: Engine, timeout_seconds: int) -> bool:
    """Fold SQLite's write-ahead log into the file and empty it; other databases have none.

    Readers are waited for *patience* seconds. ``False`` when one outlasted that, so that
    something is left to fold in.
    """
    if engine.dialect.name != "sqlite":
        return True
    # The driver's own connection: SQLAlchemy's would open a transaction, which forbids this.
    with closing(engine.raw_connection()) as raw, closing(raw.cursor()) as opened:
        cursor: Any = opened
        usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout={timeout_seconds * 1000}")
        try:
            return not cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            cursor.execute(f"PRAGMA busy_timeout={usual}")


def _run_job(
    job: QueuedJob[Any],
    scope_factory: Callable[[], AbstractContextManager[object]],
    *arguments: Repositories,
) -> Callable[[], None]:
    """Do one work inside *around*; what comes of it is told when the result is called."""
    try:
        with scope_factory():
            return partial(job.future.set_result, job.function(*arguments))
    except StopIteration as error:
        return partial(job.future.set_exception, _with_cause(error, EscapedStopIterationError()))
    except BaseException as error:  # noqa: BLE001 - it is the caller's, and undone
        return partial(job.future.set_exception, error)


@contextmanager
def _open_savepoint(connection: Connection) -> Iterator[None]:
    """Undo what an error cuts short, and that alone.

    Said to the driver itself: SQLAlchemy takes longer to put a savepoint into words than the
    database to make it, and every message makes several.
    """
    driver: Any = connection.connection.driver_connection
    driver.execute("SAVEPOINT work")
    try:
        yield
    except BaseException:
        driver.execute("ROLLBACK TO SAVEPOINT work")
        raise
    finally:
        driver.execute("RELEASE SAVEPOINT work")


def _fail_jobs(jobs: list[QueuedJob[Any]], error: Exception) -> None:
    for job in jobs:
        job.future.set_exception(_with_cause(error, StoreBusyError()))


def _with_cause(cause: BaseException, error: Exception) -> Exception:
    error.__cause__ = cause
    return error
