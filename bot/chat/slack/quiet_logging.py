"""Loggers for Slack's libraries, which would otherwise print what people send."""

import logging

from bot.logs import RedactingFilter


def redacting_logger(
    library_name: str = "slack_sdk", level: int = logging.WARNING
) -> logging.Logger:
    """Return the logger that a library of Slack's is given.

    Bolt and slack_sdk format requests and answers below WARNING and put a body's text into
    some warnings; below *level* they are not asked to, and above it only the fact that they
    spoke remains. Bolt copies level and filters to the loggers that it derives.
    """
    logger = logging.getLogger(f"{library_name}.attune")
    logger.setLevel(level)
    if not logger.filters:
        logger.addFilter(RedactingFilter())
    return logger


def bolt_logger() -> logging.Logger:
    """Return Bolt's logger: of errors alone.

    It warns at each start that a token in the environment is not its own business.
    """
    return redacting_logger("slack_bolt", logging.ERROR)
