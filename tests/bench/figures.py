"""Figures of a measurement: a median with its spread, by name and column."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SQLITE, SQLITE_LARGE, POSTGRESQL = "sqlite", "sqlite large", "postgresql"
"""Columns: one team on SQLite, the complete population on SQLite, and one team on PostgreSQL."""


@dataclass(frozen=True)
class Figure:
    """The median of some rounds, the least and the greatest, of the figure *name* in *column*.

    A high percentile is that of all rounds together.

    *note* says what differs from the bar's own conditions, such as a smaller number.
    """

    name: str
    column: str
    median: float
    least: float
    greatest: float
    note: str = ""

    @property
    def text(self) -> str:
        """The median and the spread in brackets; a single value alone."""
        if self.least == self.greatest:
            return f"{self.median:.4g}"
        return f"{self.median:.3g} [{self.least:.3g}, {self.greatest:.3g}]"


def summarize(
    name: str, column: str, values: Iterable[float], *, total: float | None = None, note: str = ""
) -> Figure:
    """Return the figure of the values of all rounds; *total*, of all together, replaces the median.

    A high percentile of all rounds together is steadier than the median of theirs.
    """
    rounds = [*values]
    middle = statistics.median(rounds) if total is None else total
    return Figure(name, column, middle, min(rounds), max(rounds), note)


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile of *values*; of fewer than two the value itself."""
    if len(values) < 2:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def divide_rounds(values: Sequence[float], base_values: Sequence[float]) -> list[float]:
    """Return the ratio of each round's value to the base's value of the same round."""
    return [value / base for value, base in zip(values, base_values, strict=True)]
