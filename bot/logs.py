"""What the operator may read of the bot's doings: one line an event, and nobody in it."""

import logging
import re
import sys

from pythonjsonlogger.json import JsonFormatter

PROJECT_LOGGER = "attune"
"""The name under which every room of this project logs."""

UNREADABLE = "unreadable_code"
"""Stands for an error code that is no plain word."""

_CODE = re.compile(r"[A-Za-z0-9_.-]+")
_LONGEST_CODE = 60

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
    """Lets through what this project says, and of what libraries say only that they spoke.

    A library's sentence may hold a request's body (Bolt prints one at INFO on a bad
    signature), so its words are dropped: name, level and the kind of error remain.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Strip a foreign record to its bones, and drop it below WARNING."""
        if record.name.split(".")[0] == PROJECT_LOGGER:
            return True
        if record.levelno < logging.WARNING:
            return False
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        record.msg, record.args = "library.spoke", ()
        record.exc_info = record.exc_text = record.stack_info = None
        record.error = kind
        return True


def configure_logging(level: str) -> None:
    """Send one JSON line an event to standard error, for *level* and above.

    Foreign loggers never go below WARNING, whatever the operator asks for.
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


def clean_code(code: str) -> str:
    """Return a product's error *code* as it may be logged and counted.

    At most 60 letters, digits, ``_``, ``-`` and ``.``; anything else could be a sentence
    that somebody typed, and becomes :data:`UNREADABLE`.
    """
    return code[:_LONGEST_CODE] if _CODE.fullmatch(code) else UNREADABLE


def log_error(
    logger: logging.Logger, action: str, error: BaseException, **facts: str | int
) -> None:
    """Tell the operator that *action* went wrong: the kind of error and where, no message.

    An exception's own words may repeat what a person typed, so they stay out.
    """
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_name}:{place.tb_lineno}" if place else ""
    logger.error(
        action, extra={"action": action, "error": type(error).__name__, "where": where, **facts}
    )
