"""How fast messages may follow one another in one workspace, so that people's product keeps up.

Slack takes "several hundred" messages a minute from an app and workspace, and says no more
precisely; whoever asks for more is told to rest, and then goes on at half the pace.
"""

import math
from datetime import datetime

_BURST_SECONDS = 0.5
"""Seconds' worth of messages that a limit of so many a second lets through at once.

Two messages at least. Half of what goes beyond the first is used to catch up; the other half
is left to a network that makes one message wait and lets the next overtake its turn.
"""

_RECOVERY_FACTOR_PER_MINUTE = 1.1
_SECONDS_PER_MINUTE = 60


class RateLimiter:
    """Deals turns at a steady pace (the generic cell rate algorithm, with bounded catch-up).

    A turn that comes late, because the store or the network took its time, does not delay
    the ones after it; but what was missed over a longer while is not made up in a burst.
    """

    def __init__(self, rate_per_second: float) -> None:
        """Deal *a_second* turns a second; infinity for no limit."""
        self.rate_per_second = rate_per_second
        self._next_send_at = 0.0

    def resume(self, now: float) -> None:
        """Start afresh at *now* after a while without turns; what was not used is gone."""
        self._next_send_at = max(self._next_send_at, now)

    def reserve(self, now: float) -> float:
        """Take the next turn, and return in how many seconds from *now* it comes.

        *now* is in seconds by a clock that only runs forward.
        """
        at = max(self._next_send_at, self._earliest_send_at(now))
        self._next_send_at = at + 1 / self.rate_per_second
        return max(0.0, at - now)

    def mark_sent(self, now: float) -> None:
        """Keep that the message of the last turn left at *now*, be it later than its turn."""
        self._next_send_at = max(
            self._next_send_at, self._earliest_send_at(now) + 1 / self.rate_per_second
        )

    def _earliest_send_at(self, now: float) -> float:
        """The longest missed turn that is still made up for at *now*."""
        interval = 1 / self.rate_per_second
        return now - (max(_BURST_SECONDS, 2 * interval) - interval) / 2


def recover_rate(
    rate_per_minute: int, slowed_at: datetime, now: datetime, max_per_second: float
) -> float:
    """Return the messages a second for a workspace that was slowed down to *a_minute*.

    0 is one that never was. It grows by a tenth a minute from *since*, up to *most*.
    """
    if not rate_per_minute:
        return max_per_second
    minutes = max(0.0, (now - slowed_at).total_seconds() / _SECONDS_PER_MINUTE)
    # Nobody is slowed down for longer than a day; without a bound the power would overflow.
    return min(
        max_per_second,
        rate_per_minute
        / _SECONDS_PER_MINUTE
        * math.pow(_RECOVERY_FACTOR_PER_MINUTE, min(minutes, 1440.0)),
    )


def halve_rate(rate_per_second: float) -> int:
    """Return the messages a minute for a workspace that asked for rest at this pace; 1 at least."""
    return max(1, int(min(rate_per_second, 1000.0) * _SECONDS_PER_MINUTE / 2))
