"""Index the line numbers of a team file's tables and keys; the TOML parser reports none."""

import re
from pathlib import Path

_HEADING_PATTERN = re.compile(r"\s*\[\[\s*(team|same)\s*\]\]")
_KEY_PATTERN = re.compile(r"\s*(?:\[team\.)?([A-Za-z0-9_-]+)")


class TeamFileLines:
    """Index of the lines of a team file, built once: a long file may have a fault in every line."""

    def __init__(self, path: Path, text: str) -> None:
        """Index *text* by regular expressions; *path* is only part of the returned locations."""
        self._path = path
        self._heading_lines: dict[str, list[int]] = {"team": [], "same": []}
        self._key_lines: list[dict[str, int]] = []
        for number, line in enumerate(text.splitlines(), start=1):
            if heading := _HEADING_PATTERN.match(line):
                self._heading_lines[heading[1]].append(number)
                if heading[1] == "team":
                    self._key_lines.append({})
            elif self._key_lines and (key := _KEY_PATTERN.match(line)):
                self._key_lines[-1].setdefault(key[1], number)

    def locate_field(self, index: int, field: str) -> str:
        """Return ``path:line`` of the key *field* in the table at *index*, else of its heading."""
        headings = self._heading_lines["team"][: index + 1]
        heading_line = headings[-1] if headings else 1
        keys = self._key_lines[index] if index < len(self._key_lines) else {}
        return f"{self._path}:{keys.get(field, heading_line)}"

    def locate_same_entry(self, index: int) -> str:
        """Return ``path:line`` of the ``[[same]]`` heading at *index*, line 1 without one."""
        headings = self._heading_lines["same"]
        return f"{self._path}:{headings[index] if index < len(headings) else 1}"
