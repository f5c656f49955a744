"""The clock that is injected into the context: system time, with an offset in test mode."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Callable that returns the current time as a timezone-aware ``datetime`` in UTC.

    It adds an offset to the system's wall clock, 0 by default. With an offset it runs at normal
    speed in another month, for the sandbox and the tests; production never has one. It is not
    monotonic, since the system's clock may be set back: timeouts use the event loop's time.
    """

    def __init__(self, start: datetime | None = None) -> None:
        """Compute the offset from *start*, an aware ``datetime``; by default there is none."""
        self._offset = start - datetime.now(UTC) if start else timedelta(0)

    def __call__(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC) + self._offset

    def move_to(self, instant: datetime) -> None:
        """Increase the offset so that the clock shows *instant*; no effect for an earlier one.

        The offset never decreases: what scheduled duties have committed cannot be rolled back.
        """
        self._offset = max(self._offset, instant - datetime.now(UTC))
