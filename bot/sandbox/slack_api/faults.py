"""What goes wrong on purpose: faults that a test plants, and Slack's own limits of pace."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Trouble:
    """A fault of the Web API, planted by a test.

    ``when`` says whether the call has taken effect by then. ``drop`` breaks the connection
    without an answer, ``status`` answers so, ``error`` is a code in an ordinary answer;
    ``body`` replaces the answer's text. ``delay`` is waited first, in seconds.
    """

    when: Literal["before", "after"] = "before"
    drop: bool = False
    status: int = 200
    error: str = ""
    body: str = ""
    delay: float = 0.0

    @property
    def lasts(self) -> bool:
        """Whether anything but a delay is wrong."""
        return self.drop or self.status != 200 or bool(self.error or self.body)  # noqa: PLR2004 - HTTP's own number


@dataclass(frozen=True)
class Pace:
    """A limit: so many calls at once, and then so many a second."""

    burst: float
    a_second: float


@dataclass
class _Bucket:
    pace: Pace
    left: float
    at: float


@dataclass
class Troubles:
    """Planted faults by method, and limits of pace by method; ``*`` stands for every method.

    ``seconds`` is practice time: a day that is jumped gives the bot a day's worth of calls.
    """

    seconds: Callable[[], float]
    paces: dict[str, Pace] = field(default_factory=dict)
    planted: dict[str, list[Trouble]] = field(default_factory=dict)
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def plant(self, method: str, trouble: Trouble, times: int = 1) -> None:
        """Let the next calls of *method* meet *trouble*."""
        self.planted.setdefault(method, []).extend([trouble] * times)

    def next(self, method: str) -> Trouble:
        """Return the fault that this call meets; one that does nothing when none was planted."""
        for name in (method, "*"):
            if waiting := self.planted.get(name):
                return waiting.pop(0)
        return Trouble()

    def wait(self, method: str, channel: str) -> int:
        """Return how many seconds a call has to wait for its turn; 0 when it may go on.

        A pace named ``chat.postMessage#`` holds for each channel by itself.
        """
        names = [(method, method), (f"{method}#", f"{method}#{channel}")]
        buckets = [self._bucket(key, self.paces[name]) for name, key in names if name in self.paces]
        if any(bucket.left < 1 for bucket in buckets):
            waits = [(1 - one.left) / one.pace.a_second for one in buckets]
            return max(1, math.ceil(max(waits)))
        for bucket in buckets:
            bucket.left -= 1
        return 0

    def _bucket(self, key: str, pace: Pace) -> _Bucket:
        now = self.seconds()
        bucket = self._buckets.setdefault(key, _Bucket(pace, pace.burst, now))
        bucket.left = min(pace.burst, bucket.left + (now - bucket.at) * pace.a_second)
        bucket.at = now
        return bucket
