"""The size class of a unit: the terms of its periods, fixed until the end of a common year."""

from dataclasses import dataclass
from datetime import date

from bot.domain import calendar

CLASS_WEEKS = 52
"""Weeks of a common year, which every period length divides: no period spans two of them."""


@dataclass(frozen=True)
class UnitClass:
    """What selects the terms of a unit's periods until the Monday ``fixed_until``, exclusive.

    ``size`` is the declared size that the unit had when its class was fixed: whatever is declared
    later selects no other span, so that a list that grows and shrinks again yields no more tables.
    """

    size: int
    fixed_until: date


def select_class(current: UnitClass | None, size: int, opens: date) -> UnitClass:
    """Return the class of a unit for a period from *opens*: *current* while it is fixed.

    Else that of the present declared *size*, until the end of the common year of *opens*.
    """
    if current is not None and opens < current.fixed_until:
        return current
    return UnitClass(size, calendar.period_bounds(opens, CLASS_WEEKS)[1])
