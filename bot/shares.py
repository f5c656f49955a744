"""The only shape in which a published share leaves the release rule."""

from enum import Enum


class Share(Enum):
    """How large a part of the debriefs chose an answer, told coarsely.

    The members are all there is: a raw count has no member, so neither a chart nor a
    sentence can be handed one. The value is the percentage a bar is drawn at.
    """

    ALMOST_NONE = 0
    A_QUARTER = 25
    HALF = 50
    THREE_QUARTERS = 75
    ALMOST_ALL = 100
