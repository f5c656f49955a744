"""Public holidays by country and subdivision: the one room of the library that knows them."""

import re
from datetime import date
from functools import lru_cache

_REGION_PATTERN = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,6})?")


@lru_cache(maxsize=512)
def holiday_dates(region: str, year: int) -> frozenset[date]:
    """Return the public holidays of *region* in *year*, as they are observed.

    A region is an ISO 3166 country, or a country and its subdivision: ``CA``, ``CA-QC``.
    One that nobody knows any more, after an upgrade, has none.
    """
    import holidays  # noqa: PLC0415 - eleven megabytes, for teams that keep holidays alone

    country, _, part = region.partition("-")
    try:
        return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
    except NotImplementedError:  # the library's word for a place that it does not know
        return frozenset()


def is_known_region(region: str) -> bool:
    """Whether *said* names a country or a subdivision whose public holidays are known."""
    import holidays  # noqa: PLC0415 - see above

    if not _REGION_PATTERN.fullmatch(region):
        return False
    country, _, part = region.partition("-")
    try:
        holidays.country_holidays(country, subdiv=part or None)
    except NotImplementedError:  # the library's word for a place that it does not know
        return False
    return True
