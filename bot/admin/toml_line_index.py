"""Index the line numbers of a TOML file's tables and keys; the TOML parser reports none.

The team file and the workspaces file are arrays of tables, such as ``[[team]]``: a fault is located
by the name of the array, the index of the table in it and the key.
"""

import re
from pathlib import Path

_HEADING_PATTERN = re.compile(r"\s*\[\[\s*([A-Za-z0-9_-]+)\s*\]\]")
_KEY_PATTERN = re.compile(r"\s*(?:\[([A-Za-z0-9_-]+)\.)?([A-Za-z0-9_-]+)")
_HEADING_KEY = ""
"""Key of the heading in a table's dict of lines; the pattern matches no key without a character."""


class TomlLineIndex:
    """Index of the lines of a TOML file, built once: a long file may have a fault in every line."""

    def __init__(self, path: Path, text: str) -> None:
        """Index *text* by regular expressions; *path* is only part of the returned locations."""
        # Not splitlines(): TOML ends lines at line feeds, never at U+2028 or a form feed.
        self._path, self._lines = path, text.split("\n")
        self._tables_by_array: dict[str, list[dict[str, int]]] = {}
        array = ""
        for number, line in enumerate(self._lines, start=1):
            if heading := _HEADING_PATTERN.match(line):
                array = heading[1]
                self._tables_by_array.setdefault(array, []).append({_HEADING_KEY: number})
            elif key := _KEY_PATTERN.match(line):
                # A subtable, such as [team.checkin], is a key of its array's last table.
                for table in self._tables_by_array.get(key[1] or array, [])[-1:]:
                    table.setdefault(key[2], number)

    def locate_field(self, array: str, index: int, field: str) -> str:
        """Return ``path:line`` of the key *field* in the table at *index*, else of its heading.

        *array* is the name in the headings. An inline array has none: its tables are on line 1.
        """
        tables = self._tables_by_array.get(array, [])
        lines = tables[index] if index < len(tables) else {_HEADING_KEY: 1}
        return f"{self._path}:{lines.get(field, lines[_HEADING_KEY])}"

    def locate_table(self, array: str, index: int) -> str:
        """Return ``path:line`` of the heading of the table at *index*, line 1 without one."""
        return self.locate_field(array, index, _HEADING_KEY)

    def locate_name(self, name: str) -> str:
        """Return ``path:line`` of the first key or table called *name*, line 1 without one."""
        is_named = re.compile(rf"\s*\[*\s*{re.escape(name)}\b").match
        numbers = (number for number, line in enumerate(self._lines, start=1) if is_named(line))
        return f"{self._path}:{next(numbers, 1)}"


def locate_syntax_error(path: Path, error: Exception) -> str:
    """Return ``path:line`` by the line number in the TOML parser's message, line 1 without one."""
    line = re.search(r"line (\d+)", str(error))
    return f"{path}:{line[1] if line else 1}"
