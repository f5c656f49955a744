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

from bot.errors import BusyError
from bot.logs import trouble
from bot.store.repositories import Books

logger = logging.getLogger("attune.store")

T = TypeVar("T")

ROOM = 2048
"""How many works may wait; past that, whoever comes is asked to come back."""

GROUP = 256
"""How many works share a commit at most, so that the first never waits long for the last."""

QUIET = 1.0
"""Seconds without work after which the writer tidies up."""


@dataclass(frozen=True, eq=False)
class Job(Generic[T]):
    """A work somebody waits for. ``alone`` runs outside any transaction and is handed nothing."""

    call: Callable[..., T]
    alone: bool = False
    future: Future[T] = field(default_factory=Future)


class RanOutError(RuntimeError):
    """A work let ``StopIteration`` out; asyncio would hand that on to nobody, ever."""


class Writer:
    """Keeps what people ask to have kept, each in a savepoint of its own, many to a commit.

    A job's future resolves only after its commit is on disk. An error in one work undoes
    that work alone and is its caller's; when the commit fails, nothing of the group is kept
    and every caller is told :class:`bot.errors.BusyError`.
    """

    def __init__(self, engine: Engine, books: Callable[[Connection], Books]) -> None:
        """Write through *engine*, handing each work *books*; the thread starts with the first."""
        self._engine = engine
        self._books = books
        self._line: deque[Job[Any]] = deque()
        self._bell = Condition()
        self._closing = False
        self._untidy = False
        self._thread: Thread | None = None

    def add(self, job: Job[Any]) -> bool:
        """Let *job* wait its turn; ``False`` when there is no room for it.

        Raises :class:`bot.errors.BusyError` once the writer is closing.
        """
        with self._bell:
            if self._closing:
                raise BusyError
            if len(self._line) >= ROOM:
                return False
            self._line.append(job)
            self._bell.notify()
            if self._thread is None:
                self._thread = Thread(target=self._run, name="attune-writer", daemon=True)
                self._thread.start()
            return True

    def close(self) -> None:
        """Take nothing more, finish what waits, and end the thread."""
        with self._bell:
            self._closing = True
            self._bell.notify()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        while self._something_to_do():
            if not self._line:
                self._tidy()
            elif self._line[0].alone:
                self._alone(self._line.popleft())
            else:
                self._together()

    def _something_to_do(self) -> bool:
        """Wait for work, or for a quiet moment after some; ``False`` when all is done."""
        with self._bell:
            self._bell.wait_for(
                lambda: self._line or self._closing, timeout=QUIET if self._untidy else None
            )
            return bool(self._line) or not self._closing

    def _tidy(self) -> None:
        """Empty SQLite's write-ahead log, whose order tells what was kept next to what."""
        try:
            self._untidy = not checkpoint(self._engine, patience=0)
        except Exception as error:  # noqa: BLE001 - it may wait for the next quiet moment
            trouble(logger, "store.not_tidied", error)

    def _alone(self, job: Job[Any]) -> None:
        if job.future.set_running_or_notify_cancel():
            _attempt(job, nullcontext)()

    def _together(self) -> None:
        begun: list[Job[Any]] = []
        settle: list[Callable[[], None]] = []
        self._untidy = True
        try:
            with self._engine.begin() as connection:
                books = self._books(connection)
                for job in self._group():
                    begun.append(job)
                    settle.append(_attempt(job, partial(_savepoint, connection), books))
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing was kept
            trouble(logger, "store.not_kept", error, count=len(begun))
            _refuse(begun or self._first(), error)
        else:
            for tell in settle:
                tell()

    def _group(self) -> Iterator[Job[Any]]:
        """Those in front who still wait. Taken once the lock is held, so latecomers join."""
        for _ in range(GROUP):
            if self._line and self._line[0].alone:
                return
            yield from self._first()

    def _first(self) -> list[Job[Any]]:
        if not self._line:
            return []
        job = self._line.popleft()
        return [job] if job.future.set_running_or_notify_cancel() else []


def checkpoint(engine: Engine, patience: int) -> bool:
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
        cursor.execute(f"PRAGMA busy_timeout={patience * 1000}")
        try:
            return not cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            cursor.execute(f"PRAGMA busy_timeout={usual}")


def _attempt(
    job: Job[Any], around: Callable[[], AbstractContextManager[object]], *handed: Books
) -> Callable[[], None]:
    """Do one work inside *around*; what comes of it is told when the result is called."""
    try:
        with around():
            return partial(job.future.set_result, job.call(*handed))
    except StopIteration as error:
        return partial(job.future.set_exception, _because(error, RanOutError()))
    except BaseException as error:  # noqa: BLE001 - it is the caller's, and undone
        return partial(job.future.set_exception, error)


@contextmanager
def _savepoint(connection: Connection) -> Iterator[None]:
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


def _refuse(jobs: list[Job[Any]], error: Exception) -> None:
    for job in jobs:
        job.future.set_exception(_because(error, BusyError()))


def _because(cause: BaseException, error: Exception) -> Exception:
    error.__cause__ = cause
    return error
