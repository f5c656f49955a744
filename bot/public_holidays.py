"""Public holidays by country and subdivision; the only module that imports ``holidays``."""

import re
from datetime import date
from functools import lru_cache

_REGION_PATTERN = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,6})?")


@lru_cache(maxsize=512)
def list_holiday_dates(region: str, year: int) -> frozenset[date]:
    """Return the public holidays of *region* in *year*, with the days on which they are observed.

    A region is an ISO 3166 country code, optionally with a subdivision: ``CA``, ``CA-QC``.
    The result is cached. A region that the library no longer supports after an upgrade has no
    holidays; no exception is raised.
    """
    import holidays  # noqa: PLC0415 - eleven megabytes; few teams set a region

    country, _, subdivision = region.partition("-")
    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
    except NotImplementedError:  # raised for an unsupported country or subdivision
        return frozenset()


def is_known_region(region: str) -> bool:
    """Return whether the library supports *region*, a string as in :func:`list_holiday_dates`."""
    import holidays  # noqa: PLC0415 - see above

    if not _REGION_PATTERN.fullmatch(region):
        return False
    country, _, subdivision = region.partition("-")
    try:
        holidays.country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError:  # raised for an unsupported country or subdivision
        return False
    return True
