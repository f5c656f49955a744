from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.delivery.rate_limit import RateLimiter, halve_rate, recover_rate

NOW = datetime(2026, 6, 29, 13, tzinfo=UTC)


def test_turns_follow_one_another_at_the_pace() -> None:
    """The first comes at once and the others a quarter of a second apart."""
    pacer = RateLimiter(4)
    pacer.resume(100)

    assert [pacer.reserve(100) for _ in range(4)] == [0, 0.25, 0.5, 0.75]


def test_a_turn_taken_late_delays_none_after_it() -> None:
    """A slow answer is caught up with: ten turns take as long as they should."""
    pacer, now = RateLimiter(4), 100.0
    pacer.resume(now)
    for late in (0, 0.12, 0, 0, 0, 0, 0, 0, 0, 0):
        now += pacer.reserve(now) + late

    assert now == pytest.approx(100 + 9 / 4)


def test_what_was_missed_over_a_longer_while_is_not_made_up_in_a_burst() -> None:
    """After a minute away half a turn is made up, not two hundred and forty."""
    pacer = RateLimiter(4)
    pacer.resume(100)
    pacer.reserve(100)

    assert [pacer.reserve(160) for _ in range(5)] == [0, 0.125, 0.375, 0.625, 0.875]
    pacer.resume(300)
    assert [pacer.reserve(300) for _ in range(2)] == [0, 0.25]


def test_a_message_that_left_late_is_followed_by_no_burst() -> None:
    """Its turn was dealt at once and a second passed on the way: the next ones keep to the pace."""
    pacer = RateLimiter(4)
    pacer.resume(100)
    pacer.reserve(100)
    pacer.mark_sent(101)

    assert [pacer.reserve(101) for _ in range(3)] == [0.125, 0.375, 0.625]


@given(
    a_second=st.floats(0.1, 50),
    late=st.lists(st.tuples(st.floats(0, 3), st.floats(0, 1)), min_size=2, max_size=60),
)
def test_no_delay_on_our_side_is_too_much_for_the_limit(
    a_second: float, late: list[tuple[float, float]]
) -> None:
    """A limit lets half a second's worth through at once, two at least, and refuses nobody.

    Also where the store takes its time before a message and the network eats half of what
    there is to spare.
    """
    pacer, now, interval = RateLimiter(a_second), 100.0, 1 / a_second
    most = max(2.0, a_second / 2)
    spare = (most - 1) * interval / 2
    left, at = most, now
    pacer.resume(now)
    for ours, network in late:
        now += pacer.reserve(now) + ours
        pacer.mark_sent(now)
        arrived = max(at, now + network * spare * 0.99)
        left, at = min(most, left + (arrived - at) * a_second) - 1, arrived
        assert left >= -1e-6


def test_whoever_begins_again_at_once_keeps_to_the_pace() -> None:
    """Beginning is no way to be faster."""
    pacer = RateLimiter(4)
    waits = []
    for _ in range(3):
        pacer.resume(100)
        waits.append(pacer.reserve(100))

    assert waits == [0, 0.25, 0.5]


def test_without_a_pace_nobody_waits() -> None:
    """Infinity has no intervals."""
    pacer = RateLimiter(float("inf"))

    assert [pacer.reserve(100) for _ in range(3)] == [0, 0, 0]


def test_a_pace_that_was_halved_recovers_by_a_tenth_a_minute() -> None:
    """Three a second become one and a half, and are three again after eight minutes."""
    a_minute = halve_rate(3)
    after = [
        recover_rate(a_minute, NOW, NOW + timedelta(minutes=n), 3) for n in (-5, 0, 1, 8, 10**9)
    ]

    assert a_minute == 90
    assert after == [1.5, 1.5, pytest.approx(1.65), 3, 3]
    assert recover_rate(0, NOW, NOW, 3) == 3


def test_nobody_is_slowed_down_to_nothing() -> None:
    """The slowest pace is one message a minute, and it still grows."""
    assert halve_rate(1 / 60) == halve_rate(0.001) == 1
    assert halve_rate(float("inf")) == 30_000
