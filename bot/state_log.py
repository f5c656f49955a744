"""Deduplicates log records of recurring errors: logs a fault's start, new cause and end only."""

import logging
from collections.abc import Collection

from bot.content.log_texts import get_remedy
from bot.logs import log_error


class StateLog:
    """Stores the active faults in a dict, and logs each once per change with its remedy.

    A loop that retries every second would otherwise fill the log. Not thread-safe: an instance
    belongs to one event loop or thread.
    """

    def __init__(self, logger: logging.Logger) -> None:
        """Log to *logger*; no fault is active yet."""
        self._logger = logger
        self._cause_by_fault: dict[tuple[str, str], str] = {}
        self._causes: tuple[str, ...] = ()

    def report_fault(
        self, event: str, error: BaseException, subject: str = "", **facts: str | int
    ) -> None:
        """Log *error* at ERROR, unless this fault of *subject* is active with the same cause.

        The key of a fault is *event* and *subject*; its cause is the exception's type with the
        error code of the database. *facts* are further fields of the log record.
        """
        code = read_database_code(error)
        cause = f"{type(error).__name__} {code}"
        if self._cause_by_fault.get((event, subject)) == cause:
            return
        self._cause_by_fault[event, subject] = cause
        optional = {"subject": subject, "code": code, "remedy": get_remedy(event, code)}
        present = {name: text for name, text in optional.items() if text}
        log_error(self._logger, event, error, **present, **facts)

    def report_recovery(self, event: str, subject: str = "") -> None:
        """Log at INFO that the fault *event* of *subject* has ended, if it was active."""
        if self._cause_by_fault.pop((event, subject), None) is None:
            return
        facts = {"action": event, "state": "ended"} | ({"subject": subject} if subject else {})
        self._logger.info(event, extra=facts)

    def report_causes(
        self, event: str, causes: Collection[str], *, is_complete: bool = True
    ) -> None:
        """Log each of *causes* that is new since the last call, and each that is no longer in it.

        New causes are logged at WARNING with a remedy by their name, ended ones at INFO. With
        ``is_complete=False`` the list of *causes* may be partial, so that none is taken for ended.
        """
        for cause in causes:
            if cause not in self._causes:
                facts = {"action": event, "cause": cause, "remedy": get_remedy(cause)}
                self._logger.warning(event, extra=facts)
        missing = tuple(cause for cause in self._causes if cause not in causes)
        for cause in missing if is_complete else ():
            facts = {"action": event, "cause": cause, "state": "ended"}
            self._logger.info(event, extra=facts)
        self._causes = tuple(causes) if is_complete else (*causes, *missing)


def read_database_code(error: BaseException) -> str:
    """Return SQLite's error name or PostgreSQL's SQLSTATE of *error*; ``""`` for other exceptions.

    Of a chain of exceptions (``__cause__``, ``__context__``) the one raised first decides: a
    rollback that fails after it has a code of its own.
    """
    code, cause = "", error
    while True:
        for name in ("sqlite_errorname", "sqlstate"):
            code = str(getattr(cause, name, None) or code)
        earlier = cause.__cause__ or cause.__context__
        if earlier is None:
            return code
        cause = earlier
