"""The next release of a team's counts, as its people are told of it before it is published."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class NextRelease:
    """The next release that a team feeds.

    ``day`` is the Monday on which it is published; before it debriefs can be withdrawn. With
    ``is_key_lost`` a record of the period cannot be opened: what was filed in it can be neither
    withdrawn nor published, and nothing is filed any more, unless its key is found.
    """

    day: date
    is_key_lost: bool = False
