"""Transactions of one workspace, or of all: how jobs run in the store."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.store.group_commit import QueuedJob
from bot.store.repositories import Repositories

WRITE_TIMEOUT_SECONDS = 2.0
"""Default timeout of a write in seconds; Slack allows three until the response."""

OPERATOR_WRITE_TIMEOUT_SECONDS = 30.0
"""Timeout of an operator's write, which waits for the bot's own: nobody awaits an answer."""

T = TypeVar("T")


@dataclass(frozen=True)
class StoreScope:
    """Transactions that serve one workspace; all workspaces when ``workspace`` is ``None``.

    A job is a plain synchronous function of :class:`bot.store.repositories.Repositories`: it
    awaits nothing and returns plain values. Its repositories know the workspace that it serves.
    """

    workspace: str | None
    _write_timeout_seconds: float
    _run_read: Callable[..., Awaitable[Any]]
    _run_write: Callable[[QueuedJob[Any], float], Awaitable[Any]]

    async def write(
        self, job: Callable[[Repositories], T], *, timeout_seconds: float | None = None
    ) -> T:
        """Run *job* in a write transaction and return its result once the commit is on disk.

        An exception raised by *job* rolls back its own changes and no other job's. Raises
        :class:`bot.errors.StoreBusyError`, with nothing written, when the job did not start
        within *timeout_seconds*, by default the store's write timeout, or the commit failed.
        """
        seconds = self._write_timeout_seconds if timeout_seconds is None else timeout_seconds
        result: T = await self._run_write(QueuedJob(job, self.workspace), seconds)
        return result

    async def read(self, job: Callable[[Repositories], T], *, reads_many_rows: bool = False) -> T:
        """Run *job* in a read-only snapshot of the database; it never waits for a writer.

        The database rejects a write in it. A job of one workspace may run on the thread of the
        event loop, which serves nobody else meanwhile. *reads_many_rows* runs it in another thread:
        for a job whose statements or rows grow with the teams or people of the workspace, as a list
        of its teams does, or the page of a person who may supervise or direct any number of them.
        Such threads are few: what every clinician's form awaits is read without.
        """
        result: T = await self._run_read(job, self.workspace, reads_many_rows=reads_many_rows)
        return result
