"""The Retry-After header, whatever it contains, is a bounded number of seconds."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.retry_after import MAX_RETRY_SECONDS, MIN_RETRY_SECONDS, parse_retry_after

SENT_AT = datetime(2026, 6, 29, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("2.5", 2.5),
        ("0", 1),
        ("-5", 1),
        ("-inf", 1),
        ("inf", 3600),
        ("1e15", 3600),
        ("9" * 400, 3600),
        ("nan", 30),
        ("", 30),
        ("soon", 30),
        ("Mon, 99 Jun 2026 13:00:00 GMT", 30),
        ("Mon, 29 Jun 99999 13:00:00 GMT", 30),
    ],
)
def test_number_is_bounded(header: str, seconds: float) -> None:
    """A number counts from 1 to 3600 seconds; anything unreadable is 30."""
    assert parse_retry_after({"Retry-After": header}) == seconds


def test_absent_header_has_a_default() -> None:
    """Without the header the retry is after 30 seconds."""
    assert parse_retry_after({}) == 30


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [
        (timedelta(seconds=90), 90),
        (timedelta(days=400), 3600),
        (timedelta(days=-400), 1),
    ],
)
def test_date_counts_from_the_date_of_the_response(delay: timedelta, seconds: float) -> None:
    """An HTTP date is compared with the response's own date, not with this machine's clock."""
    retry_at = format_datetime(SENT_AT + delay, usegmt=True)
    sent_at = format_datetime(SENT_AT, usegmt=True)

    assert parse_retry_after({"Retry-After": retry_at, "Date": sent_at}) == seconds


def test_date_counts_from_the_clock_without_a_date() -> None:
    """Without a date of the response, an HTTP date counts from this machine's clock."""
    retry_at = datetime.now(UTC) + timedelta(days=2)

    assert parse_retry_after({"Retry-After": format_datetime(retry_at, usegmt=True)}) == 3600


@given(header=st.text() | st.floats().map(str) | st.datetimes().map(format_datetime))
def test_any_header_is_bounded(header: str) -> None:
    """No header raises an exception or leaves the bounds."""
    headers = {"Retry-After": header, "Date": header}

    assert MIN_RETRY_SECONDS <= parse_retry_after(headers) <= MAX_RETRY_SECONDS
