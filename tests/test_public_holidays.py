from datetime import date

import pytest

from bot import public_holidays


@pytest.mark.parametrize(
    ("said", "known"),
    [("CA", True), ("CA-QC", True), ("CA-XX", False), ("XX", False), ("ca", False), ("", False)],
)
def test_a_region_is_a_country_or_its_part(said: str, known: bool) -> None:  # noqa: FBT001 - a row of the table
    """Whoever names a region hears whether its holidays are known."""
    assert public_holidays.is_known_region(said) is known


def test_days_off_are_the_regions_own() -> None:
    """Christmas is one all over Canada, June 24 in Quebec alone, and an unknown place has none."""
    assert date(2026, 12, 25) in public_holidays.holiday_dates("CA", 2026)
    assert date(2026, 6, 24) in public_holidays.holiday_dates("CA-QC", 2026)
    assert date(2026, 6, 24) not in public_holidays.holiday_dates("CA", 2026)
    assert public_holidays.holiday_dates("XX", 2026) == frozenset()
