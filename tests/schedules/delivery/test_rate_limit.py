from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.delivery.rate_limit import RateLimiter, halve_rate, recover_rate

NOW = datetime(2026, 6, 29, 13, tzinfo=UTC)


def test_sends_are_spaced_at_the_rate() -> None:
    """The first send is due at once and the others a quarter of a second apart."""
    limiter = RateLimiter(4)
    limiter.resume(100)

    assert [limiter.reserve(100) for _ in range(4)] == [0, 0.25, 0.5, 0.75]


def test_a_late_send_does_not_delay_the_following_sends() -> None:
    """A slow response is caught up with: ten sends take as long as they should."""
    limiter, now = RateLimiter(4), 100.0
    limiter.resume(now)
    for delay in (0, 0.12, 0, 0, 0, 0, 0, 0, 0, 0):
        now += limiter.reserve(now) + delay

    assert now == pytest.approx(100 + 9 / 4)


def test_a_long_idle_period_is_not_made_up_in_a_burst() -> None:
    """After a minute without sends half an interval is made up, not 240 sends."""
    limiter = RateLimiter(4)
    limiter.resume(100)
    limiter.reserve(100)

    assert [limiter.reserve(160) for _ in range(5)] == [0, 0.125, 0.375, 0.625, 0.875]
    limiter.resume(300)
    assert [limiter.reserve(300) for _ in range(2)] == [0, 0.25]


def test_a_late_send_is_not_followed_by_a_burst() -> None:
    """A send that was reserved at once and delayed by a second does not shift the rate after it."""
    limiter = RateLimiter(4)
    limiter.resume(100)
    limiter.reserve(100)
    limiter.mark_sent(101)

    assert [limiter.reserve(101) for _ in range(3)] == [0.125, 0.375, 0.625]


@given(
    rate_per_second=st.floats(0.1, 50),
    delays=st.lists(st.tuples(st.floats(0, 3), st.floats(0, 1)), min_size=2, max_size=60),
)
def test_no_delay_before_a_send_exceeds_the_products_limit(
    rate_per_second: float, delays: list[tuple[float, float]]
) -> None:
    """A limit of half a second's worth of messages at once, two at least, rejects no send.

    This includes a slow store before a message, and a network delay of up to half of the
    margin.
    """
    limiter, now, interval = RateLimiter(rate_per_second), 100.0, 1 / rate_per_second
    burst = max(2.0, rate_per_second / 2)
    network_margin = (burst - 1) * interval / 2
    tokens, last_arrival = burst, now
    limiter.resume(now)
    for store_delay, network_share in delays:
        now += limiter.reserve(now) + store_delay
        limiter.mark_sent(now)
        arrival = max(last_arrival, now + network_share * network_margin * 0.99)
        tokens, last_arrival = (
            min(burst, tokens + (arrival - last_arrival) * rate_per_second) - 1,
            arrival,
        )
        assert tokens >= -1e-6


def test_resuming_does_not_exceed_the_rate() -> None:
    """Repeated calls of resume do not exceed the rate."""
    limiter = RateLimiter(4)
    delays = []
    for _ in range(3):
        limiter.resume(100)
        delays.append(limiter.reserve(100))

    assert delays == [0, 0.25, 0.5]


def test_an_infinite_rate_has_no_delay() -> None:
    """An infinite rate has no intervals."""
    limiter = RateLimiter(float("inf"))

    assert [limiter.reserve(100) for _ in range(3)] == [0, 0, 0]


def test_a_halved_rate_recovers_by_a_tenth_a_minute() -> None:
    """Three a second become one and a half, and recover to three after eight minutes."""
    rate_per_minute = halve_rate(3)
    recovered_rates = [
        recover_rate(rate_per_minute, NOW, NOW + timedelta(minutes=minutes), 3)
        for minutes in (-5, 0, 1, 8, 10**9)
    ]

    assert rate_per_minute == 90
    assert recovered_rates == [1.5, 1.5, pytest.approx(1.65), 3, 3]
    assert recover_rate(0, NOW, NOW, 3) == 3


def test_the_slowest_rate_is_one_message_a_minute() -> None:
    """The slowest rate is one message a minute."""
    assert halve_rate(1 / 60) == halve_rate(0.001) == 1
    assert halve_rate(float("inf")) == 30_000
