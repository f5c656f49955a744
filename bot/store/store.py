"""The way to the books: a work is a plain function that is handed them in one transaction."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from bot.errors import BusyError
from bot.store import migrate as migrations
from bot.store import worker_locks
from bot.store.engines import READERS, Engines, open_both, seating
from bot.store.group_commit import Job, RanOutError, Writer, checkpoint
from bot.store.repositories import Books
from bot.store.repositories.deliveries import Tally
from bot.store.worker_locks import Seat, Worker

PATIENCE = 2.0
"""Seconds for which a person waits to have something kept; Slack allows three for an answer."""

_PAUSE = 0.01
"""Seconds between two looks at a full line."""

_READERS_MAY_TAKE = 5
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
        self._books: Callable[[Connection], Books] = partial(Books, peppers=peppers)
        self._writer = Writer(engines.writer, self._books)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="attune-reader")

    @classmethod
    def open(cls, url: str, peppers: tuple[bytes, ...]) -> "Store":
        """Open the database at *url*: ``sqlite:///…`` or ``postgresql+psycopg://…``.

        An SQLite file that is missing is created for its owner alone; one that cannot be
        used raises at once. PostgreSQL is first asked when something is read or written.
        """
        return cls(open_both(url), peppers)

    async def write(self, work: Callable[[Books], T], *, patience: float = PATIENCE) -> T:
        """Do *work* and keep what it did; what it returned comes back once it is on disk.

        An error that it raises undoes all of it, and nobody else's. Raises
        :class:`bot.errors.BusyError`, with nothing kept, when its turn did not come within
        *patience* seconds or the database did not take it.
        """
        return await self._turn(Job(work), patience)

    async def read(self, work: Callable[[Books], T]) -> T:
        """Ask *work* of the books as they stand at one moment; it never waits for a writer.

        What it tries to change is refused by the database.
        """
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._look, work)

    async def checkpoint(self) -> bool:
        """Let the last bytes of what was destroyed go, out of SQLite's write-ahead log.

        ``False`` when a reader outlasted the wait; the writer then does it in its next
        quiet second. Other databases have no such file: ``True`` at once.
        """
        fold = partial(checkpoint, self._engines.writer, _READERS_MAY_TAKE)
        return await self._turn(Job(fold, alone=True), patience=60.0)

    async def close(self) -> None:
        """Keep what was asked for so far, take nothing more, and let the database go."""
        await asyncio.to_thread(self.shut)

    def shut(self) -> None:
        """Close without an event loop, as the operator's verbs do."""
        self._writer.close()
        self._readers.shutdown()
        self._engines.dispose()

    def migrate(self, told: migrations.Told = lambda _done, _of: None) -> None:
        """Bring the tables up to date, all or nothing; done twice, it changes nothing.

        *told* hears after each step how many of how many are done.
        """
        with self._engines.writer.begin() as connection:
            migrations.upgrade(connection, told)

    def current(self) -> bool:
        """Whether the tables are those of this release.

        Blocks for a moment. Raises the driver's error when the database is away.
        """
        with self._engines.reader.begin() as connection:
            return migrations.is_current(connection)

    def locked(self) -> int:
        """How many periods wait for a pepper that is not configured; blocks for a moment."""
        return self._look(lambda books: books.ledger.locked())

    def tally(self) -> tuple[Tally, ...]:
        """How deliveries stand, for the operator, no names; blocks for a moment."""
        return self._look(lambda books: books.deliveries.tally())

    def seat(self, *, shares: bool) -> Seat:
        """A seat for this process among the workers over this PostgreSQL, not yet taken."""
        return Seat(seating(self._engines), shares=shares)

    def workers(self) -> tuple[Worker, ...]:
        """Every worker that lives over this PostgreSQL; none on SQLite. Blocks for a moment."""
        if self._engines.on_sqlite:
            return ()
        with self._engines.reader.begin() as connection:
            return worker_locks.taken(connection)

    def _look(self, work: Callable[[Books], T]) -> T:
        try:
            with self._engines.reader.begin() as connection:
                return work(self._books(connection))
        except StopIteration as error:
            raise RanOutError from error

    async def _turn(self, job: Job[T], patience: float) -> T:
        deadline = time.monotonic() + patience
        while not self._writer.add(job):
            if time.monotonic() > deadline:
                raise BusyError
            await asyncio.sleep(_PAUSE)
        outcome = asyncio.wrap_future(job.future)
        try:
            await asyncio.wait({outcome}, timeout=deadline - time.monotonic())
        except asyncio.CancelledError:
            outcome.cancel()
            raise
        if not outcome.done() and job.future.cancel():
            raise BusyError
        return await outcome
