"""Autumn 2026: clocks change on five continents while people move and answer."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.schedules.years import SimulationSpan, run_simulation

AUTUMN = SimulationSpan(datetime(2026, 9, 21, tzinfo=UTC), 8, 16, timedelta(hours=2))


async def test_each_possible_week_has_one_check_in(tmp_path: Path) -> None:
    """Through moves, outages, days off and clock changes each check-in is sent once.

    None is sent outside working hours.
    """
    result = await run_simulation(AUTUMN, tmp_path)

    assert result.possible_count > 90
    assert result.asked_once_count == result.possible_count
    assert (result.asked_twice_count, result.disturbed_count) == (0, 0)
