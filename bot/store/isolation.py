"""Isolated steps of one transaction: a step that fails undoes its own changes and no other's."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot.logs import log_error
from bot.store.sealed_records import SealedRecords

T = TypeVar("T")


@dataclass(frozen=True)
class StepResults:
    """Results of isolated steps; those of several transactions are added.

    ``count`` is the sum of what the successful steps returned, ``first_error`` that of the first
    of ``failed_count`` steps.
    """

    count: int = 0
    failed_count: int = 0
    first_error: Exception | None = None

    def __add__(self, other: "StepResults") -> "StepResults":
        """Return the results of both, with the first error of these."""
        return StepResults(
            self.count + other.count,
            self.failed_count + other.failed_count,
            self.first_error or other.first_error,
        )

    def log_failures(self, logger: logging.Logger, action: str) -> None:
        """Log the number of failures and the type of the first error, if there was any."""
        if self.first_error is not None:
            log_error(logger, action, self.first_error, count=self.failed_count)


class IsolatedSteps:
    """Runs each step in a savepoint, and counts those that fail, to be logged together."""

    def __init__(self, connection: Connection, records: SealedRecords[Any, Any]) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._records = records
        self._failures = StepResults()

    def run(self, step: Callable[[], T], default: T) -> T:
        """Return the result of *step*; *default* if it fails.

        An error that ended the transaction, such as a lost connection, is raised.
        """
        snapshot = self._records.take_snapshot()
        savepoint = self._connection.begin_nested()
        try:
            result = step()
            savepoint.commit()
        except Exception as error:
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                raise
            savepoint.rollback()
            self._records.restore_snapshot(snapshot)
            self.add_failure(error)
            return default
        return result

    def add_failure(self, error: Exception) -> None:
        """Count a failure that happened elsewhere."""
        self._failures += StepResults(failed_count=1, first_error=error)

    def collect_results(self, count: int) -> StepResults:
        """Return the failures so far, with the sum *count* of what the other steps returned."""
        return self._failures + StepResults(count)
