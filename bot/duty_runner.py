"""Runs the scheduled duties of one tick, and records the tick for every other process."""

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
"""Seconds for which a tick waits for one duty; it goes on beside the next duties and ticks.

The close of thousands of periods takes minutes, in which check-ins of other teams fall due, and in
which a worker that recorded no tick would look dead.
"""

OVERDUE_SECONDS = 1800.0
"""Seconds after which a duty that goes on counts as failed at every tick, until it ends.

Several times the close of thousands of periods; a folder on a server that hangs never answers.
"""

_RECORD_TIMEOUT_SECONDS = 30.0
"""Seconds that the record of a tick waits for other writers; the next tick is a minute later."""

_PREREQUISITES: Mapping[str, str] = {
    "mark_database": "close_periods",
    "close_notice": "close_periods",
}
"""Duties that are left out, or replaced, while another one is at work in this process.

A restore is marked in periods that are open, and a notice is about tables that are published.
All other duties may run beside each other, as they do in several workers.
"""

SETTLING_DUTY = "settle_restored"
"""The duty that must have succeeded once since the start before anything is planned or sent.

The database may be an older copy, which does not contain what was sent after it.
"""

PLANNING_DUTIES = frozenset({"daily_tip", "weekly_checkin", "close_notice"})
"""Duties that plan deliveries."""

WAKE_SECONDS = 5.0
"""Seconds between two wake-ups of the delivery worker by a duty that plans.

To plan the check-ins of 100,000 people takes minutes, and the first ones are due before its end.
"""

_BLOCKING_DUTIES = frozenset({"purge_workspaces"})
"""Duties that a tick waits for until they are overdue: no other one meets records without keys.

Not for ever: a purge waits for a product, and for a folder, that may never answer.
"""


class DutyOverdueError(Exception):
    """A duty has been at work for longer than any duty takes."""


class DutyRunner:
    """Runs every duty of the timetable in order; a failure of one does not stop the others.

    Of several workers the one with the duty lease does, which it offers to the others after a tick
    in which a duty failed. The others run one duty: :data:`SETTLING_DUTY`, without which they may
    not send. They do so at each tick, since the database may be replaced while they run.
    """

    def __init__(
        self,
        context: Context,
        timetable: Mapping[str, schedules.Duty] = schedules.TIMETABLE,
        *,
        lease: DutyLease | None = None,
        wake_delivery_worker: Callable[[], None] = lambda: None,
        wake_seconds: float = WAKE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Run the duties of *timetable* with *context*, at each tick that has the *lease*.

        ``None`` is for a process that runs them whatever others do. *wake_delivery_worker* is
        called every *wake_seconds* while a duty plans deliveries. *monotonic* returns seconds, by
        which a duty that does not end is noticed.
        """
        self._wake_delivery_worker = wake_delivery_worker
        self._wake_seconds = wake_seconds
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
        """Whether it is known what a database before a restore may have sent."""
        return self._has_settled

    def begin_stop(self) -> None:
        """Begin no further duty, and cancel those in progress, as a crash would.

        Each of their transactions is committed or rolled back, and the next start runs them again.
        """
        self._is_stopping = True
        for task in self._running_tasks.values():
            task.cancel()

    async def stop(self) -> None:
        """Leave the duties to other workers, from their next tick on."""
        if self._lease is not None:
            async with self._lock:
                await asyncio.to_thread(self._lease.release_lease)

    async def run_duties(self, wait_timeout_seconds: float = math.inf) -> None:
        """Run every duty, then record the tick and which duties failed. Raises nothing.

        A duty that takes longer than *wait_timeout_seconds* goes on in the background, and the next
        tick waits for it as long again instead of starting it a second time. A tick that a stop has
        cut short is not recorded: it would end the failures of the duties that it left out. Nor is
        one without the lease: the tick of its holder counts for all workers.
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
                    await self._offer_lease()

    async def next_due(self, after: datetime | None = None) -> datetime | None:
        """Return the earliest instant at which any duty is due; ``None`` if none is scheduled.

        Only instants later than *after* count, if it is not ``None``.
        """
        instants = [await duty.next_due(self._context) for duty in self._timetable.values()]
        due_instants = (instant for instant in instants if instant)
        return min(
            (instant for instant in due_instants if after is None or instant > after), default=None
        )

    async def _renew_lease(self) -> bool:
        """Return whether this process runs the duties now.

        It also does where the lease cannot be asked for: two workers that run a duty at once do
        its work twice, and none would leave it undone.
        """
        if self._lease is None:
            return True
        had_lease, self._has_lease = self._has_lease, False
        try:
            self._has_lease = await asyncio.to_thread(self._lease.renew_or_acquire)
        except Exception as error:  # noqa: BLE001 - the next tick asks again
            self._state_log.report_fault("duty.lease_failed", error)
            return True
        self._state_log.report_recovery("duty.lease_failed")
        if self._has_lease and not had_lease:
            logger.info("duty.lease_acquired", extra={"action": "duty.lease_acquired"})
        return self._has_lease

    async def _offer_lease(self) -> None:
        """Release the lease after failures: another worker that ticks before this one leads then.

        What a duty needs may be missing on this machine alone, such as a folder. While a duty goes
        on, unless it is overdue, the lease stays: the next holder would run it a second time.
        """
        if self._lease is not None and all(map(self._is_overdue, self._running_tasks)):
            await asyncio.to_thread(self._lease.release_lease)

    def _select_run(
        self, name: str, duty: schedules.Duty, *, is_leading: bool
    ) -> DutyFunction | None:
        """Return what this tick runs of a duty; ``None`` if it is left out."""
        if name in PLANNING_DUTIES and not self._has_settled:
            return None
        if not is_leading and name != SETTLING_DUTY:
            return None
        is_prerequisite_running = _PREREQUISITES.get(name) in self._running_tasks
        return duty.run_fallback if is_prerequisite_running else duty.run

    async def _start_and_wait(
        self, name: str, run: DutyFunction, wait_timeout_seconds: float
    ) -> bool | None:
        """Run a duty, or wait for one in progress; return whether it failed.

        ``None`` if it goes on, unless it is overdue. A cancelled wait cancels the duty: a stop
        cancels the tick.
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
        return self._monotonic() - self._started_at[name] >= OVERDUE_SECONDS

    def _report_if_overdue(self, name: str) -> bool | None:
        """Return and log that a duty has failed which has been at work for too long."""
        if not self._is_overdue(name):
            return None
        self._state_log.report_fault("duty.failed", DutyOverdueError(), subject=name)
        return True

    async def _run_duty(self, name: str, run: DutyFunction) -> bool:
        """Run one duty; return whether it failed, and log where that has changed."""
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
        """Wake the delivery worker again and again, if the duty *name* plans what it sends."""
        while name in PLANNING_DUTIES:
            await asyncio.sleep(self._wake_seconds)
            self._wake_delivery_worker()

    async def _record_tick(self, has_failed: dict[str, bool]) -> None:
        """Record the tick at its end: one that hangs must not look like one that ran."""
        now = self._context.now()
        try:
            await self._context.store.across_workspaces.write(
                lambda repos: repos.duty_runs.record_tick(has_failed, now, self._timetable),
                timeout_seconds=_RECORD_TIMEOUT_SECONDS,
            )
        except Exception as error:  # noqa: BLE001 - the health of other processes shows it
            self._state_log.report_fault("tick.not_recorded", error)
        else:
            self._state_log.report_recovery("tick.not_recorded")
