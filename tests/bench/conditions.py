"""Conditions of a run: how much is measured, on which databases, and where their files are."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.figures import Figure

FULL_NUMBER = 10_000
"""The number of a complete run: check-ins of the fan-out; all other counts are in proportion."""


@dataclass(frozen=True)
class Scale:
    """The counts of a run, in proportion to its *number*; those of 10,000 are the bars' own."""

    number: int

    @property
    def share(self) -> float:
        """The proportion of a complete run, 1 at most."""
        return min(1.0, self.number / FULL_NUMBER)

    @property
    def team_count(self) -> int:
        """Teams of the large database: 5,000."""
        return max(2, self.number // 2)

    @property
    def round_count(self) -> int:
        """Rounds of alternating turns: five, and two at least."""
        return max(2, min(5, self.number // 1000))

    @property
    def requests_per_turn(self) -> int:
        """Requests of one turn of one target: 60, and 3 at least."""
        return max(3, round(60 * self.share))

    @property
    def turn_seconds(self) -> float:
        """Seconds of one saturated turn of one target."""
        return max(0.02, 1.5 * self.share)

    @property
    def kill_count(self) -> int:
        """Kills in mid-burst: 20, and one at least."""
        return max(1, self.number // 500)

    @property
    def note(self) -> str:
        """What every figure of a smaller run says about itself; nothing for a complete run."""
        return "" if self.share == 1.0 else f"N={self.number}"


@dataclass(frozen=True)
class Conditions:
    """What a measurement is given: the scale, a folder for its files, and a PostgreSQL server.

    ``create_postgres_url`` creates an empty database and returns its URL; ``None`` without a
    server. ``forks`` starts the bots as forks, which says nothing about their start or memory.
    """

    scale: Scale
    folder: Path
    create_postgres_url: Callable[[], str] | None = None
    forks: bool = False
    report_progress: Callable[[str], None] = field(default=lambda _step: None)

    def create_folder(self, name: str) -> Path:
        """Create and return a folder for the files of *name*; an existing one is used again."""
        folder = self.folder / name
        (folder / "database").mkdir(parents=True, exist_ok=True)
        return folder


Measurement = Callable[[Conditions], list[Figure]]
"""Measures some bars, and returns the figures by which they are judged."""
