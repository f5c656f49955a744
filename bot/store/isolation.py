"""Isolated steps of one transaction: a step that fails undoes its own changes and no other's."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot.logs import log_error
from bot.store.sealed_records import SealedRecords

T = TypeVar("T")


class IsolatedSteps:
    """Runs each step in a savepoint, and counts those that fail, to be logged together."""

    def __init__(self, connection: Connection, records: SealedRecords[Any, Any]) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._records = records
        self._failed_count = 0
        self._first_error: Exception | None = None

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
        self._failed_count += 1
        self._first_error = self._first_error or error

    def log_failures(self, logger: logging.Logger, action: str) -> None:
        """Log the number of failures and the type of the first error, if there was any."""
        if self._first_error is not None:
            log_error(logger, action, self._first_error, count=self._failed_count)
