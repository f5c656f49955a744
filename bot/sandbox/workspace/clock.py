"""The sandbox clock, shared with the bot, and the formats of its timestamps."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_MICROSECONDS_PER_SECOND = 1_000_000


class SandboxClock:
    """The machine's clock plus an offset, which time travel increases.

    :meth:`next_timestamp` generates unique ascending message timestamps. ``machine_seconds``
    is a callable that returns the machine's own Unix time without the offset; the expiry of
    trigger ids and response URLs and the request signature use that time.
    """

    def __init__(self, start: datetime | None = None) -> None:
        """Start at the aware datetime *start*, by default at the machine's time."""
        self.machine_seconds: Callable[[], float] = time.time
        self._offset = (start or self._machine_now()) - self._machine_now()
        self._last_microseconds = 0

    def now(self) -> datetime:
        """Return the sandbox time as an aware datetime in UTC."""
        return self._machine_now() + self._offset

    def move_to(self, instant: datetime) -> None:
        """Move this clock to *instant*; the caller also moves the bot's clock, by a request."""
        self._offset = instant.astimezone(UTC) - self._machine_now()

    def next_timestamp(self) -> str:
        """Return a new message timestamp, such as ``1795500000.000100``."""
        self._last_microseconds = max(
            int(self.now().timestamp() * _MICROSECONDS_PER_SECOND), self._last_microseconds + 1
        )
        seconds, microseconds = divmod(self._last_microseconds, _MICROSECONDS_PER_SECOND)
        return f"{seconds}.{microseconds:06}"

    def skip_timestamps_through(self, timestamp: str) -> None:
        """Make every further timestamp greater than *timestamp*, as after loading a snapshot."""
        whole, _, fraction = timestamp.partition(".")
        self._last_microseconds = max(
            self._last_microseconds, int(whole) * _MICROSECONDS_PER_SECOND + int(fraction or 0)
        )

    def _machine_now(self) -> datetime:
        return datetime.fromtimestamp(self.machine_seconds(), UTC)


def format_timestamp(timestamp: str, zone: str) -> str:
    """Return a message timestamp as an ISO 8601 string in the time zone *zone*."""
    return datetime.fromtimestamp(float(timestamp), ZoneInfo(zone)).isoformat(timespec="seconds")


def format_instant(instant: datetime, zone: str) -> str:
    """Return an instant as an ISO 8601 string in the time zone *zone*."""
    return instant.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
