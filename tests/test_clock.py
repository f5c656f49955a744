"""The bot's clock, with and without a start."""

from datetime import UTC, datetime, timedelta

from bot.clock import Clock


def test_default_clock_returns_system_time() -> None:
    """A clock without a start returns the current system time."""
    assert abs(Clock()() - datetime.now(UTC)) < timedelta(seconds=5)


def test_advanced_clock_runs_at_normal_speed() -> None:
    """A clock that was advanced continues at normal speed from the new time."""
    clock = Clock(datetime(2026, 1, 5, tzinfo=UTC))
    clock.move_to(datetime(2026, 3, 2, 9, tzinfo=UTC))

    assert timedelta(0) <= clock() - datetime(2026, 3, 2, 9, tzinfo=UTC) < timedelta(seconds=5)


def test_clock_never_moves_backwards() -> None:
    """An instant in the past does not change the clock."""
    clock = Clock(datetime(2026, 1, 5, tzinfo=UTC))
    clock.move_to(datetime(2026, 1, 4, tzinfo=UTC))

    assert clock() >= datetime(2026, 1, 5, tzinfo=UTC)
