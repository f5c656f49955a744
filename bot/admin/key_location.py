"""Check by the mount table whether the key folder outlives a restart of machine or container."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_MEMORY_TYPES = frozenset({"tmpfs", "ramfs"})
_CONTAINER_TYPES = frozenset({"overlay", "overlayfs", "aufs"})


class LocationRisk(StrEnum):
    """Why a restart may delete the keys in a folder; the value is part of the finding's key."""

    MEMORY = "keys_in_memory"
    CONTAINER = "keys_in_container"
    OUTSIDE_HOME = "keys_outside_home"


@dataclass(frozen=True)
class Machine:
    """The mount table, in the format of ``/proc/mounts``, and the home of the process's user.

    ``home`` is ``None`` for a user without one.
    """

    mounts: str
    home: Path | None


def read_machine() -> Machine:
    """Read this machine's mount table (``""`` without ``/proc``) and the user's home folder."""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        mounts = ""
    try:
        return Machine(mounts, Path.home())
    except RuntimeError:
        return Machine(mounts, None)


def find_location_risks(folder: Path, machine: Machine) -> tuple[LocationRisk, ...]:
    """Return why a restart may delete *folder*, which need not exist yet; at most one risk.

    A memory file system or a container's layer is a risk, and so is a folder on the root file
    system outside the user's home. Any other mount counts as a volume that an operator chose.
    """
    folder = folder.resolve()
    mount_point, file_system = _find_mount(folder, machine.mounts)
    if file_system in _MEMORY_TYPES:
        return (LocationRisk.MEMORY,)
    if file_system in _CONTAINER_TYPES:
        return (LocationRisk.CONTAINER,)
    is_volume = mount_point != Path("/")
    if is_volume or _is_below_home(folder, machine.home):
        return ()
    return (LocationRisk.OUTSIDE_HOME,)


def _is_below_home(folder: Path, home: Path | None) -> bool:
    """Return whether *home* exists, is not the root folder, and contains *folder*."""
    if home is None or home == Path("/") or not home.is_dir():
        return False
    return folder.is_relative_to(home.resolve())


def _find_mount(folder: Path, mounts: str) -> tuple[Path, str]:
    """Parse *mounts*; return the mount point that contains *folder*, and its file system's type.

    The longest mount point wins, and of several at one point the last row, which hides the others.
    Returns the root and ``""`` for an empty table. Octal escapes in paths are decoded.
    """
    best = (Path("/"), "")
    for line in mounts.splitlines():
        _device, escaped, file_system, *_ = [*line.split(" "), "", "", ""]
        point = Path(re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), escaped))
        is_longer = len(point.parts) >= len(best[0].parts)
        if escaped and folder.is_relative_to(point) and is_longer:
            best = (point, file_system)
    return best
