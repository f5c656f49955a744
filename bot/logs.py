"""Structured logging: one JSON object per line, without personal data or library messages."""

import logging
import re
import sys

from pythonjsonlogger.json import JsonFormatter

PROJECT_LOGGER = "attune"
"""Name of the parent logger of this project's modules, such as ``attune.store``."""

UNREADABLE = "unreadable_code"
"""Value that replaces an error code with characters that no product's codes contain."""

_CODE_PATTERN = re.compile(r"[A-Za-z0-9_.-]+")
_MAX_CODE_CHARACTERS = 60

_LIBRARY_LOGGERS = (
    "slack_bolt",
    "slack_sdk",
    "aiohttp",
    "uvicorn",
    "sqlalchemy",
    "apscheduler",
    "alembic",
    "dbos",
)


class RedactingFilter(logging.Filter):
    """Logging filter that redacts the records of libraries and passes this project's unchanged.

    A library's message may contain a request body (Bolt logs one at INFO on an invalid
    signature), so it is replaced: logger name, level and the exception's type remain.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact a library's record in place; return ``False``, which drops it, below WARNING."""
        if record.name.split(".")[0] == PROJECT_LOGGER:
            return True
        if record.levelno < logging.WARNING:
            return False
        error_type = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        record.msg, record.args = "library.event", ()
        record.exc_info = record.exc_text = record.stack_info = None
        record.error = error_type
        return True


def configure_logging(level: str) -> None:
    """Configure the root logger: one handler, which writes JSON lines to standard error.

    *level* is that of this project's loggers; library loggers have WARNING in any case.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(RedactingFilter())
    handler.setFormatter(
        JsonFormatter(
            "{asctime}{levelname}{name}{message}",
            style="{",
            rename_fields={"asctime": "at", "levelname": "level", "message": "event"},
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(PROJECT_LOGGER).setLevel(level)
    for name in _LIBRARY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def sanitize_error_code(code: str) -> str:
    """Validate a product's error *code* for use in a log line and as a metric label.

    Returns at most 60 characters of letters, digits, ``_``, ``-`` and ``.``; any other string
    could contain text that a person typed, and is replaced by :data:`UNREADABLE`.
    """
    return code[:_MAX_CODE_CHARACTERS] if _CODE_PATTERN.fullmatch(code) else UNREADABLE


def log_error(
    logger: logging.Logger, action: str, error: BaseException, **facts: str | int
) -> None:
    """Log at ERROR that *action* failed, with the type of the exception and where it was raised.

    The exception's message is omitted because it may contain text that a person typed. *facts* are
    further JSON fields.
    """
    traceback = error.__traceback__
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    location = f"{traceback.tb_frame.f_code.co_name}:{traceback.tb_lineno}" if traceback else ""
    logger.error(
        action, extra={"action": action, "error": type(error).__name__, "where": location, **facts}
    )
