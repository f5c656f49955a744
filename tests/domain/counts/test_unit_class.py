"""The class of a unit is fixed until the end of the common year."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain import calendar
from bot.domain.counts.unit_class import CLASS_WEEKS, UnitClass, select_class

YEAR_END = date(2027, 1, 4)


def test_first_class_is_that_of_the_declared_size() -> None:
    """It is fixed until the end of the common year, however late in it the unit opens."""
    assert select_class(None, 19, date(2026, 11, 23)) == UnitClass(19, YEAR_END)
    assert select_class(None, 20, YEAR_END) == UnitClass(20, YEAR_END + timedelta(weeks=52))


@given(sizes=st.lists(st.integers(5, 60), min_size=2, max_size=20), data=st.data())
def test_class_changes_at_most_once_a_common_year(sizes: list[int], data: st.DataObject) -> None:
    """Whatever sizes are declared, all periods of one common year have one class."""
    days = sorted(
        calendar.PERIOD_EPOCH + timedelta(weeks=data.draw(st.integers(0, 156))) for _ in sizes
    )
    unit_class: UnitClass | None = None
    classes: dict[tuple[date, date], set[UnitClass]] = {}
    for size, day in zip(sizes, days, strict=True):
        unit_class = select_class(unit_class, size, day)
        classes.setdefault(calendar.period_bounds(day, CLASS_WEEKS), set()).add(unit_class)
    assert all(len(of_year) == 1 for of_year in classes.values())
