"""Write the published tables to a CSV file for the operator."""

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
