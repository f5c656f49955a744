"""Rotate items over the periods of a team so that each suited one comes before any comes twice.

The choice is computed from published tables alone and stored nowhere: it is the least recently
used item, found by repeating the choices of the periods before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

RUN_DAYS = 7 * 13 * 7
"""Length of a run in days: 7 quarters.

Published tables are deleted after 24 months, so choices cannot be repeated from the very first
period. Each run starts afresh on a fixed day, and is short enough that the tables of the current
one are always there: a table's deletion never changes the choice of the newest period.
"""


@dataclass(frozen=True)
class Occasion:
    """A period for which an item is chosen: its end, its ordinal, and the suited items in order.

    ``suitable`` is never empty.
    """

    closes: date
    number: int
    suitable: tuple[str, ...]


def select_item(occasions: Sequence[Occasion]) -> str:
    """Return the item of the last of *occasions*, which are in the order of their ends.

    Within a run, no item comes again before every item that suits then has come: whatever else
    suited in between. While the suited items stay the same, that holds across runs as well,
    because the first item of a run is selected by the ordinal of its period.
    """
    run = occasions[-1].closes.toordinal() // RUN_DAYS
    last_uses: dict[str, int] = {}
    item = ""
    for turn, occasion in enumerate(occasions, start=1):
        if occasion.closes.toordinal() // RUN_DAYS == run:
            item = _find_least_recent(occasion, last_uses)
            last_uses[item] = turn
    return item


def _find_least_recent(occasion: Occasion, last_uses: dict[str, int]) -> str:
    """Return the least recently used of the suited items; unused ones by the period's ordinal."""
    count = len(occasion.suitable)
    ranks = {
        item: (last_uses.get(item, 0), (position - occasion.number) % count)
        for position, item in enumerate(occasion.suitable)
    }
    return min(occasion.suitable, key=ranks.__getitem__)
