"""Bar charts of qualitative levels, elements of messages that no raw count can enter."""

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """Qualitative size of a bar: none, few, about half or most of the debriefs.

    A count has no member, so none can be drawn. The value is the length of the bar in steps, of
    which all debriefs would have :data:`REFERENCE_BAR_STEPS`.
    """

    NONE = 0
    FEW = 1
    HALF = 2
    MOST = 3


REFERENCE_BAR_STEPS = 4
"""Length in steps of the reference bar for all debriefs: a step is a quarter of them."""


@dataclass(frozen=True)
class Bar:
    """One row of a chart: an answer's label and its level."""

    label: str
    level: Level


@dataclass(frozen=True)
class Chart:
    """A bar chart of qualitative levels, with a text equivalent for screen readers.

    A bar accepts only a :class:`Level`, so a raw count cannot be drawn (mypy rejects it).
    ``axis_label`` names the levels in ascending order, for a product that labels its axis; 50
    characters at most. ``reference_label`` labels a reference bar of :data:`REFERENCE_BAR_STEPS`:
    both products scale a chart to its longest bar, so that without it "about half" would fill the
    width.
    """

    title: str
    bars: tuple[Bar, ...]
    text_equivalent: str
    axis_label: str = ""
    reference_label: str = ""

    def list_bar_lengths(self) -> tuple[tuple[str, int], ...]:
        """Return the label and the length in steps of each bar, the reference bar last."""
        reference = ((self.reference_label, REFERENCE_BAR_STEPS),) if self.reference_label else ()
        return *((bar.label, bar.level.value) for bar in self.bars), *reference
