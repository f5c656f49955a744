"""What a database leaves on disk, for claims about what is there and what is gone."""

from pathlib import Path


def read_all_bytes(folder: Path) -> bytes:
    """Everything in the database's file, its write-ahead log and its journal.

    The file comes last: a log that is folded into it meanwhile is then read twice, and not
    missed in both.
    """
    files = sorted(folder.glob("attune.sqlite*"), reverse=True)
    return b"".join(file.read_bytes() for file in files)
