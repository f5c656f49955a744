"""Parse a CSV file of pairs of product ids: the former and the new one of a person in each row."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.admin.account_references import lowercase_microsoft_id
from bot.admin.operator_file_text import read_operator_file
from bot.errors import Fault, FaultyInputError

_ID_PATTERN = re.compile(r"[A-Za-z0-9-]{2,64}")
_HEADER = ("old", "new")


@dataclass(frozen=True)
class IdPair:
    """The former and the new product id of one person, and the file and line of their row."""

    location: str
    old_id: str
    new_id: str


def read_id_pairs(path: Path) -> tuple[IdPair, ...]:
    """Parse and validate the pairs in the CSV file at *path*; the header ``old,new`` is optional.

    Columns are separated by semicolons if the file contains any, else by commas. No id may occur
    twice. Raises :class:`bot.errors.FaultyInputError` with every fault and its line, or for a file
    without a pair.
    """
    pairs: list[IdPair] = []
    faults: list[Fault] = []
    for line, cells in _read_rows(path):
        location = f"{path}:{line}"
        if len(cells) == len(_HEADER) and all(map(_ID_PATTERN.fullmatch, cells)):
            pairs.append(IdPair(location, *map(lowercase_microsoft_id, cells)))
        else:
            faults.append(Fault(location, "operator.team.pair_malformed"))
    counts = Counter(id_ for pair in pairs for id_ in (pair.old_id, pair.new_id))
    faults += [
        Fault(pair.location, "operator.team.pair_twice")
        for pair in pairs
        if counts[pair.old_id] > 1 or counts[pair.new_id] > 1
    ]
    if not pairs and not faults:
        faults.append(Fault(str(path), "operator.team.pair_malformed"))
    if faults:
        raise FaultyInputError(tuple(faults))
    return tuple(pairs)


def _read_rows(path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield line number and stripped cells of each row, without blank rows and the header."""
    text = read_operator_file(path)
    delimiter = ";" if ";" in text else ","
    reader = csv.reader(text.split("\n"), delimiter=delimiter)
    for row in reader:
        cells = tuple(cell.strip() for cell in row)
        is_header = reader.line_num == 1 and tuple(map(str.lower, cells)) == _HEADER
        if any(cells) and not is_header:
            yield reader.line_num, cells
