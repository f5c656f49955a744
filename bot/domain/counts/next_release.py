"""The next release of a team's counts, as its people are told of it before it is published."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class NextRelease:
    """The next release that a team feeds.

    ``day`` is the Monday on which it is published; before it debriefs can be withdrawn. With
    ``is_key_lost`` a record of the period cannot be opened: what was filed in it can be neither
    withdrawn nor published, and nothing is filed any more, unless its key is found. With
    ``is_paused`` nothing is filed until ``day``, on which the next period opens: a table before
    then would exceed the yearly exposure of its people.
    """

    day: date
    is_key_lost: bool = False
    is_paused: bool = False

    @property
    def status_key(self) -> str:
        """The key of what is said of the release in the catalogue: ``lost``, ``paused`` or none."""
        return "lost" if self.is_key_lost else "paused" if self.is_paused else ""
