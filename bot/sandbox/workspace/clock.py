"""Practice time: what the bot's clock says, told as people and as Slack write it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_MICROSECONDS_PER_SECOND = 1_000_000


class SandboxClock:
    """Runs on with the machine's clock, and ahead of it by as much as was jumped.

    ``stamp`` gives message timestamps that ascend and never repeat. ``seconds`` is the
    machine's own clock, which trigger ids and private answers go by.
    """

    def __init__(self, start: datetime | None = None) -> None:
        """Begin at *start* (aware), or with the machine's clock."""
        self.machine_seconds: Callable[[], float] = time.time
        self._offset = (start or self._machine_now()) - self._machine_now()
        self._last_microseconds = 0

    def now(self) -> datetime:
        """Tell the practice time, aware, in UTC."""
        return self._machine_now() + self._offset

    def move_to(self, instant: datetime) -> None:
        """Move to *instant*; the bot's clock is moved by whoever calls this."""
        self._offset = instant.astimezone(UTC) - self._machine_now()

    def next_timestamp(self) -> str:
        """Return a new message timestamp, such as ``1795500000.000100``."""
        self._last_microseconds = max(
            int(self.now().timestamp() * _MICROSECONDS_PER_SECOND), self._last_microseconds + 1
        )
        return f"{self._last_microseconds // _MICROSECONDS_PER_SECOND}.{self._last_microseconds % _MICROSECONDS_PER_SECOND:06}"

    def advance_past(self, timestamp: str) -> None:
        """Let every further timestamp come after *stamp*."""
        whole, _, rest = timestamp.partition(".")
        self._last_microseconds = max(
            self._last_microseconds, int(whole) * _MICROSECONDS_PER_SECOND + int(rest or 0)
        )

    def _machine_now(self) -> datetime:
        return datetime.fromtimestamp(self.machine_seconds(), UTC)


def format_timestamp(timestamp: str, zone: str) -> str:
    """Return a message timestamp as local ISO time."""
    return datetime.fromtimestamp(float(timestamp), ZoneInfo(zone)).isoformat(timespec="seconds")


def format_instant(instant: datetime, zone: str) -> str:
    """Return an instant as local ISO time."""
    return instant.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
