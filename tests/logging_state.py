"""The state of logging in this process, which a subcommand that runs in it replaces."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from bot.logs import PROJECT_LOGGER


@contextmanager
def restore_logging() -> Iterator[None]:
    """Restore the handlers and levels that a subcommand replaces."""
    root = logging.getLogger()
    handlers = root.handlers[:]
    names = {PROJECT_LOGGER, *logging.Logger.manager.loggerDict}
    loggers = [root, *map(logging.getLogger, sorted(names))]
    levels = [logger.level for logger in loggers]
    try:
        yield
    finally:
        root.handlers[:] = handlers
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
