"""Fault injection for the Web API: faults planned by a test, and Slack's rate limits."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class PlannedFault:
    """A fault that the Web API injects into one call.

    ``when`` decides whether the fault comes before or after the effect of the call.
    ``drop_connection`` breaks the connection without a complete response, ``status`` is the HTTP
    status, ``error`` is the error code of an ordinary response body, ``body`` replaces the
    response text, and ``delay_seconds`` delays the response.
    """

    when: Literal["before", "after"] = "before"
    drop_connection: bool = False
    status: int = 200
    error: str = ""
    body: str = ""
    delay_seconds: float = 0.0

    @property
    def replaces_response(self) -> bool:
        """Whether the fault replaces the response; a mere delay does not."""
        return self.drop_connection or self.status != 200 or bool(self.error or self.body)  # noqa: PLR2004 - an HTTP status


@dataclass(frozen=True)
class RateLimit:
    """The parameters of a token bucket: its capacity in calls, and its refill rate."""

    burst: float
    calls_per_second: float


@dataclass
class _TokenBucket:
    rate_limit: RateLimit
    tokens: float
    updated_at: float


@dataclass
class FaultPlan:
    """Planned faults and rate limits by method name; ``*`` in the faults matches any method.

    The token buckets refill by the simulated clock, in seconds: after a jump of one day they have
    refilled for one day.
    """

    read_simulated_seconds: Callable[[], float]
    rate_limits: dict[str, RateLimit] = field(default_factory=dict)
    planned_faults: dict[str, list[PlannedFault]] = field(default_factory=dict)
    _buckets: dict[str, _TokenBucket] = field(default_factory=dict)

    def add_fault(self, method: str, fault: PlannedFault, times: int = 1) -> None:
        """Queue *fault* for the next *times* calls of *method*."""
        self.planned_faults.setdefault(method, []).extend([fault] * times)

    def next_fault(self, method: str) -> PlannedFault:
        """Dequeue the fault for a call of *method*; without a plan one without effect."""
        for name in (method, "*"):
            if queue := self.planned_faults.get(name):
                return queue.pop(0)
        return PlannedFault()

    def take_call_token(self, method: str, channel: str) -> int:
        """Take a token for a call; return the ``Retry-After`` seconds, 0 where the call may run.

        A rate limit with the key ``chat.postMessage#`` has one token bucket per channel.
        """
        bucket_keys = [(method, method), (f"{method}#", f"{method}#{channel}")]
        buckets = [
            self._refill_bucket(key, self.rate_limits[name])
            for name, key in bucket_keys
            if name in self.rate_limits
        ]
        if any(bucket.tokens < 1 for bucket in buckets):
            waits = ((1 - bucket.tokens) / bucket.rate_limit.calls_per_second for bucket in buckets)
            return max(1, math.ceil(max(waits)))
        for bucket in buckets:
            bucket.tokens -= 1
        return 0

    def _refill_bucket(self, key: str, rate_limit: RateLimit) -> _TokenBucket:
        now = self.read_simulated_seconds()
        bucket = self._buckets.setdefault(key, _TokenBucket(rate_limit, rate_limit.burst, now))
        bucket.tokens = min(
            rate_limit.burst,
            bucket.tokens + (now - bucket.updated_at) * rate_limit.calls_per_second,
        )
        bucket.updated_at = now
        return bucket
