"""A folder in memory for databases of tests that claim nothing about a disk.

``python -m tests.memory_folder`` prints it, or nothing: ``make test`` has temporary files there.
"""

import shutil
from pathlib import Path

_SHARED_MEMORY = Path("/dev/shm")
_MIN_FREE_BYTES = 2 * 1024**3
"""The free memory from which it is used; a container often has 64 MiB."""


def find_memory_folder() -> Path | None:
    """Return the folder in memory; ``None``, for the usual temporary folder, without much room."""
    has_room = _SHARED_MEMORY.is_dir() and shutil.disk_usage(_SHARED_MEMORY).free > _MIN_FREE_BYTES
    return _SHARED_MEMORY if has_room else None


if __name__ == "__main__":
    print(find_memory_folder() or "")  # noqa: T201 - the command's output
