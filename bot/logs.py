"""Structured logging as JSON lines, with library messages redacted and no personal data."""

import logging
import re
import sys

from pythonjsonlogger.json import JsonFormatter

PROJECT_LOGGER = "attune"
"""Root logger name of this project's modules."""

UNREADABLE = "unreadable_code"
"""Placeholder for an error code with characters that no code contains."""

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
    """Pass this project's records unchanged; strip the message of every library's record.

    A library's message may contain a request body (Bolt logs one at INFO on an invalid
    signature), so it is dropped: logger name, level and the exception's type remain.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact a library's record, and drop it below WARNING."""
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
    """Write one JSON line per record of *level* and above to standard error.

    Library loggers stay at WARNING, whatever level is configured.
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
    """Return a product's error *code* in a form that may be logged and used as a metric label.

    At most 60 letters, digits, ``_``, ``-`` and ``.``; any other string could contain text
    that a person typed, and is replaced by :data:`UNREADABLE`.
    """
    return code[:_MAX_CODE_CHARACTERS] if _CODE_PATTERN.fullmatch(code) else UNREADABLE


def log_error(
    logger: logging.Logger, action: str, error: BaseException, **facts: str | int
) -> None:
    """Log at ERROR that *action* failed, with the exception's type and location.

    The exception's message is omitted because it may contain text that a person typed.
    """
    traceback = error.__traceback__
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    location = f"{traceback.tb_frame.f_code.co_name}:{traceback.tb_lineno}" if traceback else ""
    logger.error(
        action, extra={"action": action, "error": type(error).__name__, "where": location, **facts}
    )
