"""Runs the scheduled duties of one tick, and records the tick for every other process."""

import asyncio
import logging
from datetime import datetime

import schedules
from bot.context import Context
from bot.state_log import StateLog

logger = logging.getLogger("attune.app")

_RECORD_TIMEOUT_SECONDS = 30.0
"""Seconds that the record of a tick waits for other writers; the next tick is a minute later."""


class DutyRunner:
    """Runs every duty of the timetable in order; a failure of one does not stop the others."""

    def __init__(self, context: Context) -> None:
        """Run the duties with *context*."""
        self._context = context
        self._lock = asyncio.Lock()
        self._state_log = StateLog(logger)
        self._is_stopping = False

    def begin_stop(self) -> None:
        """Begin no further duty. Stopping the ticker cancels the one in progress, as a crash would.

        Each of its transactions is committed or rolled back, and the next start runs it again.
        """
        self._is_stopping = True

    async def run_duties(self) -> None:
        """Run every duty, then record the tick and which duties failed. Raises nothing.

        A tick that a stop has cut short is not recorded: it would end the failures of the duties
        that it left out.
        """
        async with self._lock:
            has_failed = {
                name: not await self._run_duty(name, duty)
                for name, duty in schedules.TIMETABLE.items()
                if not self._is_stopping
            }
            if len(has_failed) == len(schedules.TIMETABLE):
                await self._record_tick(has_failed)

    async def next_due(self, after: datetime | None = None) -> datetime | None:
        """Return the earliest instant at which any duty is due; ``None`` if none is scheduled.

        Only instants later than *after* count, if it is not ``None``.
        """
        instants = [await duty.next_due(self._context) for duty in schedules.TIMETABLE.values()]
        due_instants = (instant for instant in instants if instant)
        return min(
            (instant for instant in due_instants if after is None or instant > after), default=None
        )

    async def _run_duty(self, name: str, duty: schedules.Duty) -> bool:
        """Run one duty; return whether it succeeded, and log where that has changed."""
        try:
            await duty.run(self._context)
        except Exception as error:  # noqa: BLE001 - the next duty and the next tick still run
            self._state_log.report_fault("duty.failed", error, subject=name)
            return False
        self._state_log.report_recovery("duty.failed", subject=name)
        return True

    async def _record_tick(self, has_failed: dict[str, bool]) -> None:
        """Record the tick at its end: one that hangs must not look like one that ran."""
        now = self._context.now()
        try:
            await self._context.store.across_workspaces.write(
                lambda repos: repos.duty_runs.record_tick(has_failed, now),
                timeout_seconds=_RECORD_TIMEOUT_SECONDS,
            )
        except Exception as error:  # noqa: BLE001 - the health of other processes shows it
            self._state_log.report_fault("tick.not_recorded", error)
        else:
            self._state_log.report_recovery("tick.not_recorded")
