"""Public holidays of countries and their subdivisions."""

from datetime import date

import pytest

from bot import public_holidays


@pytest.mark.parametrize(
    ("region", "expected"),
    [("CA", True), ("CA-QC", True), ("CA-XX", False), ("XX", False), ("ca", False), ("", False)],
)
def test_region_is_a_country_or_subdivision(region: str, expected: bool) -> None:  # noqa: FBT001 - a row of the table
    """A region is known if it is a supported country code, or one of its subdivisions."""
    assert public_holidays.is_known_region(region) is expected


def test_holidays_depend_on_the_region() -> None:
    """Christmas is a holiday in Canada, June 24 in Quebec only, and an unknown region has none."""
    assert date(2026, 12, 25) in public_holidays.list_holiday_dates("CA", 2026)
    assert date(2026, 6, 24) in public_holidays.list_holiday_dates("CA-QC", 2026)
    assert date(2026, 6, 24) not in public_holidays.list_holiday_dates("CA", 2026)
    assert public_holidays.list_holiday_dates("XX", 2026) == frozenset()
