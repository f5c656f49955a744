"""Exponential backoff with jitter for Socket Mode connections, and the log of failures."""

import logging
import secrets
import time
from collections.abc import Callable

from bot.logs import sanitize_error_code

logger = logging.getLogger("attune.slack")

FIRST_DELAY_SECONDS = 10.0
"""Delay in seconds after the first failure; it doubles with each consecutive one."""

MAX_DELAY_SECONDS = 300.0
"""Maximum delay after an error response of Slack, such as a rejected token."""

MAX_OUTAGE_DELAY_SECONDS = 30.0
"""Maximum delay after connection errors, so that an outage is not prolonged by much."""

STABLE_SECONDS = 60.0
"""Age of a connection at which the failure count is reset.

Slack accepts a connection above its limit first, and closes it a moment later.
"""

UNREACHABLE = "unreachable"
"""Reason of a failure without an error response of Slack, such as a connection error."""

_JITTER_STEPS = 1000


def draw_jitter_factor() -> float:
    """Return a random factor from 0.5 to 1, which spreads the retries of several processes."""
    return 0.5 + secrets.randbelow(_JITTER_STEPS + 1) / (2 * _JITTER_STEPS)


class SocketBackoff:
    """Counts consecutive failures. A new reason is logged once, and so is the recovery."""

    def __init__(
        self,
        first_delay_seconds: float = FIRST_DELAY_SECONDS,
        draw_factor: Callable[[], float] = draw_jitter_factor,
        read_clock: Callable[[], float] = time.monotonic,
        stable_seconds: float = STABLE_SECONDS,
    ) -> None:
        """Start with a count of 0; each delay is multiplied by *draw_factor*'s jitter.

        *read_clock* returns the monotonic time in seconds.
        """
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
        """Store the time at which a connection was opened; the failure count is not reset yet."""
        self._connected_at = self._read_clock()

    def record_stability(self) -> None:
        """Reset the failure count: the connection has been open for ``stable_seconds``.

        Called by a timer or at the next failure, never by the handler of a payload: the time of the
        log record would be that of a person's action.
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
