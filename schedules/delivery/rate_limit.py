"""Rate limit of the messages to one workspace, in the memory of the process.

Slack accepts "several hundred" messages per minute from an app and workspace, and documents no
exact figure. Slack and Teams respond to a request above their limit with 429 and a Retry-After
header. For that long (the rest, a column of the workspace's row) no process sends to the workspace,
and afterwards at half the rate.
"""

import math
from datetime import datetime

_BURST_SECONDS = 0.5
"""Burst tolerance of the product, as the seconds in which the rate limit allows its messages.

A burst is two messages at least. Half of the margin beyond the first message is used to catch up;
the other half is reserved for network jitter, which delays one request and not the next.
"""

_RECOVERY_FACTOR_PER_MINUTE = 1.1
_SECONDS_PER_MINUTE = 60


class RateLimiter:
    """Reserves send times at a steady rate (generic cell rate algorithm, bounded catch-up).

    It returns delays and never sleeps. A request that is late, because the database or the network
    was slow, does not delay the next ones; but capacity unused over a longer period is not made up
    in a burst. Not thread-safe: an instance belongs to one workspace's task.
    """

    def __init__(self, rate_per_second: float) -> None:
        """Limit to *rate_per_second* requests per second; infinity for no limit."""
        self.rate_per_second = rate_per_second
        self._next_send_at = 0.0

    def resume(self, now: float) -> None:
        """Discard the capacity that was unused before *now*, as after a rest of the workspace."""
        self._next_send_at = max(self._next_send_at, now)

    def reserve(self, now: float) -> float:
        """Reserve the next send, and return the delay in seconds from *now*, 0 at least.

        *now* is in seconds of the event loop's monotonic clock, here and in the other methods.
        """
        send_at = max(self._next_send_at, self._earliest_send_at(now))
        self._next_send_at = send_at + 1 / self.rate_per_second
        return max(0.0, send_at - now)

    def mark_sent(self, now: float) -> None:
        """Record that the last reserved request is sent at *now*, possibly later than reserved."""
        self._next_send_at = max(
            self._next_send_at, self._earliest_send_at(now) + 1 / self.rate_per_second
        )

    def _earliest_send_at(self, now: float) -> float:
        """Return the earliest missed send time that is still made up for at *now*."""
        interval = 1 / self.rate_per_second
        return now - (max(_BURST_SECONDS, 2 * interval) - interval) / 2


def recover_rate(
    rate_per_minute: int, slowed_at: datetime, now: datetime, max_per_second: float
) -> float:
    """Return the current rate limit of a workspace, in messages per second, after a reduction.

    At *slowed_at* the rate was reduced to *rate_per_minute*, which is 0 if it never was. From then
    on it grows exponentially, by a tenth per minute, up to *max_per_second*. The first two
    arguments are columns of the workspace's row, so that all processes compute the same rate.
    """
    if not rate_per_minute:
        return max_per_second
    minutes = max(0.0, (now - slowed_at).total_seconds() / _SECONDS_PER_MINUTE)
    # The exponent is bounded by a day: ``math.pow`` raises OverflowError for one of several days.
    return min(
        max_per_second,
        rate_per_minute
        / _SECONDS_PER_MINUTE
        * math.pow(_RECOVERY_FACTOR_PER_MINUTE, min(minutes, 1440.0)),
    )


def halve_rate(rate_per_second: float) -> int:
    """Return half of the rate that exceeded the limit, in messages per minute; 1 at least."""
    return max(1, int(min(rate_per_second, 1000.0) * _SECONDS_PER_MINUTE / 2))
