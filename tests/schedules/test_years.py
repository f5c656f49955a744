"""Autumn 2026: clocks change on five continents while people move about and answer."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.schedules.years import SimulationSpan, run_simulation

AUTUMN = SimulationSpan(datetime(2026, 9, 21, tzinfo=UTC), 8, 16, timedelta(hours=2))


async def test_everybody_is_asked_once_in_every_week_in_which_they_could_be(tmp_path: Path) -> None:
    """Through moves, silences, days off and changes of clocks: once, and never out of hours."""
    found = await run_simulation(AUTUMN, tmp_path)

    assert found.possible_count > 90
    assert found.asked_once_count == found.possible_count
    assert (found.asked_twice_count, found.disturbed_count) == (0, 0)
