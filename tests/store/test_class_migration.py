"""The classes of units with open periods are those of their periods."""

from datetime import date

from bot.store.row_security import begin_across_workspaces
from bot.store.schema import unit_classes
from tests.key_folders import open_test_store
from tests.store.conftest import PEPPERS
from tests.store.sample_counts import fetch_rows
from tests.store.test_member_migration import insert_sealed_period
from tests.store.test_sealing_migration import CLOSES, insert_team, upgrade_to


async def test_open_periods_fix_the_class_of_their_unit(database: str) -> None:
    """Until the end of the common year in which the period opened."""
    store = open_test_store(database, PEPPERS)
    upgrade_to(store, "0011")
    with begin_across_workspaces(store._engines.writer) as connection:
        insert_team(connection)
        for ledger in ("total", "breakdown"):
            insert_sealed_period(connection, ledger, "north", CLOSES)
    store.migrate()

    rows = {tuple(row) for row in await fetch_rows(store, unit_classes)}
    assert rows == {
        (ledger, "team:north", 9, date(2027, 1, 4)) for ledger in ("total", "breakdown")
    }
    await store.close()
