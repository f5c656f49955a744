"""Back-off of the probes of a workspace that is in doubt or suspended.

A probe is a call that posts nothing. It comes before the first message after an outage, and
before the end of a suspension, so that an attempt in vain leaves no message in doubt.
"""

from dataclasses import dataclass
from datetime import timedelta

_JITTER = 0.25
"""The largest part by which a delay is shortened, so that workspaces are not probed at once.

Well below half: until the maximum no delay is shorter than the one before it.
"""

_MAX_DOUBLINGS = 32
"""Bound of the exponent: any maximum is reached before it, and no power overflows."""


@dataclass(frozen=True)
class BackoffPolicy:
    """The first delay before a probe and the longest one; the delay doubles in between."""

    first: timedelta
    maximum: timedelta


OUTAGE_BACKOFF = BackoffPolicy(timedelta(minutes=1), timedelta(minutes=15))
"""After messages with an unknown result.

An outage of 20 minutes ends at most a quarter of an hour before the messages continue, so that
a check-in due at nine is sent the same morning.
"""

SUSPENSION_BACKOFF = BackoffPolicy(timedelta(minutes=1), timedelta(days=1))
"""After the product refused the whole workspace; a daily probe is the rarest."""


def next_probe_delay(
    policy: BackoffPolicy, probe_count: int, jitter_fraction: float = 0.0
) -> timedelta:
    """Return the delay before the next probe, after *probe_count* delays without a success.

    *jitter_fraction* is a random number from 0 to 1; a larger one shortens the delay more.
    """
    doublings = max(0, min(probe_count, _MAX_DOUBLINGS))
    delay = min(policy.maximum, policy.first * (1 << doublings))
    return delay * (1 - _JITTER * jitter_fraction)


def is_probe_due(probe_at: float, now: float) -> bool:
    """Return whether the probe planned for *probe_at* is due *now*, both in Unix seconds.

    A probe further ahead than the longest delay was planned before the clock was set back, and
    is due.
    """
    return not now < probe_at <= now + SUSPENSION_BACKOFF.maximum.total_seconds()
