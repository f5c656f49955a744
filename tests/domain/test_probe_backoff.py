"""The delays between the probes of a workspace."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.probe_backoff import (
    OUTAGE_BACKOFF,
    SUSPENSION_BACKOFF,
    BackoffPolicy,
    is_probe_due,
    next_probe_delay,
)

POLICIES = st.sampled_from((OUTAGE_BACKOFF, SUSPENSION_BACKOFF))
COUNTS = st.integers(0, 10**9)
FRACTIONS = st.floats(0, 1)


@given(policy=POLICIES, count=COUNTS, fraction=FRACTIONS)
def test_a_delay_never_decreases_with_the_count(
    policy: BackoffPolicy, count: int, fraction: float
) -> None:
    """With equal jitter each delay is at least as long as the one before it."""
    earlier, later = (next_probe_delay(policy, count + step, fraction) for step in (0, 1))

    assert earlier <= later


@given(policy=POLICIES, count=st.integers(0, 20), fractions=st.tuples(FRACTIONS, FRACTIONS))
def test_jitter_never_reverses_two_delays_below_the_maximum(
    policy: BackoffPolicy, count: int, fractions: tuple[float, float]
) -> None:
    """Below the maximum each delay is longer than the one before it, whatever the jitter."""
    earlier, later = (
        next_probe_delay(policy, count + step, fraction) for step, fraction in enumerate(fractions)
    )

    assert earlier < later or next_probe_delay(policy, count + 1) == policy.maximum


@given(policy=POLICIES, count=COUNTS, fraction=FRACTIONS)
def test_a_delay_is_bounded(policy: BackoffPolicy, count: int, fraction: float) -> None:
    """Each delay is at least three quarters of the first and at most the maximum."""
    assert policy.first * 0.75 <= next_probe_delay(policy, count, fraction) <= policy.maximum


@given(policy=POLICIES, fraction=FRACTIONS)
def test_a_success_restarts_at_a_minute(policy: BackoffPolicy, fraction: float) -> None:
    """Without a failed probe since the last success the delay is a minute at most."""
    assert next_probe_delay(policy, 0, fraction) <= timedelta(minutes=1)


@given(fractions=st.lists(FRACTIONS, min_size=12, max_size=12))
def test_twenty_minutes_of_outage_end_within_the_hour(fractions: list[float]) -> None:
    """The first probe after an outage of 20 minutes comes less than 36 minutes after its start."""
    probe_at = timedelta(0)
    for count, fraction in enumerate(fractions):
        probe_at += next_probe_delay(OUTAGE_BACKOFF, count, fraction)
        if probe_at >= timedelta(minutes=20):
            break

    assert timedelta(minutes=20) <= probe_at < timedelta(minutes=36)


def test_suspended_workspaces_are_probed_daily_in_the_end() -> None:
    """The delays double from a minute to a day, and stay there."""
    delays = [next_probe_delay(SUSPENSION_BACKOFF, count) for count in range(14)]

    assert delays[0] == timedelta(minutes=1)
    assert all(later == 2 * earlier for earlier, later in pairwise(delays[:11]))
    assert set(delays[11:]) == {timedelta(days=1)}


@pytest.mark.parametrize(
    ("seconds_ahead", "is_due"),
    [(-1, True), (0, True), (1, False), (86_400, False), (86_401, True)],
)
def test_a_probe_is_due_after_the_clock_was_set_back(
    seconds_ahead: float,
    is_due: bool,  # noqa: FBT001 - a row of the table
) -> None:
    """A probe is due from its instant on, and when it is more than a day ahead."""
    assert is_probe_due(1_000_000 + seconds_ahead, 1_000_000) is is_due
