"""One logger for all of Slack's libraries, which would otherwise print what people send."""

import logging

from bot.logs import Discreet


def quiet() -> logging.Logger:
    """Return the logger that every Slack library is given.

    Bolt and slack_sdk format requests and answers below WARNING and put a body's text into
    some warnings; below WARNING they are not asked to, and above it only the fact that they
    spoke remains. Bolt copies level and filters to the loggers that it derives.
    """
    logger = logging.getLogger("slack_sdk.attune")
    logger.setLevel(logging.WARNING)
    if not logger.filters:
        logger.addFilter(Discreet())
    return logger
