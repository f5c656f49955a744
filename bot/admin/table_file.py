"""Write published tables (CSV) and team files (TOML) to new files that only the owner can read."""

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path


def write_csv(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write *rows* to a new CSV file of mode 0600; raises :class:`OSError`, also if *path* exists.

    The encoding is UTF-8 with a byte order mark: without it Excel decodes French and Chinese with
    another encoding.
    """
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def write_text(path: Path, text: str) -> None:
    """Write *text* to a new UTF-8 file of mode 0600; OSError is raised as by :func:`write_csv`."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
