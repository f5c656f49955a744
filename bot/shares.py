"""The only type in which the release rule publishes a share."""

from enum import Enum


class Share(Enum):
    """Coarse share of the debriefs that chose an answer, in five steps.

    A raw count has no member, so neither a chart nor a sentence can be built from one. The
    value is the percentage at which a bar is drawn.
    """

    ALMOST_NONE = 0
    A_QUARTER = 25
    HALF = 50
    THREE_QUARTERS = 75
    ALMOST_ALL = 100
