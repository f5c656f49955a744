"""A clock that several processes share: its offset to the system's clock is in a mapped file."""

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from bot.clock import Clock

_OFFSET = struct.Struct("d")


class SharedClock(Clock):
    """Clock at the offset of a file; moved in one process, it has moved in all of them."""

    def __init__(self, file: Path) -> None:
        """Use the existing *file* of the offset."""
        super().__init__()
        with file.open("r+b") as content:
            self._memory = mmap.mmap(content.fileno(), _OFFSET.size)

    @classmethod
    def create(cls, file: Path, start: datetime) -> Self:
        """Create *file* for a clock that starts at *start*."""
        file.write_bytes(bytes(_OFFSET.size))
        clock = cls(file)
        clock.move_to(start)
        return clock

    def __call__(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC) + timedelta(seconds=_OFFSET.unpack_from(self._memory)[0])

    def move_to(self, instant: datetime) -> None:
        """Move to *instant* in every process at once."""
        _OFFSET.pack_into(self._memory, 0, (instant - datetime.now(UTC)).total_seconds())
