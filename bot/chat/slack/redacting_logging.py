"""Loggers with a redacting filter for slack_sdk and Bolt, which log request and response bodies."""

import logging

from bot.logs import RedactingFilter


def redacting_logger(
    library_name: str = "slack_sdk", level: int = logging.WARNING
) -> logging.Logger:
    """Return the logger to pass to one of Slack's libraries.

    Bolt and slack_sdk format requests and responses below WARNING, and include a body's text in
    some warnings. Records below *level* are not formatted at all; the filter removes the message
    of the others. It is attached once, however often the function is called. Bolt copies level and
    filters to the loggers that it derives.
    """
    logger = logging.getLogger(f"{library_name}.attune")
    logger.setLevel(level)
    if not logger.filters:
        logger.addFilter(RedactingFilter())
    return logger


def bolt_logger() -> logging.Logger:
    """Return Bolt's logger, with the level ERROR.

    At WARNING, Bolt would log at each start that it ignores the token in the environment.
    """
    return redacting_logger("slack_bolt", logging.ERROR)
