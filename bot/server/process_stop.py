"""Graceful shutdown by a signal: its deadlines, and the immediate exit at a second signal."""

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from threading import Timer

logger = logging.getLogger("attune.app")

SHUTDOWN_GRACE_SECONDS = 8.0
"""Grace period in seconds from the signal, in which responses and messages in flight may end."""

FORCED_EXIT_DELAY_SECONDS = 9.5
"""Seconds from the signal after which the watchdog thread ends the process."""

CLOSE_RESERVE_SECONDS = 1.0
"""Seconds of the grace period that are reserved for closing the connections to the products."""

CONNECTION_DRAIN_SECONDS = 4
"""Seconds of the grace period in which the HTTP server drains its connections."""

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)

_EXIT_STATUS_FORCED = 1
_EXIT_STATUS_OF_SIGNAL = 128


class ProcessStop:
    """Handler of the stop signals of one process.

    A watchdog thread exits the process at the deadline, since a thread that waits for the database
    or a name server cannot be cancelled. The next start reconciles what was in flight, as after a
    crash.
    """

    def __init__(self, begin_stop: Callable[[], None]) -> None:
        """Store *begin_stop*, the callback that the event loop runs at the first signal."""
        self._begin_stop = begin_stop
        self._loop = asyncio.get_running_loop()
        self._is_begun = False

    def install_handlers(self) -> None:
        """Install signal handlers, in the main thread, for a process whose server installs none."""
        for signal_number in STOP_SIGNALS:
            signal.signal(signal_number, self.handle_signal)

    def handle_signal(self, signal_number: int, _frame: object = None) -> None:
        """Schedule the callback and start the watchdog at the first signal; exit at the second."""
        if self._is_begun:
            os._exit(_EXIT_STATUS_OF_SIGNAL + signal_number)
        self._is_begun = True
        watchdog = Timer(FORCED_EXIT_DELAY_SECONDS, os._exit, (_EXIT_STATUS_FORCED,))
        watchdog.daemon = True
        watchdog.start()
        self._loop.call_soon_threadsafe(self._begin_stop)


async def await_until_deadline(deadline: float, operation: Awaitable[None]) -> None:
    """Await *operation*; cancel it at the event loop's time *deadline*, and log a warning."""
    try:
        async with asyncio.timeout_at(deadline):
            await operation
    except TimeoutError:
        logger.warning("app.stop_timed_out", extra={"action": "app.stop_timed_out"})
