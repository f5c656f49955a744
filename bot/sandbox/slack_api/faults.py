"""What goes wrong on purpose: faults that a test plants, and Slack's own limits of pace."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class PlannedFault:
    """A fault of the Web API, planted by a test.

    ``when`` says whether the call has taken effect by then. ``drop`` breaks the connection
    without an answer, ``status`` answers so, ``error`` is a code in an ordinary answer;
    ``body`` replaces the answer's text. ``delay`` is waited first, in seconds.
    """

    when: Literal["before", "after"] = "before"
    drop_connection: bool = False
    status: int = 200
    error: str = ""
    body: str = ""
    delay_seconds: float = 0.0

    @property
    def replaces_response(self) -> bool:
        """Whether anything but a delay is wrong."""
        return self.drop_connection or self.status != 200 or bool(self.error or self.body)  # noqa: PLR2004 - HTTP's own number


@dataclass(frozen=True)
class RateLimit:
    """A limit: so many calls at once, and then so many a second."""

    burst: float
    calls_per_second: float


@dataclass
class _TokenBucket:
    rate_limit: RateLimit
    tokens: float
    updated_at: float


@dataclass
class FaultPlan:
    """Planted faults by method, and limits of pace by method; ``*`` stands for every method.

    ``seconds`` is practice time: a day that is jumped gives the bot a day's worth of calls.
    """

    read_seconds: Callable[[], float]
    rate_limits: dict[str, RateLimit] = field(default_factory=dict)
    planned_faults: dict[str, list[PlannedFault]] = field(default_factory=dict)
    _buckets: dict[str, _TokenBucket] = field(default_factory=dict)

    def add_fault(self, method: str, fault: PlannedFault, times: int = 1) -> None:
        """Let the next calls of *method* meet *trouble*."""
        self.planned_faults.setdefault(method, []).extend([fault] * times)

    def next_fault(self, method: str) -> PlannedFault:
        """Return the fault that this call meets; one that does nothing when none was planted."""
        for name in (method, "*"):
            if waiting := self.planned_faults.get(name):
                return waiting.pop(0)
        return PlannedFault()

    def reserve_call(self, method: str, channel: str) -> int:
        """Return how many seconds a call has to wait for its turn; 0 when it may go on.

        A pace named ``chat.postMessage#`` holds for each channel by itself.
        """
        names = [(method, method), (f"{method}#", f"{method}#{channel}")]
        buckets = [
            self._refill_bucket(key, self.rate_limits[name])
            for name, key in names
            if name in self.rate_limits
        ]
        if any(bucket.tokens < 1 for bucket in buckets):
            waits = [(1 - one.tokens) / one.rate_limit.calls_per_second for one in buckets]
            return max(1, math.ceil(max(waits)))
        for bucket in buckets:
            bucket.tokens -= 1
        return 0

    def _refill_bucket(self, key: str, rate_limit: RateLimit) -> _TokenBucket:
        now = self.read_seconds()
        bucket = self._buckets.setdefault(key, _TokenBucket(rate_limit, rate_limit.burst, now))
        bucket.tokens = min(
            rate_limit.burst,
            bucket.tokens + (now - bucket.updated_at) * rate_limit.calls_per_second,
        )
        bucket.updated_at = now
        return bucket
