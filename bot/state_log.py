"""Logs a fault when it begins, when its cause changes, and when it ends; not while it lasts."""

import logging
from collections.abc import Collection

from bot.content.log_texts import get_remedy
from bot.logs import log_error


class StateLog:
    """The faults that last, each logged once per change with its remedy.

    A loop that retries every second would otherwise fill the log with one line. An instance
    belongs to one loop or thread.
    """

    def __init__(self, logger: logging.Logger) -> None:
        """Log to *logger*; no fault is present yet."""
        self._logger = logger
        self._cause_by_fault: dict[tuple[str, str], str] = {}
        self._causes: tuple[str, ...] = ()

    def report_fault(
        self, event: str, error: BaseException, subject: str = "", **facts: str | int
    ) -> None:
        """Log *error*, unless the same fault of *subject* was reported last with the same cause.

        The cause is the exception's type and the database's own code.
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
        """Log that the fault of *subject* has ended, if it was present."""
        if self._cause_by_fault.pop((event, subject), None) is None:
            return
        facts = {"action": event, "state": "ended"} | ({"subject": subject} if subject else {})
        self._logger.info(event, extra=facts)

    def report_causes(
        self, event: str, causes: Collection[str], *, is_complete: bool = True
    ) -> None:
        """Log each of *causes* that was not reported last, and each that was and has ended.

        Each cause has a remedy of its own. Unless *is_complete* others may be present unseen, so
        that none of those reported earlier has ended.
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
    """Return SQLite's name or PostgreSQL's SQLSTATE of *error*; ``""`` for any other.

    The first error of the chain decides: a rollback that fails as well has a code of its own.
    """
    code, cause = "", error
    while True:
        for name in ("sqlite_errorname", "sqlstate"):
            code = str(getattr(cause, name, None) or code)
        earlier = cause.__cause__ or cause.__context__
        if earlier is None:
            return code
        cause = earlier
