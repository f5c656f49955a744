"""The time as the bot knows it: the machine's own, or in test mode a clock that can be moved."""

from datetime import UTC, datetime, timedelta


class Clock:
    """What time it is for everybody the bot serves; call it for an aware instant in UTC.

    Without a start it is the machine's clock. With one it starts there and runs on at the
    usual pace, so that the practice workspace and the tests can live in another month.
    """

    def __init__(self, start: datetime | None = None) -> None:
        """Begin at *start* (aware), or follow the machine's clock."""
        self._offset = start - datetime.now(UTC) if start else timedelta(0)

    def __call__(self) -> datetime:
        """Tell the time."""
        return datetime.now(UTC) + self._offset

    def move_to(self, instant: datetime) -> None:
        """Move forward to *instant*; one that has passed changes nothing.

        What has fallen due cannot be undone, so there is no way back.
        """
        self._offset = max(self._offset, instant - datetime.now(UTC))
