"""Over two years of changing lists, each debrief is in one table of a ledger, or it is said."""

from collections import Counter

import pytest

from bot.context import Context
from tests.doubles import FakeClock
from tests.handlers import list_years


@pytest.mark.parametrize("seed", [17])
async def test_each_debrief_is_in_one_table_or_its_filer_is_told(
    context: Context, clock: FakeClock, seed: int
) -> None:
    """Whoever joins, leaves or moves, whatever teams split and merge, and as the form promised."""
    years = await list_years.simulate_years(context, clock, seed)

    assert years.broken_promises == []
    ledgers = Counter(tuple(ledger for ledger, _, _ in tables) for tables in years.filed_tables)
    assert set(ledgers) == {(), ("breakdown", "total")}
    released = await years.fetch_released_tables()
    assert all(released[table] == 1 for tables in years.filed_tables for table in tables)
    assert ledgers[()] == years.refused_count
    assert min(years.refused_count, years.moved_count, years.kept_days) > 5, "all cases occur"
