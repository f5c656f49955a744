"""Bar charts of qualitative levels: message elements whose schema has no field for a raw count."""

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """Length of a bar as a share of the debriefs: none, few, about half or most.

    The value is the data point that both renderers send, in steps; all debriefs would have
    :data:`REFERENCE_BAR_STEPS`. A count has no member, so none can be drawn (mypy rejects it).
    """

    NONE = 0
    FEW = 1
    HALF = 2
    MOST = 3


REFERENCE_BAR_STEPS = 4
"""Length of the reference bar, which represents all debriefs: one step is a quarter of them."""


@dataclass(frozen=True)
class Bar:
    """One data point of a chart: the label of an answer, and its level.

    On Slack the label is truncated to 20 characters.
    """

    label: str
    level: Level


@dataclass(frozen=True)
class Chart:
    """A bar chart of qualitative levels, with the same content as text for screen readers.

    On Slack a ``data_visualization`` block in messages and the Home tab; modals reject that block
    type, and show the text alone. In Teams a ``Chart.HorizontalBar``, which clients without charts
    drop. In both, ``text_equivalent``, a string with inline markup, is rendered below the chart.

    ``axis_label`` (50 characters at most) names the levels in ascending order, on Slack only.
    ``reference_label`` adds a bar of :data:`REFERENCE_BAR_STEPS`: both products scale a chart to
    its longest bar, so that without it "about half" would fill the width. ``""`` omits either.
    """

    title: str
    bars: tuple[Bar, ...]
    text_equivalent: str
    axis_label: str = ""
    reference_label: str = ""

    def list_bar_lengths(self) -> tuple[tuple[str, int], ...]:
        """Return the label and the steps of each bar, in order, the reference bar last."""
        reference = ((self.reference_label, REFERENCE_BAR_STEPS),) if self.reference_label else ()
        return *((bar.label, bar.level.value) for bar in self.bars), *reference
