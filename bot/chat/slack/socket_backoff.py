"""Delays between two attempts to open a Socket Mode connection, and the log of their reasons."""

import logging
import secrets
import time
from collections.abc import Callable

from bot.logs import sanitize_error_code

logger = logging.getLogger("attune.slack")

FIRST_DELAY_SECONDS = 10.0
"""Delay after the first failure in a row; it doubles with each."""

MAX_DELAY_SECONDS = 300.0
"""Longest delay after a refusal by Slack, such as that of a token."""

MAX_OUTAGE_DELAY_SECONDS = 30.0
"""Longest delay while Slack cannot be reached, so that an outage is not prolonged by much."""

STABLE_SECONDS = 60.0
"""Life of a connection after which the failures before it are forgotten.

Slack accepts a connection before it closes one too many.
"""

UNREACHABLE = "unreachable"
"""Reason of a failure in which Slack refused nothing."""

_JITTER_STEPS = 1000


def draw_jitter_factor() -> float:
    """Return a random number from 0.5 to 1, so that several processes do not act in step."""
    return 0.5 + secrets.randbelow(_JITTER_STEPS + 1) / (2 * _JITTER_STEPS)


class SocketBackoff:
    """Counts failures in a row. Each reason is logged once, and so is the end of the failures."""

    def __init__(
        self,
        first_delay_seconds: float = FIRST_DELAY_SECONDS,
        draw_factor: Callable[[], float] = draw_jitter_factor,
        read_clock: Callable[[], float] = time.monotonic,
        stable_seconds: float = STABLE_SECONDS,
    ) -> None:
        """Start without a failure; *draw_factor* shortens each delay, *read_clock* is monotonic."""
        self._first_delay_seconds = first_delay_seconds
        self._draw_factor = draw_factor
        self._read_clock = read_clock
        self.stable_seconds = stable_seconds
        self._failure_count = 0
        self._reason = ""
        self._connected_at: float | None = None

    def record_failure(self, reason: str) -> float:
        """Count a failure with Slack's code *reason*; return the seconds until the next attempt."""
        self._end_connection()
        longest = MAX_OUTAGE_DELAY_SECONDS if reason == UNREACHABLE else MAX_DELAY_SECONDS
        delay = min(self._first_delay_seconds * 2.0 ** min(self._failure_count, 30), longest)
        self._failure_count += 1
        if reason != self._reason:
            self._reason = reason
            facts = {"action": "slack.socket_refused", "reason": sanitize_error_code(reason)}
            logger.warning("slack.socket_refused", extra=facts)
        return delay * self._draw_factor()

    def record_connection(self) -> None:
        """Note that a connection is open; the failures before it end once it has proven stable."""
        self._connected_at = self._read_clock()

    def record_stability(self) -> None:
        """End the failures: the connection has lasted for ``stable_seconds``.

        Never called for a payload: its time is that of somebody's action, and would be in the log.
        """
        if self._reason:
            logger.warning("slack.socket_recovered", extra={"action": "slack.socket_recovered"})
        self._failure_count, self._reason = 0, ""

    def _end_connection(self) -> None:
        if self._connected_at is None:
            return
        if self._read_clock() - self._connected_at >= self.stable_seconds:
            self.record_stability()
        self._connected_at = None
