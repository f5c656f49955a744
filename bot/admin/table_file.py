"""Write published tables and team files to new files for the operator."""

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path


def write_csv(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write *rows* to the new file *path* of mode 0600; OSError when it exists or is unwritable.

    UTF-8 with a byte order mark, without which Excel takes French and Chinese for another encoding.
    """
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def write_text(path: Path, text: str) -> None:
    """Write *text* in UTF-8 to the new file *path* of mode 0600; OSError as :func:`write_csv`."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
