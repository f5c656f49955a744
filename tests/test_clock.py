"""The time as the bot knows it."""

from datetime import UTC, datetime, timedelta

from bot.clock import Clock


def test_without_a_start_it_is_the_machines_time() -> None:
    """A real bot lives in the present."""
    assert abs(Clock()() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_moved_clock_runs_on_from_where_it_was_put() -> None:
    """After a jump, time goes on at its usual pace."""
    clock = Clock(datetime(2026, 1, 5, tzinfo=UTC))
    clock.move_to(datetime(2026, 3, 2, 9, tzinfo=UTC))

    assert timedelta(0) <= clock() - datetime(2026, 3, 2, 9, tzinfo=UTC) < timedelta(seconds=5)


def test_there_is_no_way_back() -> None:
    """What has fallen due cannot be undone by setting the clock back."""
    clock = Clock(datetime(2026, 1, 5, tzinfo=UTC))
    clock.move_to(datetime(2026, 1, 4, tzinfo=UTC))

    assert clock() >= datetime(2026, 1, 5, tzinfo=UTC)
