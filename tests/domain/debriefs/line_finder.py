"""Find lines of guides, of which many guides share each, with one evaluation for each line."""

from collections import defaultdict
from collections.abc import Callable


class LineFinder:
    """Finds the lines of guides that a predicate is true of, and asks it once for each line.

    The guides of the walk consist of the same few hundred lines.
    """

    def __init__(self, predicate: Callable[[str, str], bool]) -> None:
        """Find lines that *predicate* is true of; its arguments are a line and a context."""
        self._predicate = predicate
        self._other_lines: defaultdict[str, set[str]] = defaultdict(set)

    def find(self, lines: frozenset[str], context: str) -> list[str]:
        """Return those of *lines* that the predicate is true of in *context*."""
        other_lines = self._other_lines[context]
        matching_lines = [line for line in lines - other_lines if self._predicate(line, context)]
        other_lines.update(lines.difference(matching_lines))
        return matching_lines
