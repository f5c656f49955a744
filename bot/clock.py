"""The bot's clock: system time, or in test mode a clock that can be advanced."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Callable that returns the current time as an aware :class:`~datetime.datetime` in UTC.

    Without a start it returns system time. With one it starts there and runs at normal speed,
    so that the sandbox and the tests can run in another month.
    """

    def __init__(self, start: datetime | None = None) -> None:
        """Start at *start* (aware), or follow system time."""
        self._offset = start - datetime.now(UTC) if start else timedelta(0)

    def __call__(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC) + self._offset

    def move_to(self, instant: datetime) -> None:
        """Advance to *instant*; an instant in the past changes nothing.

        Duties that have run cannot be undone, so the clock never moves backwards.
        """
        self._offset = max(self._offset, instant - datetime.now(UTC))
