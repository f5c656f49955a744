"""Runs of the periodic jobs (duties): last tick and consecutive failures, across all workers."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select

from bot.store.repositories.column_codecs import from_unix_seconds, to_unix_seconds
from bot.store.schema import duty_runs
from bot.store.upsert import upsert_row

_TICK, _WRITE_PROBE = "(tick)", "(write probe)"
"""Primary keys of rows that are no duty's; a duty's name is a Python identifier."""


class DutyRuns:
    """Repository of the table ``duty_run``, which workers write and every process reads."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def record_tick(
        self, has_failed: Mapping[str, bool], now: datetime, names: Collection[str] = ()
    ) -> None:
        """Upsert a row for the tick at *now* and one for each duty of *has_failed*, by its name.

        A failure increments the counter of consecutive failures, a success resets it to 0. Rows of
        duties that no longer exist are deleted; those of *names* are retained although no result is
        known. *now* may be before the last tick, since a clock can be set back.
        """
        earlier_runs = self.read_consecutive_failures()
        for name, is_failure in has_failed.items():
            self._save_run(name, now, earlier_runs.get(name, 0) + 1 if is_failure else 0)
        self._save_run(_TICK, now)
        is_removed = duty_runs.c.name.not_in([*has_failed, *names, _TICK, _WRITE_PROBE])
        self._connection.execute(delete(duty_runs).where(is_removed))

    def record_write_probe(self, now: datetime) -> None:
        """Upsert a row that nothing reads; the commit proves that the database accepts writes."""
        self._save_run(_WRITE_PROBE, now)

    def read_last_tick(self) -> datetime | None:
        """Return when the last tick of any worker began; ``None`` without a row."""
        seconds = self._connection.scalar(
            select(duty_runs.c.last_run).where(duty_runs.c.name == _TICK)
        )
        return None if seconds is None else from_unix_seconds(seconds)

    def read_consecutive_failures(self) -> dict[str, int]:
        """Return the number of consecutive failed runs by duty, 0 after a success."""
        query = select(duty_runs.c.name, duty_runs.c.failed_runs)
        is_duty = duty_runs.c.name.not_in([_TICK, _WRITE_PROBE])
        rows = self._connection.execute(query.where(is_duty)).all()
        return {row.name: row.failed_runs for row in rows}

    def _save_run(self, name: str, now: datetime, failed_runs: int = 0) -> None:
        row = {"name": name, "last_run": to_unix_seconds(now), "failed_runs": failed_runs}
        upsert_row(self._connection, duty_runs, row)
