"""Practice time: what the bot's clock says, told as people and as Slack write it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_MICRO = 1_000_000


class PracticeClock:
    """Runs on with the machine's clock, and ahead of it by as much as was jumped.

    ``stamp`` gives message timestamps that ascend and never repeat. ``seconds`` is the
    machine's own clock, which trigger ids and private answers go by.
    """

    def __init__(self, start: datetime | None = None) -> None:
        """Begin at *start* (aware), or with the machine's clock."""
        self.seconds: Callable[[], float] = time.time
        self._ahead = (start or self._machine()) - self._machine()
        self._last = 0

    def now(self) -> datetime:
        """Tell the practice time, aware, in UTC."""
        return self._machine() + self._ahead

    def move_to(self, instant: datetime) -> None:
        """Move to *instant*; the bot's clock is moved by whoever calls this."""
        self._ahead = instant.astimezone(UTC) - self._machine()

    def stamp(self) -> str:
        """Return a new message timestamp, such as ``1795500000.000100``."""
        self._last = max(int(self.now().timestamp() * _MICRO), self._last + 1)
        return f"{self._last // _MICRO}.{self._last % _MICRO:06}"

    def after(self, stamp: str) -> None:
        """Let every further timestamp come after *stamp*."""
        whole, _, rest = stamp.partition(".")
        self._last = max(self._last, int(whole) * _MICRO + int(rest or 0))

    def _machine(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)


def local(stamp: str, zone: str) -> str:
    """Return a message timestamp as local ISO time."""
    return datetime.fromtimestamp(float(stamp), ZoneInfo(zone)).isoformat(timespec="seconds")


def shown(now: datetime, zone: str) -> str:
    """Return an instant as local ISO time."""
    return now.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
