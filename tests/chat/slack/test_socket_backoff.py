"""Delays between attempts to connect by Socket Mode."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.slack.socket_backoff import (
    FIRST_DELAY_SECONDS,
    MAX_DELAY_SECONDS,
    MAX_OUTAGE_DELAY_SECONDS,
    STABLE_SECONDS,
    UNREACHABLE,
    SocketBackoff,
    draw_jitter_factor,
)


def build_backoff(now: list[float] | None = None) -> SocketBackoff:
    """Return a backoff without jitter, with the clock *now*."""
    clock = now or [0.0]
    return SocketBackoff(draw_factor=lambda: 1.0, read_clock=lambda: clock[0])


def test_delay_doubles_up_to_its_maximum() -> None:
    """Ten seconds, then twenty, up to five minutes."""
    backoff = build_backoff()

    delays = [backoff.record_failure("invalid_auth") for _ in range(40)]

    assert delays[:6] == [10, 20, 40, 80, 160, MAX_DELAY_SECONDS]
    assert set(delays[6:]) == {MAX_DELAY_SECONDS}


@given(st.lists(st.sampled_from([UNREACHABLE, "invalid_auth"]), min_size=1, max_size=100))
def test_outage_is_never_prolonged_by_much(reasons: list[str]) -> None:
    """Whatever failed before, an unreachable Slack is tried again within half a minute."""
    backoff = build_backoff()

    delays = [(reason, backoff.record_failure(reason)) for reason in reasons]

    assert all(
        delay <= MAX_OUTAGE_DELAY_SECONDS for reason, delay in delays if reason == UNREACHABLE
    )
    assert all(delay >= FIRST_DELAY_SECONDS for _reason, delay in delays)


def test_connection_that_is_closed_at_once_ends_no_failures() -> None:
    """Slack accepts a connection before it closes one too many."""
    now = [0.0]
    backoff = build_backoff(now)
    delays = []
    for _ in range(3):
        backoff.record_connection()
        now[0] += 1.0
        delays.append(backoff.record_failure("too_many_websockets"))

    assert delays == [10, 20, 40]


def test_stable_connection_ends_the_failures() -> None:
    """After a minute of service the next failure is a first one."""
    now = [0.0]
    backoff = build_backoff(now)
    for _ in range(3):
        backoff.record_failure("invalid_auth")
    backoff.record_connection()
    now[0] += STABLE_SECONDS

    assert backoff.record_failure("invalid_auth") == FIRST_DELAY_SECONDS


def test_each_change_of_the_reason_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """A repeating fault fills no log; the end of the faults is reported."""
    backoff = build_backoff()
    with caplog.at_level(logging.WARNING):
        for reason in ("invalid_auth", "invalid_auth", UNREACHABLE, UNREACHABLE):
            backoff.record_failure(reason)
        backoff.record_stability()
        backoff.record_stability()

    assert [(record.message, getattr(record, "reason", "")) for record in caplog.records] == [
        ("slack.socket_refused", "invalid_auth"),
        ("slack.socket_refused", UNREACHABLE),
        ("slack.socket_recovered", ""),
    ]


def test_jitter_at_most_halves_a_delay() -> None:
    """Several processes that failed together do not connect together."""
    factors = {draw_jitter_factor() for _ in range(100)}

    assert len(factors) > 1
    assert all(0.5 <= factor <= 1 for factor in factors)
