"""Runs the periodic jobs (duties) of each tick as tasks of the event loop, and records the tick.

The scheduler is :mod:`schedules.ticker`, the registry of the duties :data:`schedules.TIMETABLE`.
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import schedules
from bot.context import Context
from bot.state_log import StateLog
from bot.store.worker_locks import DutyLease

logger = logging.getLogger("attune.app")

DutyFunction = Callable[[Context], Awaitable[int]]

DUTY_WAIT_TIMEOUT_SECONDS = 10.0
"""Timeout in seconds of a tick's wait for one duty, whose task then continues in the background.

The close of thousands of periods takes minutes: other teams' check-ins fall due meanwhile, and the
health check takes a worker that records no tick for a crashed one.
"""

OVERDUE_AFTER_SECONDS = 1800.0
"""Seconds after its start from which each tick counts a duty that still runs as failed.

Several times what the close of thousands of periods takes. A call to a network file system may hang
without a timeout.
"""

_RECORD_TIMEOUT_SECONDS = 30.0
"""Timeout of the write transaction that records a tick; shorter than the interval."""

_CONFLICTING_DUTIES: Mapping[str, str] = {
    "mark_database": "close_periods",
    "close_notice": "close_periods",
}
"""Key: a duty that is skipped, or replaced by its fallback, while its value runs in this process.

A restore is marked in the rows of open periods, and a notice reads published tables; the close
writes both. All other duties may run concurrently, as they do in several worker processes.
"""

SETTLING_DUTY = "settle_restored"
"""The duty that must succeed once per process before a delivery is planned or sent.

A database restored from a backup lacks the rows of messages that were sent after the backup.
"""

PLANNING_DUTIES = frozenset({"daily_tip", "weekly_checkin", "close_notice"})
"""Duties that insert rows into the delivery queue."""

WAKE_INTERVAL_SECONDS = 5.0
"""Seconds between two wake-ups of the delivery worker while a planning duty runs.

Planning the check-ins of 100,000 people takes minutes; the rows of its first transactions are due
before its last one commits.
"""

_BLOCKING_DUTIES = frozenset({"purge_workspaces"})
"""Duties that block the tick, whatever its timeout, until they end or are overdue.

Another duty would read records whose encryption keys the purge has destroyed. The bound is there
because a purge waits for a product's response and for the file system.
"""


class DutyOverdueError(Exception):
    """A duty still runs :data:`OVERDUE_AFTER_SECONDS` after its start; logged, not raised."""


class DutyRunner:
    """Runs every duty of the timetable in order; an exception in one does not stop the others.

    Of several worker processes only the holder of the duty lease (leader election) runs them all;
    it releases the lease after a tick in which a duty failed. The others run
    :data:`SETTLING_DUTY` alone, at each tick: a worker sends nothing before it has succeeded, and
    the database may be restored while the worker runs.
    """

    def __init__(
        self,
        context: Context,
        timetable: Mapping[str, schedules.Duty] = schedules.TIMETABLE,
        *,
        lease: DutyLease | None = None,
        wake_delivery_worker: Callable[[], None] = lambda: None,
        wake_interval_seconds: float = WAKE_INTERVAL_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Run the duties of *timetable* with *context*; no task is created before the first tick.

        Without a *lease* every tick runs all duties, whatever other processes do.
        *wake_delivery_worker* is called every *wake_interval_seconds* while a planning duty runs.
        *monotonic* returns the seconds by which an overdue duty is detected.
        """
        self._wake_delivery_worker = wake_delivery_worker
        self._wake_interval_seconds = wake_interval_seconds
        self._lease = lease
        self._has_lease = False
        self._monotonic = monotonic
        self._context = context
        self._timetable = timetable
        self._lock = asyncio.Lock()
        self._state_log = StateLog(logger)
        self._is_stopping = False
        self._has_settled = False
        self._running_tasks: dict[str, asyncio.Task[bool]] = {}
        self._started_at: dict[str, float] = {}

    @property
    def may_send(self) -> bool:
        """Whether :data:`SETTLING_DUTY` has succeeded in this process: required before a send."""
        return self._has_settled

    def begin_stop(self) -> None:
        """Start no further duty, and cancel the running tasks; idempotent.

        A cancelled duty is like one interrupted by a crash: each of its transactions is committed
        or rolled back, and the next start of the process runs the duty again.
        """
        self._is_stopping = True
        for task in self._running_tasks.values():
            task.cancel()

    async def stop(self) -> None:
        """Wait until the tick in progress ends, then release the duty lease for other workers."""
        if self._lease is not None:
            async with self._lock:
                await asyncio.to_thread(self._lease.release_lease)

    async def run_duties(self, wait_timeout_seconds: float = math.inf) -> None:
        """Run the duties one after another, then store the tick and which duties failed.

        An ``asyncio.Lock`` serializes concurrent calls. A duty that still runs after
        *wait_timeout_seconds* continues as a background task; the next tick waits for the same task
        instead of starting a second one. Exceptions are logged, not raised. A tick that
        :meth:`begin_stop` interrupts is not recorded, nor is one without the lease: its holder's
        tick counts for all workers.
        """
        async with self._lock:
            has_failed: dict[str, bool] = {}
            is_leading = self._is_stopping or await self._renew_lease()
            for name, duty in self._timetable.items():
                if self._is_stopping:
                    return
                run = self._select_run(name, duty, is_leading=is_leading)
                if run is None:
                    continue
                is_failure = await self._start_and_wait(name, run, wait_timeout_seconds)
                if is_failure is not None:
                    has_failed[name] = is_failure
            if is_leading and not self._is_stopping:
                await self._record_tick(has_failed)
                if any(has_failed.values()):
                    await self._release_lease_after_failure()

    async def next_due(self, after: datetime | None = None) -> datetime | None:
        """Return the earliest instant, later than *after*, at which a duty is due, or ``None``."""
        instants = [await duty.next_due(self._context) for duty in self._timetable.values()]
        due_instants = (instant for instant in instants if instant)
        return min(
            (instant for instant in due_instants if after is None or instant > after), default=None
        )

    async def _renew_lease(self) -> bool:
        """Send the lease's heartbeat, or try to acquire it; return whether to run all duties.

        Its query runs in a worker thread. If the query raises an exception, return ``True``: duties
        are idempotent, so that two workers that run one at once only do its work twice, whereas
        without any leader no duty would run.
        """
        if self._lease is None:
            return True
        had_lease, self._has_lease = self._has_lease, False
        try:
            self._has_lease = await asyncio.to_thread(self._lease.renew_or_acquire)
        except Exception as error:  # noqa: BLE001 - the next tick retries
            self._state_log.report_fault("duty.lease_failed", error)
            return True
        self._state_log.report_recovery("duty.lease_failed")
        if self._has_lease and not had_lease:
            logger.info("duty.lease_acquired", extra={"action": "duty.lease_acquired"})
        return self._has_lease

    async def _release_lease_after_failure(self) -> None:
        """Release the lease after failures, so that another worker may acquire it (failover).

        What a duty needs, such as a folder, may be missing on this machine alone. The lease is not
        released while a task runs that is not overdue: its next holder would start that duty again.
        """
        if self._lease is not None and all(map(self._is_overdue, self._running_tasks)):
            await asyncio.to_thread(self._lease.release_lease)

    def _select_run(
        self, name: str, duty: schedules.Duty, *, is_leading: bool
    ) -> DutyFunction | None:
        """Return what this tick runs for a duty: it, or its fallback; ``None`` to skip the duty."""
        if name in PLANNING_DUTIES and not self._has_settled:
            return None
        if not is_leading and name != SETTLING_DUTY:
            return None
        is_conflict_running = _CONFLICTING_DUTIES.get(name) in self._running_tasks
        return duty.run_fallback if is_conflict_running else duty.run

    async def _start_and_wait(
        self, name: str, run: DutyFunction, wait_timeout_seconds: float
    ) -> bool | None:
        """Create the duty's task, or join the running one; return whether it failed.

        ``None`` after the timeout, unless the task is overdue, and for a cancelled task. Cancelling
        this coroutine cancels the task as well, so that a stop of the tick stops the duty.
        """
        task = self._running_tasks.get(name)
        if task is None:
            task = self._running_tasks[name] = asyncio.create_task(self._run_duty(name, run))
            self._started_at[name] = self._monotonic()
        timeout = None if math.isinf(wait_timeout_seconds) else wait_timeout_seconds
        try:
            await asyncio.wait({task}, timeout=timeout)
            while name in _BLOCKING_DUTIES and not task.done() and not self._is_overdue(name):
                await asyncio.wait({task}, timeout=timeout)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if not task.done():
            return self._report_if_overdue(name)
        del self._running_tasks[name]
        return None if task.cancelled() else task.result()

    def _is_overdue(self, name: str) -> bool:
        return self._monotonic() - self._started_at[name] >= OVERDUE_AFTER_SECONDS

    def _report_if_overdue(self, name: str) -> bool | None:
        """Return ``True``, and log a :class:`DutyOverdueError`, if a running duty is overdue."""
        if not self._is_overdue(name):
            return None
        self._state_log.report_fault("duty.failed", DutyOverdueError(), subject=name)
        return True

    async def _run_duty(self, name: str, run: DutyFunction) -> bool:
        """Run one duty; return whether it raised an exception, and log a change of that state."""
        wakeup_task = asyncio.create_task(self._wake_worker_periodically(name))
        try:
            await run(self._context)
        except Exception as error:  # noqa: BLE001 - the next duty and the next tick still run
            self._state_log.report_fault("duty.failed", error, subject=name)
            return True
        finally:
            wakeup_task.cancel()
        self._has_settled = self._has_settled or name == SETTLING_DUTY
        self._state_log.report_recovery("duty.failed", subject=name)
        return False

    async def _wake_worker_periodically(self, name: str) -> None:
        """Call the wake-up callback at an interval until cancelled, if the duty *name* plans."""
        while name in PLANNING_DUTIES:
            await asyncio.sleep(self._wake_interval_seconds)
            self._wake_delivery_worker()

    async def _record_tick(self, has_failed: dict[str, bool]) -> None:
        """Store the tick and each duty's result, in one transaction at the end of the tick.

        A tick that hangs is thus not recorded. An exception is logged, and the health check of
        other processes reports the missing tick.
        """
        now = self._context.now()
        try:
            await self._context.store.across_workspaces.write(
                lambda repos: repos.duty_runs.record_tick(has_failed, now, self._timetable),
                timeout_seconds=_RECORD_TIMEOUT_SECONDS,
            )
        except Exception as error:  # noqa: BLE001 - other processes report the missing tick
            self._state_log.report_fault("tick.not_recorded", error)
        else:
            self._state_log.report_recovery("tick.not_recorded")
