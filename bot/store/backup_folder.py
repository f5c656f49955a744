"""A folder of backups with the date in their names, of which the newest stay."""

import re
from datetime import UTC, datetime
from pathlib import Path

_NAME_PATTERN = re.compile(r"attune-\d{8}T\d{6}Z\.sqlite")


def name_backup(folder: Path, now: datetime) -> Path:
    """Return the path of a backup that is made *now*; the names sort by date."""
    return folder / f"attune-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.sqlite"


def delete_older_backups(folder: Path, kept_count: int) -> int:
    """Delete all but the *kept_count* newest backups of *folder*; return how many.

    Other files stay. Raises :class:`OSError` for one that cannot be deleted.
    """
    names = sorted(path.name for path in folder.iterdir() if _NAME_PATTERN.fullmatch(path.name))
    older_names = names[: max(0, len(names) - kept_count)]
    for name in older_names:
        (folder / name).unlink()
    return len(older_names)
