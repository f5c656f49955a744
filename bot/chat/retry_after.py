"""Parse the Retry-After header into a bounded number of seconds."""

import math
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

DEFAULT_RETRY_SECONDS = 30.0
"""Seconds until a retry when the header is absent or unreadable."""

MIN_RETRY_SECONDS, MAX_RETRY_SECONDS = 1.0, 3600.0
"""Bounds in seconds: shorter would flood the product, longer would miss the deliveries."""


def parse_retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds until a retry, from 1 to 3600, by a response's *headers*.

    The header is a number of seconds or an HTTP date, which counts from the response's own Date
    header, or from this machine's clock without one.
    https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    header = str(headers.get("Retry-After") or "").strip()
    try:
        seconds = float(header)
    except ValueError:
        retry_at = _parse_http_date(header)
        if retry_at is None:
            return DEFAULT_RETRY_SECONDS
        sent_at = _parse_http_date(str(headers.get("Date") or ""))
        seconds = retry_at - (time.time() if sent_at is None else sent_at)
    if math.isnan(seconds):
        return DEFAULT_RETRY_SECONDS
    return min(max(seconds, MIN_RETRY_SECONDS), MAX_RETRY_SECONDS)


def _parse_http_date(header: str) -> float | None:
    try:
        return parsedate_to_datetime(header).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
