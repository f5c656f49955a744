"""Format a day with its weekday, as most forms do for one of a few days."""

from datetime import date
from functools import lru_cache

from babel import Locale
from babel.dates import format_date


@lru_cache(maxsize=512)
def format_day(language: str, day: date) -> str:
    """Return *day* in the language of a tag such as 'fr-CA': 'Monday, November 30' in English."""
    locale = Locale.parse(language, sep="-")
    short_pattern: str = locale.datetime_skeletons["MMMEd"].pattern
    long_pattern = short_pattern.replace("MMM", "MMMM").replace("E", "EEEE")
    return format_date(day, long_pattern, locale)
